package simulator

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

const (
	promptLife = 25 * time.Second  // how long a prompt waits for its customer
	settleTime = time.Second       // from a payment to Daraja telling it
	never      = time.Duration(-1) // in place of settleTime
)

// A result is how a payment ended, in Daraja's words: a ResultCode and its ResultDesc.
type result struct {
	code, desc string
}

// The texts are Daraja's, seen on the wire, but for 26 and 9999.
var (
	paid           = result{"0", "The service request is processed successfully."}
	notEnoughMoney = result{"1", "The balance is insufficient for the transaction."}
	ruleLimited    = result{"17", "Rule limited."}
	trafficBlocked = result{"26", "Traffic blocking condition in place."}
	expired        = result{"1019", "Transaction has expired"}
	cancelled      = result{"1032", "Request Cancelled by user."}
	noAnswer       = result{"1037", "DS timeout user cannot be reached."}
	wrongPIN       = result{"2001", "The initiator information is invalid."}
	stillPending   = result{"4999", "The transaction is still under processing"}
	unclear        = result{"9999", "An error occurred while sending a push request"}
	badDebt        = result{"E3008", "Error, the user has a bad debt contract."}
)

// A span is the shortest and the longest time that something takes.
type span struct{ shortest, longest time.Duration }

func seconds(shortest, longest int) span {
	return span{time.Duration(shortest) * time.Second, time.Duration(longest) * time.Second}
}

// The callbacks of an ending, each as the time from the settling to its delivery.
var (
	oneCallback    = []time.Duration{0}
	threeCallbacks = []time.Duration{0, 2 * time.Second, 4 * time.Second}
)

// An ending is what happens on the phones with one pair of last digits.
type ending struct {
	digits string // the last two; "" is every other phone
	what   string // for people

	// The push.
	push    *answer // what it is answered; nil accepts it
	prompts bool    // with push: the prompt appears all the same
	once    bool    // with push: only until the same push comes again

	// The customer, where no hand is on the phone.
	after  span   // from the prompt to the customer's act
	result result // of that act

	// Daraja afterwards.
	settle     time.Duration   // from act to result; 0: settleTime if paid, else at once
	callbacks  []time.Duration // from settling to each delivery
	inCallback result          // what callbacks say; zero is the truth
	extra      int             // shillings that callbacks add to the amount
	inQuery    result          // what queries say once it is settled; zero is the truth
	inFirst    result          // the first query's answer once settled; zero: the usual one
	query      *answer         // what every query is answered instead
}

// endings is the phone book of the simulator. The last row is the ordinary customer.
var endings = []ending{
	{digits: "01", what: "1: not enough money", after: seconds(3, 5), result: notEnoughMoney, callbacks: oneCallback},
	{digits: "08", what: "E3008, a code that is no number", after: seconds(3, 5), result: badDebt, callbacks: oneCallback},
	{digits: "17", what: "17: rule limited", after: seconds(2, 3), result: ruleLimited, callbacks: oneCallback},
	{digits: "19", what: "1019: expired", after: seconds(20, 20), result: expired, callbacks: oneCallback},
	{digits: "20", what: "2001: wrong PIN", after: seconds(4, 9), result: wrongPIN, callbacks: oneCallback},
	{digits: "26", what: "26: system busy", after: seconds(2, 3), result: trafficBlocked, callbacks: oneCallback},
	{digits: "32", what: "1032: cancelled", after: seconds(5, 8), result: cancelled, callbacks: oneCallback},
	{digits: "37", what: "1037: no answer, after 25 s", after: span{promptLife, promptLife}, result: noAnswer, callbacks: oneCallback},

	{digits: "51", what: "pays, no callback ever: the query says 0", after: seconds(4, 9), result: paid},
	{digits: "52", what: "pays, callback after 4 minutes; the query stays pending until then",
		after: seconds(4, 9), result: paid, settle: 4 * time.Minute, callbacks: oneCallback},
	{digits: "53", what: "pays, callback delivered three times, 2 s apart", after: seconds(4, 9), result: paid, callbacks: threeCallbacks},
	{digits: "54", what: "pays, and then the query says 1032", after: seconds(4, 9), result: paid, callbacks: oneCallback, inQuery: cancelled},
	{digits: "55", what: "pays, callback with another amount", after: seconds(4, 9), result: paid, callbacks: oneCallback, extra: 1},
	{digits: "56", what: "never ends: pending for ever, no callback", after: span{promptLife, promptLife}, result: noAnswer, settle: never},
	{digits: "57", what: "pays, callback; every query is refused by the rate limit",
		after: seconds(4, 9), result: paid, callbacks: oneCallback, query: &rateLimited},
	{digits: "58", what: "pays, callback says 9999, then the query says 0", after: seconds(4, 9), result: paid, callbacks: oneCallback, inCallback: unclear},
	{digits: "59", what: "pays, no callback; the first query says 1032, later ones 0", after: seconds(4, 9), result: paid, inFirst: cancelled},

	{digits: "61", what: "push answered 500.001.1001 Unable to lock subscriber", push: &phoneBusy},
	{digits: "62", what: "push answered 500.003.02 System is busy", push: &systemBusy},
	{digits: "63", what: "push answered 500.003.1001 Internal Server Error, but the prompt appears and is paid",
		push: &internalError, prompts: true, after: seconds(4, 9), result: paid, callbacks: oneCallback},
	{digits: "64", what: "connection dropped before the push is answered; the prompt appears and is paid",
		push: &dropped, prompts: true, after: seconds(4, 9), result: paid, callbacks: oneCallback},
	{digits: "65", what: "push answered 403 with a firewall page, nothing sent", push: &firewalled},
	{digits: "66", what: "push answered 429, nothing sent", push: &rateLimited},
	{digits: "67", what: "first push answered 404.001.03 (token), the second accepted",
		push: &badToken, once: true, after: seconds(4, 9), result: paid, callbacks: oneCallback},

	{what: "pays after 4 to 9 s; callback 1 s later", after: seconds(4, 9), result: paid, callbacks: oneCallback},
}

func endingOf(msisdn string) ending {
	for _, e := range endings {
		if e.digits == "" || e.digits == lastTwo(msisdn) {
			return e
		}
	}
	panic("simulator: the table of endings has no row for ordinary customers")
}

func lastTwo(msisdn string) string { return msisdn[len(msisdn)-2:] }

// Table says for people what each ending is, a line each, in the order of the table.
func Table() string {
	var b strings.Builder
	for _, e := range endings {
		fmt.Fprintf(&b, "%-4s  %s\n", cmp.Or(e.digits, "else"), e.what)
	}
	return b.String()
}

// Endings lists the last two digits of the phones that are not ordinary customers, in the order of
// the table.
func Endings() []string {
	var digits []string
	for _, e := range endings {
		if e.digits != "" {
			digits = append(digits, e.digits)
		}
	}
	return digits
}
