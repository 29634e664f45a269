package daraja

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ParseCallback reads what was posted to a callback address: a pure function, total, for any bytes.
//
// VerdictPaid has a ResultCode of exactly "0", a CheckoutRequestID, an amount of at least one whole
// shilling and a receipt number. VerdictFailed has a code whose meaning is a known refusal, and no
// receipt number. A document that is not a callback, or says something twice, is VerdictMalformed
// with the reason in ErrorMessage; everything else is VerdictUnknown with whatever could be read.
//
// A callback carries no signature, and the ids in it can be guessed. Whether it may count at all is
// for the caller to decide, by the address it came to. The phone number in it is never read: it may
// be missing, masked or another's. The AccountReference of the push is never sent back.
func ParseCallback(body []byte) Answer {
	a, err := parseCallback(body)
	if err != nil {
		a = Answer{Verdict: VerdictMalformed, ErrorMessage: err.Error()}
	}
	a.Endpoint = EndpointCallback
	a.Raw = evidence(body)
	return a
}

func parseCallback(body []byte) (a Answer, err error) {
	o, err := decodeObject(body)
	if err != nil {
		return a, err
	}
	callback := o.object("Body").object("stkCallback")
	if callback == nil {
		return a, errors.New("there is no Body.stkCallback in it")
	}
	var ok bool
	if a.ResultCode, ok = scalar(callback["ResultCode"]); !ok {
		return a, errors.New("there is no usable ResultCode in it")
	}
	if a.CheckoutRequestID, ok = readID(callback, "CheckoutRequestID"); !ok {
		return a, errors.New("the CheckoutRequestID is not an id")
	}
	if a.MerchantRequestID, ok = readID(callback, "MerchantRequestID"); !ok {
		return a, errors.New("the MerchantRequestID is not an id")
	}
	desc := callback.text("ResultDesc")
	a.ResultDesc = message(desc)

	items, err := readItems(callback)
	if err != nil {
		return a, err
	}
	a.Amount, a.HasAmount = wholeShillings(items["Amount"])
	if receipt, _ := items["MpesaReceiptNumber"].(string); receiptForm.MatchString(receipt) {
		a.Receipt = receipt
	}
	a.TransactionDate = transactionDate(items["TransactionDate"])

	switch {
	case a.ResultCode == CodePaid && a.Receipt != "" && a.HasAmount && a.Amount > 0 && a.CheckoutRequestID != "":
		a.Verdict = VerdictPaid
	case refuses(a.ResultCode) && a.Receipt == "" && !processing(desc):
		a.Verdict = VerdictFailed
	default:
		a.Verdict = VerdictUnknown
	}
	return a, nil
}

// readItems is CallbackMetadata.Item by name; positions change, and Balance usually comes without a
// Value (measured). Refusals have no CallbackMetadata.
func readItems(callback object) (map[string]any, error) {
	if callback["CallbackMetadata"] == nil {
		return nil, nil
	}
	metadata, ok := callback["CallbackMetadata"].(object)
	if !ok {
		return nil, errors.New("the CallbackMetadata is not an object")
	}
	list, ok := metadata["Item"].([]any)
	if !ok && metadata["Item"] != nil {
		return nil, errors.New("the CallbackMetadata has no list of items")
	}
	items, seen := map[string]any{}, map[string]bool{}
	for _, v := range list {
		item, _ := v.(object)
		name := item.text("Name")
		if name == "" {
			return nil, errors.New("an item of the CallbackMetadata has no name")
		}
		if seen[fold(name)] {
			return nil, fmt.Errorf("the item %q stands twice in the CallbackMetadata", printable(name, 40))
		}
		seen[fold(name)] = true
		items[name] = item["Value"]
	}
	return items, nil
}

// plainAmount is an amount as Daraja writes it: 1.00 and 10.0 until 2025, 10 since (measured), in
// at most nine digits, and nothing behind the point but zeros. No sign and no exponent: 1e2 may be
// exact, but nobody sends it.
var plainAmount = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(0|[1-9][0-9]{0,8})(?:\.0{1,4})?$`)
})

// wholeShillings is the amount in v, a number or a string, and false unless it is exact.
func wholeShillings(v any) (int64, bool) {
	s, _ := scalar(v)
	m := plainAmount().FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	return n, err == nil
}

// timestampLayout is how M-PESA writes a time, in EAT.
const timestampLayout = "20060102150405"

// transactionDate is the time in v, a number from Daraja or a string from simulators, or "".
func transactionDate(v any) string {
	s, _ := scalar(v)
	if len(s) != len(timestampLayout) || strings.Trim(s, "0123456789") != "" {
		return ""
	}
	if _, err := time.Parse(timestampLayout, s); err != nil {
		return ""
	}
	return s
}
