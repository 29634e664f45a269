package pos_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"kaunta/pos"
	"kaunta/tunnel"
)

// genuine is the callback that pays the attempt under test, in parts that a forger can exchange.
type genuine struct{ code, merchant, checkout, amount, receipt, extra string }

func (g genuine) String() string {
	return fmt.Sprintf(`{"Body":{"stkCallback":{"MerchantRequestID":%s,"CheckoutRequestID":%s,"ResultCode":%s,"ResultDesc":"ok","CallbackMetadata":{"Item":[`+
		`{"Name":"Amount","Value":%s},{"Name":"MpesaReceiptNumber","Value":%s},{"Name":"Balance"}%s]}}}}`,
		g.merchant, g.checkout, g.code, g.amount, g.receipt, g.extra)
}

// forgery is one way to lie to the till: a body, a path and headers.
type forgery struct {
	name, body, path string
	header           http.Header
}

// forgeries are more than two hundred requests, none of which may pay the attempt that g would pay
// at address.
func forgeries(g genuine, address string) (all []forgery) {
	path := "/cb/" + address
	body := func(name, b string) { all = append(all, forgery{name: name, body: b, path: path}) }
	variants := func(name string, set func(*genuine, string), values ...string) {
		for _, v := range values {
			forged := g
			set(&forged, v)
			body(name+" "+v, forged.String())
		}
	}
	replaced := func(old string, news ...string) {
		for _, n := range news {
			body(old+" → "+n, strings.Replace(g.String(), old, n, 1))
		}
	}
	variants("amount", func(g *genuine, v string) { g.amount = v },
		"449", "451", "45", "4500", "0", "-450", "450.5", "450.01", "449.9999999999", "450.00000000000000000001", "4.5e2", "45e1", "450e0", "4500e-1", "1e308", "1e999",
		"0x1c2", "0450", "+450", ".45e3", "NaN", "Infinity", "null", "true", "[450]", `{"Value":450}`, `""`, `"abc"`, `"450 "`, `" 450"`, `"4,50"`, `"450,00"`, `"450/-"`,
		`"KES 450"`, `"٤٥٠"`, `"450"`, `"0x1c2"`, `"1e308"`, `"-450"`, "18446744073709552066", "9223372036854775808", strings.Repeat("9", 400), "450450")
	variants("code", func(g *genuine, v string) { g.code = v },
		"null", `""`, "false", "true", "-0", "0.0", "0.00", "0e0", "0E5", "00", "-1", "[0]", `{"0":0}`, `" 0"`, `"0 "`, `"00"`, `"0.0"`, `"٠"`, `"zero"`, `"O"`, `"\u0000"`, `"0\u0000"`,
		"1e-400", "9999", "4999", `"4999"`, "100000100", "2008", `"paid"`, strings.Repeat("0", 300))
	variants("receipt", func(g *genuine, v string) { g.receipt = v },
		"null", `""`, "0", "1234567890", "true", "[]", "{}", `"ukn1abcde2"`, `"UKN1ABC"`, `"UKN1ABCDE2UKN1"`, `"UKN1 ABCDE"`, `"UKN1-BCDE2"`, `"=HYPERLINK(1)"`, `"@SUM(A1)AB"`,
		`"\u001b[2JUKN1A"`, `"UKN1ABCDE\n"`, `"\u202eUKN1ABC"`, `"UKN1АBCDE2"`, `"<b>UKN1</b>"`, `"UKN1ABCD\u0000"`, `"'; DROP--"`, `"UKN1ABCDÉ2"`)
	for _, id := range []string{"null", `""`, "1", "[]", "{}", `"ws_CO_0"`, `"WS_CO_1"`, `" ` + strings.Trim(g.checkout, `"`) + `"`, `"` + strings.Repeat("a", 65) + `"`, `"ws_CO_\u0000"`, `"<html>"`, `"ws_CO_1\u200b"`, `"ws_CO_%31"`} {
		variants("checkout", func(g *genuine, v string) { g.checkout = v }, id)
		variants("merchant", func(g *genuine, v string) { g.merchant = v }, strings.ReplaceAll(id, "ws_CO", "ws_MR"))
	}
	variants("extra", func(g *genuine, v string) { g.extra = v },
		`,{"Name":"Amount","Value":450}`, `,{"Name":"amount","Value":450}`, `,{"Name":"Amount","Value":1}`, `,{"Name":"MpesaReceiptNumber","Value":"UKN2ABCDE2"}`,
		`,{"Name":"","Value":1}`, `,{"Value":1}`, `,7`, `,null`, `,[]`, `,{"Name":7}`, `,{"Name":"Amount","Name":"X"}`, `,{"Name":"X","Value":1,"Value":2}`)
	replaced(`"Body"`, `"body"`, `"BODY"`, `"Bódy"`, `"Data"`, `"Body":{},"Body"`, `"body":{},"Body"`)
	replaced(`"stkCallback"`, `"stkcallback"`, `"StkCallback"`, `"stkCallback":null,"stkCallback"`, `"stkCallback":{"ResultCode":1032},"stkCallback"`)
	replaced(`"ResultCode":`, `"resultCode":`, `"resultcode":`, `"RESULTCODE":`, `"Resultcode":`, `"ResultCode":1032,"ResultCode":`, `"resultCode":1032,"ResultCode":`, `"ResultCode ":`)
	replaced(`"CheckoutRequestID":`, `"checkoutRequestID":`, `"CheckoutRequestId":`, `"CheckoutRequestID":"ws_CO_9","CheckoutRequestID":`)
	replaced(`"MerchantRequestID":`, `"MerchantRequestID":"m-9","MerchantRequestID":`, `"merchantRequestID":"m-9","MerchantRequestID":`)
	replaced(`"CallbackMetadata":`, `"callbackMetadata":`, `"CallbackMetadata":null,"CallbackMetadata":`, `"Metadata":`)
	replaced(`"Item":`, `"item":`, `"Items":`, `"Item":[],"Item":`)
	replaced(`"Name":"Amount"`, `"Name":"amount"`, `"name":"Amount"`, `"Name":"Amount "`, `"Name":"AMOUNT"`, `"Name":"Balance"`)
	replaced(`"Name":"MpesaReceiptNumber"`, `"Name":"mpesaReceiptNumber"`, `"Name":"Receipt"`, `"Name":"Amount"`)
	whole := g.String()
	for _, b := range []string{
		"", " ", "null", "true", "0", `"paid"`, "[]", "{}", "[" + whole + "]", whole + whole, whole + "x", whole + "\x00", "x" + whole, "\ufeff" + whole, whole[:len(whole)-1], whole + "}", whole[:200],
		"'" + whole + "'", strings.ReplaceAll(whole, `"`, `'`), "stk=" + whole, "<html>" + whole + "</html>", strings.Repeat("[", 100_00), strings.Repeat(`{"Body":`, 2000), `{"x":` + strings.Repeat("[", 500) + strings.Repeat("]", 500) + "," + whole[1:],
		strings.Replace(whole, "ok", "\xff\xfe", 1), strings.Replace(whole, "ok", `\ud800`, 1) + ",", strings.Replace(whole, `"ok"`, `"`+strings.Repeat("k", 70<<10)+`"`, 1), "// " + whole, whole + "//", strings.ReplaceAll(whole, ",", ",,"),
		`{"Body":{"stkCallback":{"MerchantRequestID":` + g.merchant + `,"CheckoutRequestID":` + g.checkout + `,"ResultCode":0}}}`,
		`{"stkCallback":{"MerchantRequestID":` + g.merchant + `,"CheckoutRequestID":` + g.checkout + `,"ResultCode":0}}`,
		`{"ResponseCode":"0","ResultCode":"0","CheckoutRequestID":` + g.checkout + `}`,
	} {
		body("whole body", b)
	}
	for _, p := range []string{
		"/cb/" + strings.Repeat("0", 32), "/cb/" + strings.ToUpper(address) + "x", path + "/", path + "/..", "/cb/", "/cb", "/", "/cb/" + address[:31], path + "0", "/cb/%00" + address[3:], "//cb/" + address, "/CB/" + address,
		"/cb/../cb/" + address[:31] + "g", "/callback/" + address, "/cb/*", "/cb/" + strings.Repeat("a", 8000), "/probe/" + address,
	} {
		all = append(all, forgery{name: "path " + p[:min(40, len(p))], body: whole, path: p})
		all = append(all, forgery{name: "spoofed source, path " + p[:min(40, len(p))], body: whole, path: p,
			header: http.Header{"X-Forwarded-For": {"196.201.214.200"}, "X-Real-Ip": {"196.201.214.200"}, "Forwarded": {"for=196.201.214.200"}, "Businessshortcode": {"174379"}}})
	}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write([]byte(whole))
	_ = z.Close()
	all = append(all, forgery{name: "gzip", body: zipped.String(), path: path, header: http.Header{"Content-Encoding": {"gzip"}}})
	return all
}

// TestForgedCallbacks lies to the till in every way above, each time about a payment that is under
// way, and then pays it.
func TestForgedCallbacks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		server := tunnel.NewServer(tunnel.ServerConfig{Deliver: func(ctx context.Context, address string, body []byte) error {
			err := c.till.Callback(ctx, address, body)
			if errors.Is(err, pos.ErrNotFound) {
				return tunnel.ErrUnknownAddress
			}
			return err
		}})
		post := func(path, body string, header http.Header) (status int) {
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
			r.URL.Path, r.RequestURI = path, path
			for name, values := range header {
				r.Header[name] = values
			}
			w := httptest.NewRecorder()
			server.ServeHTTP(w, r)
			return w.Code
		}
		n := 0
		next := func() (pos.Attempt, genuine) {
			n++
			a := c.charge(pos.Request{Phone: pos.MSISDN(fmt.Sprintf("254712%06d", n)), Amount: 450})
			synctest.Wait()
			return a, genuine{code: "0", merchant: `"m-1"`, checkout: fmt.Sprintf("%q", checkoutID(n)), amount: "450", receipt: fmt.Sprintf(`"UKN%07d"`, n)}
		}
		a, g := next()
		kinds := len(forgeries(g, a.Address))
		for i := range kinds {
			f := forgeries(g, a.Address)[i]
			// Daraja's own numbers; simulators write strings, and mean the same
			exact := f.name == `amount "450"`
			post(f.path, f.body, f.header)
			switch got := c.state(a.ID); {
			case exact && got.State != pos.Paid:
				t.Errorf("an amount as a string is %v", got.State)
			case !exact && got.State.Final():
				t.Errorf("%s: %v", f.name, got.State)
			}
			if status := post("/cb/"+a.Address, g.String(), nil); status != http.StatusOK {
				t.Errorf("the genuine callback after %s is answered %d", f.name, status)
			}
			c.want(a.ID, pos.Paid, c.state(a.ID).Notices.Names()...)
			a, g = next()
		}
		t.Logf("%d kinds of forged and malformed callback", kinds)
		if kinds < 200 {
			t.Errorf("only %d kinds of forgery", kinds)
		}
	})
}
