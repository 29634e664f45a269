package daraja

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestParseCallbackPaid(t *testing.T) {
	tests := []struct {
		name   string
		edit   func(c, items map[string]any)
		amount int64
		date   string
	}{
		{"as until 2025", nil, 450, "20251123143215"},
		{"integer amount, as since 2025", func(_, i map[string]any) { i["Amount"] = json.Number("450") }, 450, "20251123143215"},
		{"one decimal", func(_, i map[string]any) { i["Amount"] = json.Number("10.0") }, 10, "20251123143215"},
		{"one shilling", func(_, i map[string]any) { i["Amount"] = json.Number("1") }, 1, "20251123143215"},
		{"the largest", func(_, i map[string]any) { i["Amount"] = json.Number("250000.00") }, 250000, "20251123143215"},
		{"amount as a string", func(_, i map[string]any) { i["Amount"] = "450.00" }, 450, "20251123143215"},
		{"no Balance item", func(_, i map[string]any) { delete(i, "Balance") }, 450, "20251123143215"},
		{"no PhoneNumber", func(_, i map[string]any) { delete(i, "PhoneNumber") }, 450, "20251123143215"},
		{"masked PhoneNumber", func(_, i map[string]any) { i["PhoneNumber"] = "254708***149" }, 450, "20251123143215"},
		{"date as a string", func(_, i map[string]any) { i["TransactionDate"] = "20251123143215" }, 450, "20251123143215"},
		{"no date", func(_, i map[string]any) { delete(i, "TransactionDate") }, 450, ""},
		{"impossible date", func(_, i map[string]any) { i["TransactionDate"] = json.Number("20251323143215") }, 450, ""},
		{"short date", func(_, i map[string]any) { i["TransactionDate"] = json.Number("20251123") }, 450, ""},
		{"code as a string", func(c, _ map[string]any) { c["ResultCode"] = "0" }, 450, "20251123143215"},
		{"no MerchantRequestID", func(c, _ map[string]any) { delete(c, "MerchantRequestID") }, 450, "20251123143215"},
		{"no ResultDesc", func(c, _ map[string]any) { delete(c, "ResultDesc") }, 450, "20251123143215"},
		{"a field nobody knows", func(c, _ map[string]any) { c["Channel"] = map[string]any{"a": []any{1, true, nil}} }, 450, "20251123143215"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := ParseCallback(callbackBody(tt.edit))
			if a.Verdict != VerdictPaid || a.Amount != tt.amount || !a.HasAmount || a.Receipt != testReceipt ||
				a.CheckoutRequestID != testCheckoutID || a.TransactionDate != tt.date {
				t.Errorf("got %+v", a)
			}
			if a.Endpoint != EndpointCallback || a.HTTPStatus != 0 || len(a.Raw) == 0 {
				t.Errorf("got %+v", a)
			}
			checkLaws(t, a)
		})
	}
}

func TestParseCallbackItemsByName(t *testing.T) {
	body := `{"Body":{"stkCallback":{"ResultDesc":"ok","ResultCode":0,"CheckoutRequestID":"` + testCheckoutID + `","MerchantRequestID":"` + testMerchantID + `",
		"CallbackMetadata":{"Item":[{"Value":254712345678,"Name":"PhoneNumber"},{"Value":"` + testReceipt + `","Name":"MpesaReceiptNumber"},{"Name":"Amount","Value":80}]}}}}`
	if a := ParseCallback([]byte(body)); a.Verdict != VerdictPaid || a.Amount != 80 || a.Receipt != testReceipt {
		t.Errorf("got %+v", a)
	}
}

func TestParseCallbackRefusals(t *testing.T) {
	tests := []struct {
		code, desc string
		verdict    Verdict
		wantCode   string
		wantDesc   string
	}{
		{`1`, "[MpesaCB - ]The balance is insufficient for the transaction.", VerdictFailed, "1", "The balance is insufficient for the transaction."},
		{`1032`, "Request Cancelled by user.", VerdictFailed, "1032", "Request Cancelled by user."},
		{`"1032"`, "Request cancelled by user", VerdictFailed, "1032", "Request cancelled by user"},
		{`1036`, "[STK_CB - ]SMSC ACK timeout.", VerdictFailed, "1036", "SMSC ACK timeout."},
		{`1037`, "DS timeout user cannot be reached", VerdictFailed, "1037", "DS timeout user cannot be reached"},
		{`2001`, "The initiator information is invalid.", VerdictFailed, "2001", "The initiator information is invalid."},
		{`"E3008"`, "Error, the user has a bad debt contract.", VerdictFailed, "E3008", "Error, the user has a bad debt contract."},
		{`"SFC_IC0003"`, "", VerdictFailed, "SFC_IC0003", ""},
		{`9999`, "Error occurred", VerdictUnknown, "9999", "Error occurred"},
		{`4999`, "The transaction is still under processing", VerdictUnknown, "4999", "The transaction is still under processing"},
		{`2008`, "", VerdictUnknown, "2008", ""},
		{`100000100`, "", VerdictUnknown, "100000100", ""},
		{`7777`, "New and unheard of", VerdictUnknown, "7777", "New and unheard of"},
		{`1032`, "The transaction is being processed", VerdictUnknown, "1032", "The transaction is being processed"},
		{`1032.0`, "", VerdictUnknown, "1032.0", ""},
		{`" 1032"`, "", VerdictUnknown, " 1032", ""},
		{`"e3008"`, "", VerdictUnknown, "e3008", ""},
	}
	for _, tt := range tests {
		a := ParseCallback(refusalBody(tt.code, tt.desc))
		if a.Verdict != tt.verdict || a.ResultCode != tt.wantCode || a.ResultDesc != tt.wantDesc || a.CheckoutRequestID != testCheckoutID {
			t.Errorf("%s %q: got %+v", tt.code, tt.desc, a)
		}
		if a.MayHaveMovedMoney() != (tt.verdict != VerdictFailed) {
			t.Errorf("%s: MayHaveMovedMoney %v", tt.code, a.MayHaveMovedMoney())
		}
		checkLaws(t, a)
	}
}

// The ids may be missing in a refusal (measured once), and then the caller learns none from it.
func TestParseCallbackRefusalWithoutIDs(t *testing.T) {
	a := ParseCallback([]byte(`{"Body":{"stkCallback":{"ResultCode":"E3008","ResultDesc":"Bad debt."}}}`))
	if a.Verdict != VerdictFailed || a.CheckoutRequestID != "" {
		t.Errorf("got %+v", a)
	}
}

// forged are bodies that someone may post to a callback address, each made by one change to a
// complete payment. None may count as paid; most are not callbacks at all.
func forged() map[string][]byte {
	replace := func(from, to string) []byte {
		whole := string(callbackBody(nil))
		if !strings.Contains(whole, from) {
			panic("the fixture does not contain " + from)
		}
		return []byte(strings.Replace(whole, from, to, 1))
	}
	code := func(literal string) []byte { return replace(`"ResultCode":0`, `"ResultCode":`+literal) }
	amount := func(literal string) []byte { return replace(`"Value":450.00`, `"Value":`+literal) }
	receipt := func(literal string) []byte { return replace(`"Value":"`+testReceipt+`"`, `"Value":`+literal) }
	checkout := func(literal string) []byte { return replace(`"`+testCheckoutID+`"`, literal) }
	whole := callbackBody(nil)
	deep := strings.Repeat(`{"a":`, 3000) + "1" + strings.Repeat("}", 3000)

	return map[string][]byte{
		"nothing":                  nil,
		"empty":                    {},
		"blanks":                   []byte(" \r\n\t"),
		"null":                     []byte("null"),
		"number":                   []byte("0"),
		"list":                     []byte("[" + string(whole) + "]"),
		"HTML":                     []byte("<html><body>Request unsuccessful</body></html>"),
		"form":                     []byte("ResultCode=0&Amount=450"),
		"empty object":             []byte("{}"),
		"empty body":               []byte(`{"Body":{}}`),
		"body a list":              []byte(`{"Body":[]}`),
		"body a string":            []byte(`{"Body":"{\"stkCallback\":{\"ResultCode\":0}}"}`),
		"callback empty":           []byte(`{"Body":{"stkCallback":{}}}`),
		"callback a list":          replace(`"stkCallback":{`, `"stkCallback":[{}],"x":{`),
		"inner object only":        []byte(`{"stkCallback":{"ResultCode":0,"CheckoutRequestID":"ws_CO_1"}}`),
		"cut in the middle":        whole[:len(whole)/2],
		"cut at the end":           whole[:len(whole)-1],
		"trailing brace":           append(bytes.Clone(whole), '}'),
		"trailing text":            append(bytes.Clone(whole), "x"...),
		"trailing document":        append(bytes.Clone(whole), whole...),
		"trailing NUL":             append(bytes.Clone(whole), 0),
		"byte order mark":          append([]byte("\xef\xbb\xbf"), whole...),
		"UTF-16":                   []byte("\xff\xfe{\x00}\x00"),
		"invalid UTF-8":            replace("successfully", "success\xffully"),
		"longer than 64 KiB":       append(bytes.Clone(whole), bytes.Repeat([]byte(" "), MaxBody)...),
		"too deep":                 replace(`"Body":{`, `"x":`+deep+`,"Body":{`),
		"a little too deep":        replace(`"Body":{`, `"x":`+strings.Repeat("[", maxDepth)+strings.Repeat("]", maxDepth)+`,"Body":{`),
		"lower case body":          replace(`"Body"`, `"body"`),
		"lower case callback":      replace(`"stkCallback"`, `"stkcallback"`),
		"lower case code":          replace(`"ResultCode"`, `"resultcode"`),
		"upper case code":          replace(`"ResultCode"`, `"RESULTCODE"`),
		"long s in a name":         replace(`"ResultCode"`, `"Reſultcode"`),
		"lower case metadata":      replace(`"CallbackMetadata"`, `"callbackMetadata"`),
		"lower case item names":    replace(`"Name":"Amount"`, `"Name":"amount"`),
		"two codes, refused first": code(`1032,"ResultCode":0`),
		"two codes, paid first":    code(`0,"ResultCode":1032`),
		"two codes, other case":    code(`0,"resultCode":1032`),
		"two codes, long s":        code(`0,"Reſultcode":1032`),
		"two codes, escaped":       code(`0,"Result\u0043ode":1032`),
		"two bodies":               replace(`{"Body"`, `{"Body":{},"Body"`),
		"two callbacks":            replace(`"stkCallback":{`, `"stkCallback":{},"stkCallback":{`),
		"two ids":                  replace(`"CheckoutRequestID"`, `"CheckoutRequestID":"ws_CO_1","CheckoutRequestID"`),
		"two metadata":             replace(`"CallbackMetadata"`, `"CallbackMetadata":{},"CallbackMetadata"`),
		"two amounts":              replace(`{"Name":"Balance"}`, `{"Name":"Amount","Value":1}`),
		"two amounts, other case":  replace(`{"Name":"Balance"}`, `{"Name":"AMOUNT","Value":1}`),
		"two receipts":             replace(`{"Name":"Balance"}`, `{"Name":"MpesaReceiptNumber","Value":"TKN8ABC124"}`),
		"two values":               replace(`"Value":450.00`, `"Value":450.00,"Value":1`),
		"code missing":             replace(`"ResultCode":0,`, ``),
		"code null":                code(`null`),
		"code true":                code(`true`),
		"code false":               code(`false`),
		"code an object":           code(`{}`),
		"code a list":              code(`[0]`),
		"code empty":               code(`""`),
		"code blank":               code(`" "`),
		"code with a blank":        code(`" 0"`),
		"code with a blank behind": code(`"0 "`),
		"code with a line end":     code(`"0\n"`),
		"code 00":                  code(`"00"`),
		"code +0":                  code(`"+0"`),
		"code -0":                  code(`-0`),
		"code 0.0":                 code(`0.0`),
		"code 0e0":                 code(`0e0`),
		"code 1e0":                 code(`1e0`),
		"code 1 with a receipt":    code(`1`),
		"code full width":          code(`"０"`),
		"code endless":             code(`"` + strings.Repeat("0", 500) + `"`),
		"code success":             code(`"Success"`),
		"refused with a receipt":   code(`1032`),
		"pending with a receipt":   code(`4999`),
		"id missing":               replace(`"CheckoutRequestID":"`+testCheckoutID+`",`, ``),
		"id empty":                 checkout(`""`),
		"id null":                  checkout(`null`),
		"id a number":              checkout(`12345`),
		"id an object":             checkout(`{"$ne":null}`),
		"id with a line end":       checkout(`"ws_CO_1\n"`),
		"id with NUL":              checkout(`"ws_CO_1\u0000"`),
		"id with an escape code":   checkout(`"\u001b[2Jws_CO_1"`),
		"id of blanks":             checkout(`"   "`),
		"id not ASCII":             checkout(`"ws_CO_١٢٣"`),
		"id too long":              checkout(`"` + strings.Repeat("w", 65) + `"`),
		"id an HTML page":          checkout(`"<html>` + strings.Repeat("<p>", 40) + `</html>"`),
		"other id an HTML page":    replace(`"`+testMerchantID+`"`, `"`+strings.Repeat("<p>", 40)+`"`),
		"other id an object":       replace(`"`+testMerchantID+`"`, `{}`),
		"no metadata":              callbackBody(func(c, _ map[string]any) { c["CallbackMetadata"] = nil }),
		"metadata a list":          callbackBody(func(c, _ map[string]any) { c["CallbackMetadata"] = []any{} }),
		"metadata a string":        callbackBody(func(c, _ map[string]any) { c["CallbackMetadata"] = "Item" }),
		"metadata empty":           callbackBody(func(c, _ map[string]any) { c["CallbackMetadata"] = map[string]any{} }),
		"item an object":           callbackBody(func(c, _ map[string]any) { c["CallbackMetadata"] = map[string]any{"Item": map[string]any{}} }),
		"items empty":              callbackBody(func(c, _ map[string]any) { c["CallbackMetadata"] = map[string]any{"Item": []any{}} }),
		"items null":               callbackBody(func(c, _ map[string]any) { c["CallbackMetadata"] = map[string]any{"Item": []any{nil}} }),
		"item without a name":      replace(`"Name":"Balance"`, `"Value":3`),
		"item name a number":       replace(`"Name":"Balance"`, `"Name":7`),
		"amount missing":           callbackBody(func(_, i map[string]any) { delete(i, "Amount") }),
		"amount without a value":   callbackBody(func(_, i map[string]any) { i["Amount"] = nil }),
		"amount 0":                 amount(`0`),
		"amount 0.00":              amount(`0.00`),
		"amount negative":          amount(`-450.00`),
		"amount -0":                amount(`-0`),
		"amount with cents":        amount(`450.50`),
		"amount nearly whole":      amount(`449.9999999999999999999`),
		"amount 1e308":             amount(`1e308`),
		"amount 4.5e2":             amount(`4.5e2`),
		"amount 1E-3":              amount(`1E-3`),
		"amount over int64":        amount(`9223372036854775808`),
		"amount around to 450":     amount(`18446744073709552066`),
		"amount endless":           amount(strings.Repeat("9", 2000)),
		"amount many zeros":        amount(`450.` + strings.Repeat("0", 2000)),
		"amount true":              amount(`true`),
		"amount a list":            amount(`[450]`),
		"amount a word":            amount(`"many"`),
		"amount with a comma":      amount(`"1,450"`),
		"amount with a unit":       amount(`"KES 450"`),
		"amount with a plus":       amount(`"+450"`),
		"amount hexadecimal":       amount(`"0x1c2"`),
		"amount with a blank":      amount(`" 450"`),
		"amount leading zero":      amount(`"0450"`),
		"amount infinite":          amount(`"Infinity"`),
		"amount other digits":      amount(`"٤٥٠"`),
		"receipt missing":          callbackBody(func(_, i map[string]any) { delete(i, "MpesaReceiptNumber") }),
		"receipt without a value":  callbackBody(func(_, i map[string]any) { i["MpesaReceiptNumber"] = nil }),
		"receipt empty":            receipt(`""`),
		"receipt a number":         receipt(`1234567890`),
		"receipt lower case":       receipt(`"tkn8abc123"`),
		"receipt short":            receipt(`"TKN8"`),
		"receipt long":             receipt(`"TKN8ABC123TKN8ABC123"`),
		"receipt with a line end":  receipt(`"TKN8ABC123\n"`),
		"receipt a formula":        receipt(`"=HYPERLINK"`),
		"receipt an escape code":   receipt(`"\u001b]0;TKN8"`),
		"receipt with a blank":     receipt(`"TKN8 ABC12"`),
		"receipt with a Cyrillic":  receipt(`"ТKN8ABC123"`),
		"receipt SQL":              receipt(`"' OR 1=1 --"`),
		"receipt a list":           receipt(`["` + testReceipt + `"]`),
	}
}

func TestForgedCallbacksAreNeverPaid(t *testing.T) {
	bodies := forged()
	if len(bodies) < 60 {
		t.Fatalf("only %d bodies", len(bodies))
	}
	for name, body := range bodies {
		a := ParseCallback(body)
		if a.Verdict == VerdictPaid || a.Verdict == VerdictFailed {
			t.Errorf("%s: %s", name, a.Verdict)
		}
		if a.Verdict == VerdictMalformed && a.ErrorMessage == "" {
			t.Errorf("%s: malformed without a reason", name)
		}
		checkLaws(t, a)
	}
}

// Text from outside goes to screens, printers and spreadsheets.
func TestCallbackTextIsPrintable(t *testing.T) {
	for _, desc := range []string{
		"\x1b[31mPAID\x1b[0m", "a\x00b", "a\u202eb\u2066c", "tab\tline\nend", "\u0085\u009b31m", "\u200bzero\ufeff", strings.Repeat("long ", 100),
	} {
		body, err := json.Marshal(desc)
		if err != nil {
			t.Fatal(err)
		}
		a := ParseCallback([]byte(`{"Body":{"stkCallback":{"ResultCode":1032,"ResultDesc":` + string(body) + `}}}`))
		if a.Verdict != VerdictFailed || a.ResultDesc == "" {
			t.Errorf("%q: got %+v", desc, a)
		}
		checkLaws(t, a)
	}
	a := ParseCallback(refusalBody("1032", "one\t two\r\nthree"))
	if a.ResultDesc != "one two three" {
		t.Errorf("ResultDesc %q", a.ResultDesc)
	}
}

func FuzzParseCallback(f *testing.F) {
	f.Add(callbackBody(nil))
	f.Add(refusalBody(`"E3008"`, "Bad debt."))
	for _, body := range forged() {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		a := ParseCallback(body)
		checkLaws(t, a)
		if a.Endpoint != EndpointCallback {
			t.Errorf("Endpoint %q", a.Endpoint)
		}
		if a.Verdict != VerdictPaid {
			return
		}
		// An independent reading of a paid callback must find the same.
		var loose struct {
			Body struct {
				StkCallback struct {
					ResultCode       any
					CallbackMetadata struct {
						Item []struct {
							Name  string
							Value any
						}
					}
				}
			}
		}
		d := json.NewDecoder(bytes.NewReader(body))
		d.UseNumber()
		if err := d.Decode(&loose); err != nil {
			t.Fatalf("paid, but encoding/json refuses it: %v", err)
		}
		if code := loose.Body.StkCallback.ResultCode; code != "0" && code != json.Number("0") {
			t.Errorf("paid, but encoding/json reads the ResultCode %v", code)
		}
		for _, item := range loose.Body.StkCallback.CallbackMetadata.Item {
			if item.Name == "MpesaReceiptNumber" && item.Value != a.Receipt {
				t.Errorf("Receipt %q, but encoding/json reads %v", a.Receipt, item.Value)
			}
		}
	})
}
