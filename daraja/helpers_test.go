package daraja

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// failure is how the till says an error of this package.
func failure(t testing.TB, err error) string {
	t.Helper()
	var de *Error
	if !errors.As(err, &de) {
		t.Fatalf("%v", err)
	}
	return TillFailure(de)
}

// withClock replaces time.Now.
func withClock(now func() time.Time) Option { return func(c *Client) { c.now = now } }

func parseEAT(s string) (time.Time, error) { return time.ParseInLocation(timestampLayout, s, eat) }

// checkLaws checks what must hold for every answer, whatever it was made from.
func checkLaws(t testing.TB, a Answer) {
	t.Helper()
	allowed := map[Endpoint]string{
		EndpointPush:     "accepted validation configuration auth phone_busy system_busy rate_limited blocked unknown",
		EndpointQuery:    "paid failed pending validation configuration auth system_busy rate_limited blocked unknown",
		EndpointCallback: "paid failed unknown malformed",
		EndpointOAuth:    "token credentials blocked malformed",
	}
	if !strings.Contains(" "+allowed[a.Endpoint]+" ", " "+string(a.Verdict)+" ") {
		t.Errorf("%s cannot be %q", a.Endpoint, a.Verdict)
	}
	switch a.Verdict {
	case VerdictPaid:
		if a.ResultCode != "0" {
			t.Errorf("paid with ResultCode %q", a.ResultCode)
		}
		if a.Endpoint == EndpointCallback && (a.Receipt == "" || !a.HasAmount || a.Amount < 1 || a.CheckoutRequestID == "") {
			t.Errorf("paid by callback without receipt, amount or id: %+v", a)
		}
	case VerdictFailed:
		if final, ok := Final(a.ResultCode); !ok || !final || a.ResultCode == "0" || a.Receipt != "" {
			t.Errorf("failed with ResultCode %q and receipt %q", a.ResultCode, a.Receipt)
		}
	case VerdictAccepted:
		if a.CheckoutRequestID == "" {
			t.Error("accepted without a CheckoutRequestID")
		}
	case VerdictMalformed:
		if a.Endpoint == EndpointCallback && (a.ResultCode+a.Receipt+a.CheckoutRequestID+a.MerchantRequestID != "" || a.HasAmount) {
			t.Errorf("malformed, but something was read: %+v", a)
		}
	}
	if a.Endpoint != EndpointCallback && (a.HasAmount || a.Receipt != "" || a.Amount != 0) {
		t.Errorf("%s brought an amount or a receipt", a.Endpoint)
	}
	if !a.HasAmount && a.Amount != 0 || a.Amount < 0 {
		t.Errorf("Amount %d, HasAmount %v", a.Amount, a.HasAmount)
	}
	if len(a.Raw) > MaxBody+len(hidden) {
		t.Errorf("Raw has %d bytes", len(a.Raw))
	}
	for _, s := range []string{a.ErrorCode, a.ErrorMessage, a.MerchantRequestID, a.CheckoutRequestID, a.ResultCode, a.ResultDesc, a.Receipt, a.TransactionDate} {
		if !utf8.ValidString(s) || utf8.RuneCountInString(s) > maxText || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("text from outside is not printable or too long: %q", s)
		}
	}
	what, do := TillAdvice(a)
	for _, s := range []string{what.EN, what.SW, do.EN, do.SW} {
		if s == "" {
			t.Errorf("no advice for %+v", a)
		}
	}
}

// The ids and the receipt of this package's fixtures.
const (
	testCheckoutID = "ws_CO_231120251432070123712345678"
	testMerchantID = "7071-4170-a0e5-8345632bad442144258"
	testReceipt    = "TKN8ABC123" // 23 November 2025
)

// callbackBody is a complete payment; edit changes its parts before it is written.
func callbackBody(edit func(callback map[string]any, items map[string]any)) []byte {
	items := map[string]any{
		"Amount":             json.Number("450.00"),
		"MpesaReceiptNumber": testReceipt,
		"Balance":            nil,
		"TransactionDate":    json.Number("20251123143215"),
		"PhoneNumber":        json.Number("254712345678"),
	}
	callback := map[string]any{
		"MerchantRequestID": testMerchantID,
		"CheckoutRequestID": testCheckoutID,
		"ResultCode":        json.Number("0"),
		"ResultDesc":        "The service request is processed successfully.",
	}
	if edit != nil {
		edit(callback, items)
	}
	if _, set := callback["CallbackMetadata"]; !set && items != nil {
		var list []any
		for _, name := range []string{"Amount", "MpesaReceiptNumber", "Balance", "TransactionDate", "PhoneNumber"} {
			v, ok := items[name]
			switch {
			case ok && v == nil:
				list = append(list, map[string]any{"Name": name})
			case ok:
				list = append(list, map[string]any{"Name": name, "Value": v})
			}
		}
		callback["CallbackMetadata"] = map[string]any{"Item": list}
	}
	body, err := json.Marshal(map[string]any{"Body": map[string]any{"stkCallback": callback}})
	if err != nil {
		panic(err)
	}
	return body
}

// refusalBody is a callback of a payment that did not happen.
func refusalBody(code, desc string) []byte {
	return fmt.Appendf(nil, `{"Body":{"stkCallback":{"MerchantRequestID":%q,"CheckoutRequestID":%q,"ResultCode":%s,"ResultDesc":%q}}}`,
		testMerchantID, testCheckoutID, code, desc)
}

// queryBodyOf is a query's answer.
func queryBodyOf(code, desc string) []byte {
	return fmt.Appendf(nil, `{"ResponseCode":"0","ResponseDescription":"The service request has been accepted successfully",`+
		`"MerchantRequestID":%q,"CheckoutRequestID":%q,"ResultCode":%q,"ResultDesc":%q}`, testMerchantID, testCheckoutID, code, desc)
}

const pushAccepted = `{"MerchantRequestID":"` + testMerchantID + `","CheckoutRequestID":"` + testCheckoutID + `",` +
	`"ResponseCode":"0","ResponseDescription":"Success. Request accepted for processing","CustomerMessage":"Success. Request accepted for processing"}`

func errorBody(code, msg string) string {
	return fmt.Sprintf(`{"requestId":"4a1c-9a1f-b7a3-55aa","errorCode":%q,"errorMessage":%q}`, code, msg)
}
