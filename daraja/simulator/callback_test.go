package simulator

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// TestCallbackForms: over some payments the callbacks have every form in which M-PESA writes Amount
// and Balance.
func TestCallbackForms(t *testing.T) {
	seen := map[string]bool{}
	for number := range uint64(20) {
		a := &attempt{pushRequest: pushRequest{amount: 450, msisdn: "254712345678"}, number: number, receipt: "UKN1AB2CD3", paidAt: time.Unix(1_800_000_000, 0)}
		a.result = paid
		var body struct {
			Body struct {
				StkCallback struct {
					CallbackMetadata struct {
						Item []struct {
							Name  string
							Value json.RawMessage
						}
					}
				} `json:"stkCallback"`
			}
		}
		if err := json.Unmarshal(a.callback(), &body); err != nil {
			t.Fatal(err)
		}
		var names []string
		balance := "absent"
		for _, item := range body.Body.StkCallback.CallbackMetadata.Item {
			names = append(names, item.Name)
			switch item.Name {
			case "Amount":
				seen["Amount "+string(item.Value)] = true
			case "Balance":
				balance = string(item.Value)
			}
		}
		seen["Balance "+balance] = true
		if got := strings.Join(names, " "); strings.Replace(got, " Balance", "", 1) != "Amount MpesaReceiptNumber TransactionDate PhoneNumber" {
			t.Errorf("items %s", got)
		}
	}
	for _, want := range []string{"Amount 450", "Amount 450.0", "Amount 450.00", "Balance absent", "Balance ", `Balance "KES 0.00"`} {
		if !seen[want] {
			t.Errorf("never %q: %v", want, seen)
		}
	}
	if len(seen) != 6 {
		t.Errorf("%v", seen)
	}
}
