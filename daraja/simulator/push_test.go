package simulator

import (
	"encoding/base64"
	"encoding/json"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestPushAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		status, answer := w.push(nil)
		if status != 200 || len(answer) != 5 || answer["ResponseCode"] != "0" ||
			answer["ResponseDescription"] != "Success. Request accepted for processing" ||
			answer["CustomerMessage"] != "Success. Request accepted for processing" {
			t.Errorf("%d %v", status, answer)
		}
		if id := answer["MerchantRequestID"].(string); !regexp.MustCompile(`^[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\d{4,}$`).MatchString(id) {
			t.Errorf("MerchantRequestID %q", id)
		}
		// Virtual time begins on 1 January 2000, 03:00 in Nairobi.
		if id := answer["CheckoutRequestID"]; id != "ws_CO_01012000030000000712345600" {
			t.Errorf("CheckoutRequestID %q", id)
		}
	})
}

// TestPushFields changes one field of a good push at a time.
func TestPushFields(t *testing.T) {
	type change = map[string]any
	const (
		accepted = ""
		merchant = "500 500.001.1001 Merchant does not exist"
		wrong    = "500 500.001.1001 Wrong credentials"
		threat   = "400 400.002.02 Bad Request - Threat Detected"
	)
	bad := func(field string) string { return "400 400.002.02 Bad Request - Invalid " + field }
	otherTime := "20260314150927"
	for _, test := range []struct {
		name   string
		change change
		want   string
	}{
		{"nothing", nil, accepted},
		{"unknown field", change{"Colour": "green", "Nested": change{"a": []int{1}}}, accepted},
		{"numbers", change{"BusinessShortCode": 174379, "Timestamp": json.Number(timestamp), "PartyA": 254712345600,
			"PartyB": 174379, "PhoneNumber": 254712345600}, accepted},
		{"amount as string", change{"Amount": "450"}, accepted},
		{"least amount", change{"Amount": 1}, accepted},
		{"most amount", change{"Amount": 250_000}, accepted},
		{"01 phone", change{"PhoneNumber": "254112345600"}, accepted},
		{"long texts", change{"AccountReference": strings.Repeat("R", 30), "TransactionDesc": strings.Repeat("D", 60)}, accepted},
		{"loopback", change{"CallBackURL": "http://127.0.0.1:8190/x"}, accepted},
		{"localhost", change{"CallBackURL": "http://localhost/x"}, accepted},
		{"another PartyA", change{"PartyA": "254722000000"}, accepted},

		{"no short code", change{"BusinessShortCode": nil}, bad("BusinessShortCode")},
		{"null short code", change{"BusinessShortCode": json.RawMessage("null")}, bad("BusinessShortCode")},
		{"short code of letters", change{"BusinessShortCode": "17437X"}, bad("BusinessShortCode")},
		{"short code too long", change{"BusinessShortCode": "17437999"}, bad("BusinessShortCode")},
		{"short code in a list", change{"BusinessShortCode": []string{shortCode}}, bad("BusinessShortCode")},
		{"unknown short code", change{"BusinessShortCode": "600000", "Password": password("600000", passkey, timestamp)}, merchant},
		{"no password", change{"Password": nil}, wrong},
		{"password that is no base64", change{"Password": "***"}, wrong},
		{"other passkey", change{"Password": password(shortCode, "other", timestamp)}, wrong},
		{"password of another time", change{"Password": password(shortCode, passkey, otherTime)}, wrong},
		{"password of another short code", change{"Password": password("600000", passkey, timestamp)}, wrong},
		{"no timestamp", change{"Timestamp": nil}, wrong},
		{"timestamp that is no time", change{"Timestamp": "20261314150926", "Password": password(shortCode, passkey, "20261314150926")}, bad("Timestamp")},
		{"timestamp with a fraction", change{"Timestamp": timestamp + ".5", "Password": password(shortCode, passkey, timestamp+".5")}, bad("Timestamp")},
		{"no type", change{"TransactionType": nil}, bad("TransactionType")},
		{"type with a blank", change{"TransactionType": "CustomerPayBillOnline "}, accepted},
		{"unknown type", change{"TransactionType": "CustomerPayBill"}, bad("TransactionType")},
		{"buy goods on the sandbox's pay bill", change{"TransactionType": "CustomerBuyGoodsOnline"}, bad("TransactionType")},
		{"no amount", change{"Amount": nil}, bad("Amount")},
		{"amount 0", change{"Amount": 0}, bad("Amount")},
		{"amount -1", change{"Amount": -1}, bad("Amount")},
		{"amount 250001", change{"Amount": 250_001}, bad("Amount")},
		{"amount 10.5", change{"Amount": 10.5}, bad("Amount")},
		{"amount 10.0", change{"Amount": json.RawMessage("10.0")}, bad("Amount")},
		{"amount 1e1", change{"Amount": json.RawMessage("1e1")}, bad("Amount")},
		{"amount with a comma", change{"Amount": "1,500"}, bad("Amount")},
		{"amount beyond 64 bits", change{"Amount": "18446744073709551617"}, bad("Amount")},
		{"amount true", change{"Amount": true}, bad("Amount")},
		{"no PartyA", change{"PartyA": nil}, bad("PartyA")},
		{"no phone", change{"PhoneNumber": nil}, bad("PhoneNumber")},
		{"phone 07", change{"PhoneNumber": "0712345600"}, bad("PhoneNumber")},
		{"phone +254", change{"PhoneNumber": "+254712345600"}, bad("PhoneNumber")},
		{"phone 2540", change{"PhoneNumber": "254012345600"}, bad("PhoneNumber")},
		{"phone of another country", change{"PhoneNumber": "255712345600"}, bad("PhoneNumber")},
		{"phone too short", change{"PhoneNumber": "25471234560"}, bad("PhoneNumber")},
		{"phone in Arabic digits", change{"PhoneNumber": "2547١٢٣٤٥٦٠٠"}, bad("PhoneNumber")},
		{"no PartyB", change{"PartyB": nil}, bad("PartyB")},
		{"PartyB of letters", change{"PartyB": "till"}, bad("PartyB")},
		{"no URL", change{"CallBackURL": nil}, bad("CallBackURL")},
		{"URL without a scheme", change{"CallBackURL": "till.example/x"}, bad("CallBackURL")},
		{"URL without a host", change{"CallBackURL": "https:///x"}, bad("CallBackURL")},
		{"URL of another kind", change{"CallBackURL": "ftp://till.example/x"}, bad("CallBackURL")},
		{"mpesa in the URL", change{"CallBackURL": "https://till.example/MPesa"}, threat},
		{"m-pesa in the URL", change{"CallBackURL": "https://M-PESA.example/x"}, threat},
		{"safaricom in the URL", change{"CallBackURL": "https://safaricom.example/x"}, threat},
		{"exe in the URL", change{"CallBackURL": "https://till.example/a.exe"}, threat},
		{"exec in the URL", change{"CallBackURL": "https://till.example/EXEC"}, threat},
		{"cmd in the URL", change{"CallBackURL": "https://till.example/?cmd=1"}, threat},
		{"sql in the URL", change{"CallBackURL": "https://till.example/SqL"}, threat},
		{"query in the URL", change{"CallBackURL": "https://till.example/query"}, threat},
		{"a word in the reference", change{"AccountReference": "Mpesa 1"}, threat},
		{"a word in the description", change{"TransactionDesc": "sql"}, threat},
		{"no reference", change{"AccountReference": nil}, bad("AccountReference")},
		{"blank reference", change{"AccountReference": "  "}, bad("AccountReference")},
		{"no description", change{"TransactionDesc": nil}, bad("Remarks")},
		{"empty description", change{"TransactionDesc": ""}, bad("Remarks")},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, Options{ShortCode: shortCode, Passkey: passkey})
				status, answer := w.push(test.change)
				if test.want == accepted {
					if status != 200 || answer["ResponseCode"] != "0" || len(w.sim.Prompts()) != 1 {
						t.Errorf("%d %v", status, answer)
					}
					return
				}
				wantStatus, wantAnswer, _ := strings.Cut(test.want, " ")
				wantCode, wantMessage, _ := strings.Cut(wantAnswer, " ")
				if status != atoi(wantStatus) || answer["errorCode"] != wantCode || answer["errorMessage"] != wantMessage {
					t.Errorf("%d %v, want %s", status, answer, test.want)
				}
				if id, _ := answer["requestId"].(string); id == "" {
					t.Errorf("no requestId in %v", answer)
				}
				if n := len(w.sim.Prompts()); n != 0 {
					t.Errorf("%d prompts after a refusal", n)
				}
			})
		})
	}
}

func atoi(text string) (n int) {
	_ = json.Unmarshal([]byte(text), &n)
	return n
}

func TestPushOrderOfChecks(t *testing.T) {
	// Each field is wrong together with all that follow it: the first one is named.
	order := []struct{ field, named string }{
		{"BusinessShortCode", "Bad Request - Invalid BusinessShortCode"},
		{"Password", "Wrong credentials"},
		{"TransactionType", "Bad Request - Invalid TransactionType"},
		{"Amount", "Bad Request - Invalid Amount"},
		{"PhoneNumber", "Bad Request - Invalid PhoneNumber"},
		{"PartyA", "Bad Request - Invalid PartyA"},
		{"PartyB", "Bad Request - Invalid PartyB"},
		{"CallBackURL", "Bad Request - Invalid CallBackURL"},
		{"AccountReference", "Bad Request - Invalid AccountReference"},
		{"TransactionDesc", "Bad Request - Invalid Remarks"},
	}
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		for i := range order {
			changes := map[string]any{}
			for _, wrong := range order[i:] {
				changes[wrong.field] = ""
			}
			if _, answer := w.push(changes); answer["errorMessage"] != order[i].named {
				t.Errorf("wrong from %s on: %v", order[i].field, answer)
			}
		}
	})
}

func TestPushAnyCredentials(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{}) // no short code, no passkey
		for _, test := range []struct {
			password string
			status   int
		}{
			{password("5001234", "whatever", timestamp), 200},
			{password("5001234", "", timestamp), 500}, // no passkey at all
			{password("5001234", "whatever", "20260314150927"), 500},
			{password("174379", "whatever", timestamp), 500},
			{base64.StdEncoding.EncodeToString([]byte("5001234")), 500},
		} {
			status, answer := w.push(map[string]any{"BusinessShortCode": 5001234, "Password": test.password,
				"TransactionType": "CustomerBuyGoodsOnline", "PartyB": "832909"})
			if status != test.status {
				t.Errorf("%s: %d %v, want %d", test.password, status, answer, test.status)
			}
		}
		if prompt := w.sim.Prompts()[0]; prompt.ShortCode != "832909" {
			t.Errorf("the customer sees %s, want the till", prompt.ShortCode)
		}
		w.until(time.Minute)
		if got := w.caught()[0].header.Get("Businessshortcode"); got != "5001234" {
			t.Errorf("Businessshortcode %q", got)
		}
	})
}

func TestPushEnvelope(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		good := encode(goodPush(nil))
		for _, test := range []struct {
			name, contentType, body, want string
		}{
			{"charset", "application/json; charset=utf-8", good, "0"},
			{"upper case", "Application/JSON", good, "500.001.1001"}, // read, and the phone is busy by now
			{"no type", "", good, "400.002.02"},
			{"form", "application/x-www-form-urlencoded", good, "400.002.02"},
			{"text", "text/plain", good, "400.002.02"},
			{"empty", "application/json", "", "400.002.05"},
			{"cut off", "application/json", good[:len(good)/2], "400.002.05"},
			{"two objects", "application/json", good + good, "400.002.05"},
			{"null", "application/json", "null", "400.002.05"},
			{"list", "application/json", "[" + good + "]", "400.002.05"},
			{"huge", "application/json", good + strings.Repeat(" ", maxBody), "400.002.05"},
		} {
			r := httptest.NewRequest("POST", pathPush, strings.NewReader(test.body))
			r.Header.Set("Authorization", "Bearer "+w.token)
			if test.contentType != "" {
				r.Header.Set("Content-Type", test.contentType)
			}
			_, body := w.do(r)
			answer := decode(t, body)
			if got := answer["errorCode"]; got != test.want && answer["ResponseCode"] != test.want {
				t.Errorf("%s: %s, want %s", test.name, body, test.want)
			}
			if test.want == "400.002.02" && answer["errorMessage"] != "Bad Request - Invalid BusinessShortCode" {
				t.Errorf("%s: %s", test.name, body)
			}
		}
	})
}

func TestPhoneIsLockedWhileItsPromptIsOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		w.accepted("254712345637")
		phone := map[string]any{"PhoneNumber": "254712345637"}
		w.until(25*time.Second - time.Millisecond)
		status, answer := w.push(phone)
		if status != 500 || answer["errorCode"] != "500.001.1001" || !strings.HasPrefix(answer["errorMessage"].(string), "Unable to lock subscriber") {
			t.Errorf("second push: %d %v", status, answer)
		}
		w.accepted("254712345638") // another phone is free
		w.until(25 * time.Second)
		if status, answer := w.push(phone); status != 200 {
			t.Errorf("push after the prompt: %d %v", status, answer)
		}
	})
}

func TestCheckoutRequestIDsDiffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		seen := map[string]bool{}
		for range 100 { // within one millisecond of virtual time
			id := w.accepted("254712345600")
			if seen[id] {
				t.Fatalf("%s twice", id)
			}
			seen[id] = true
			if err := w.sim.Act("254712345600", ActionCancel); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// FuzzPush sends any body and holds the simulator to its own answer: a prompt is open if and only
// if the push was accepted, or its ending says so; and a refusal is always one of Daraja's
// envelopes.
func FuzzPush(f *testing.F) {
	for _, changes := range []map[string]any{
		nil, {"Amount": "1"}, {"PhoneNumber": 254712345661}, {"PhoneNumber": "254112345664"}, {"PhoneNumber": "254712345665"},
		{"PhoneNumber": "254712345666"}, {"PhoneNumber": "254712345667"}, {"Password": ""}, {"CallBackURL": "https://till.example/%zz"},
	} {
		f.Add(encode(goodPush(changes)))
	}
	f.Add(`{"BusinessShortCode":174379,"BusinessShortCode":1}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, body string) {
		w := newWorld(t, Options{})
		status, answer := w.send("POST", pathPush, "Bearer "+w.token, body)
		prompts := w.sim.Prompts()
		if err := w.sim.Close(); err != nil {
			t.Fatal(err)
		}
		for _, p := range prompts {
			if !validMSISDN(p.MSISDN) || p.Amount < 1 || p.Amount > 250_000 || p.AccountReference == "" {
				t.Errorf("prompt %+v", p)
			}
		}
		switch status {
		case 200:
			if id := decode(t, answer)["CheckoutRequestID"]; len(prompts) != 1 || prompts[0].CheckoutRequestID != id {
				t.Errorf("accepted as %v, but the prompts are %v", id, prompts)
			}
		case 0:
			if len(prompts) != 1 || lastTwo(prompts[0].MSISDN) != "64" {
				t.Errorf("dropped with prompts %v", prompts)
			}
		case 403, 429:
			if len(prompts) != 0 {
				t.Errorf("%d with prompts %v", status, prompts)
			}
		default:
			if code, _ := decode(t, answer)["errorCode"].(string); code == "" || (len(prompts) != 0) != (code == "500.003.1001") {
				t.Errorf("%s with prompts %v", answer, prompts)
			}
		}
	})
}
