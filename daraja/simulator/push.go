package simulator

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// The limits of one payment, in whole shillings.
const (
	minAmount = 1
	maxAmount = 250_000
)

// sandboxPayBill is the sandbox's short code. It is a Pay Bill, so Buy Goods is refused there.
const sandboxPayBill = "174379"

const buyGoods = "CustomerBuyGoodsOnline"

// forbidden lists the words, in lower case, that Safaricom lets pass neither in a CallBackURL nor
// in a text. Its list also has "exec", which holds "exe".
var forbidden = []string{"mpesa", "m-pesa", "safaricom", "exe", "cmd", "sql", "query"}

// A pushRequest is a push whose fields have been found in order.
type pushRequest struct {
	shortCode        string // BusinessShortCode
	partyB           string // who is paid: the Pay Bill, or the till
	msisdn           string // PhoneNumber, on which the prompt appears: 254 and nine digits
	amount           int    // whole shillings
	callBackURL      string
	accountReference string
}

// push answers POST /mpesa/stkpush/v1/processrequest: it checks the request, and then the last two
// digits of the phone decide.
func (s *Simulator) push(r *http.Request, body []byte) answer {
	f, bad := readFields(r, body)
	if bad != nil {
		return *bad
	}
	p, bad := s.readPush(f)
	if bad != nil {
		return *bad
	}
	e := endingOf(p.msisdn)

	s.mu.Lock()
	defer s.mu.Unlock()
	if e.push != nil && !e.prompts && !(e.once && s.cameBack(p)) {
		return *e.push
	}
	if s.open[p.msisdn] != nil {
		return phoneBusy
	}
	a := s.prompt(p, e)
	if e.push != nil && e.prompts {
		return *e.push
	}
	return answer{status: http.StatusOK, body: struct {
		MerchantRequestID   string
		CheckoutRequestID   string
		ResponseCode        string
		ResponseDescription string
		CustomerMessage     string
	}{
		a.merchantRequestID, a.checkoutRequestID, "0",
		"Success. Request accepted for processing", "Success. Request accepted for processing",
	}}
}

// cameBack reports whether this push was refused once already. It goes by phone and CallBackURL,
// and forgets when it says yes: so each attempt sees one refusal, also from a client that has the
// same URL for every attempt. The caller holds mu.
func (s *Simulator) cameBack(p pushRequest) bool {
	key := p.msisdn + " " + p.callBackURL
	if s.refused[key] {
		delete(s.refused, key)
		return true
	}
	s.refused[key] = true
	return false
}

// readPush checks a push field by field and returns the first refusal. Too long an AccountReference
// or TransactionDesc is let pass: Daraja documents 12 and 13 characters and does not insist
// (measured).
func (s *Simulator) readPush(f fields) (pushRequest, *answer) {
	p := pushRequest{
		shortCode:        f.text("BusinessShortCode"),
		partyB:           f.text("PartyB"),
		msisdn:           f.text("PhoneNumber"),
		callBackURL:      f.text("CallBackURL"),
		accountReference: strings.TrimSpace(f.text("AccountReference")),
	}
	description := strings.TrimSpace(f.text("TransactionDesc"))
	if bad := s.checkMerchant(f); bad != nil {
		return p, bad
	}
	switch strings.TrimRight(f.text("TransactionType"), " ") { // Safaricom's own samples have a blank
	case "CustomerPayBillOnline":
	case buyGoods:
		if p.shortCode == sandboxPayBill {
			return p, invalid("TransactionType")
		}
	default:
		return p, invalid("TransactionType")
	}
	var whole bool
	p.amount, whole = readAmount(f.text("Amount"))
	switch {
	case !whole:
		return p, invalid("Amount")
	case !validMSISDN(p.msisdn): // before PartyA (seen on the wire)
		return p, invalid("PhoneNumber")
	case !validMSISDN(f.text("PartyA")):
		return p, invalid("PartyA")
	case !validShortCode(p.partyB):
		return p, invalid("PartyB")
	case !validCallBackURL(p.callBackURL):
		return p, invalid("CallBackURL")
	case hasForbiddenWord(p.callBackURL), hasForbiddenWord(p.accountReference), hasForbiddenWord(description):
		return p, &threat
	case p.accountReference == "":
		return p, invalid("AccountReference")
	case description == "":
		return p, invalid("Remarks") // Daraja's old name for it (seen on the wire)
	}
	return p, nil
}

// checkMerchant checks the three fields that pushes and queries share: BusinessShortCode, Password,
// Timestamp.
func (s *Simulator) checkMerchant(f fields) *answer {
	shortCode, timestamp := f.text("BusinessShortCode"), f.text("Timestamp")
	if !validShortCode(shortCode) {
		return invalid("BusinessShortCode")
	}
	if s.opts.ShortCode != "" && shortCode != s.opts.ShortCode {
		return &noMerchant
	}
	if !s.validPassword(f.text("Password"), shortCode, timestamp) {
		return &badCredentials
	}
	if _, err := time.Parse("20060102150405", timestamp); err != nil || !digits(timestamp, 14, 14) {
		return invalid("Timestamp")
	}
	return nil
}

// validPassword reports whether password is base64 of the short code, the passkey and the
// timestamp.
func (s *Simulator) validPassword(password, shortCode, timestamp string) bool {
	plain, err := base64.StdEncoding.DecodeString(password)
	if err != nil {
		return false
	}
	passkey, headed := strings.CutPrefix(string(plain), shortCode)
	passkey, tailed := strings.CutSuffix(passkey, timestamp)
	return headed && tailed && matches(passkey, s.opts.Passkey)
}

// readAmount reads whole shillings within the limits: digits only, so neither 10.5 nor 10.0 nor
// 1e1.
func readAmount(text string) (int, bool) {
	if !digits(text, 1, 9) {
		return 0, false
	}
	amount, err := strconv.Atoi(text)
	return amount, err == nil && minAmount <= amount && amount <= maxAmount
}

func validShortCode(text string) bool { return digits(text, 5, 7) }

// validMSISDN reports whether text is a Kenyan mobile number as Daraja wants it: 2547 or 2541 and
// eight digits.
func validMSISDN(text string) bool {
	return digits(text, 12, 12) && (strings.HasPrefix(text, "2547") || strings.HasPrefix(text, "2541"))
}

// validCallBackURL reports whether text is an http or https URL with a host. Daraja refuses
// localhost and, in production, plain http; the simulator does not, since its listener is usually
// on this machine.
func validCallBackURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}

func hasForbiddenWord(text string) bool {
	text = strings.ToLower(text)
	for _, word := range forbidden {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}
