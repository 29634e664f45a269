package pos

import (
	"fmt"
	"time"

	"kaunta/daraja"
)

// Text is a sentence in the till's two languages.
type Text = daraja.Text

// LocalizedError is an error that says itself to a cashier, in one plain sentence. Those of this
// program are variables, and are told apart by errors.Is.
type LocalizedError Text

func (e *LocalizedError) Error() string { return e.EN }

func (e *LocalizedError) Say() Text { return Text(*e) }

// Request is what a cashier asks for.
type Request struct {
	Sale        SaleID // the sale to ask again for; empty for a new one
	Phone       MSISDN
	Amount      Shillings
	Reference   string
	Description string

	// MayPayTwice says that the cashier was warned of an earlier attempt that is still open, and
	// requests all the same.
	MayPayTwice bool

	// Once is a key of the caller's own, empty for none. The first request with a key asks; every
	// later one, from whatever process and after any crash, gets the attempt of the first.
	Once string

	// BuyGoods is the till number to pay; empty for the account's own number.
	BuyGoods string

	// Rest is the cash that is due beside this payment; 0 for none.
	Rest Shillings

	// By is who asks; the zero Actor where no staff is set up.
	By Actor
}

// Update tells a subscriber that something about an attempt has changed. It is sent after
// the ledger has it.
type Update struct {
	Attempt Attempt
	Event   EventKind // what happened; zero where only the plan has moved

	// Changed is true where a person could see a difference in the attempt.
	Changed bool

	// NextCheck is when the attempt will be queried next; zero where it will not be.
	NextCheck time.Time

	// WrongPINs is how many wrong PINs in a row, this one included, ended payments from the
	// attempt's phone.
	WrongPINs int

	// Deadline is when the till stops waiting and says STILL CHECKING; zero where it is not
	// waiting.
	Deadline time.Time
}

// Health is how M-PESA has been answering this till.
type Health struct {
	// Refusing is the verdict of the last answer if it held no information: rate limited, blocked,
	// unknown … Empty where M-PESA answers.
	Refusing daraja.Verdict
	Since    time.Time // when it began to refuse

	// Unreached is true where the last answer was none: M-PESA's address could not be reached, or
	// fell silent.
	Unreached bool

	// Elsewhere is true where something else gave it in M-PESA's place: the network may want a
	// login.
	Elsewhere bool

	// Ledger is why the ledger takes no more writes, or is not where the next till will look for
	// it; nil while all is well.
	Ledger error

	// Clock is what is wrong with the machine's clock; nil where it can be right.
	Clock *ClockError
}

// Errors of [Till.Charge] that are not about the request itself.
var (
	// ErrClosed: the till is shutting down and takes no new payment.
	ErrClosed error = &LocalizedError{"Kaunta is being switched off: no new payment was started.", "Kaunta inazimwa: hakuna malipo mapya yaliyoanzishwa."}

	// ErrSalePaid: the sale has been paid; asking again would take the money twice.
	ErrSalePaid error = &LocalizedError{"This sale is paid already: start a new sale instead.", "Mauzo haya yamelipwa tayari: anza mauzo mapya."}
)

// OpenError refuses a payment while an earlier attempt for the same phone, or the same sale, has no
// end: the customer may pay both. While the lock holds nothing helps; after it the cashier may ask
// again, knowing that (Request.MayPayTwice).
type OpenError struct {
	Earlier Attempt
	Left    time.Duration // how much longer the lock holds, whatever the clock says
	Ends    time.Time     // set by a screen: name this time of day, not what is left
}

// Locked reports whether the lock still holds.
func (e *OpenError) Locked() bool { return e.Left > 0 }

func (e *OpenError) Error() string { return e.Say().EN }

func (e *OpenError) Say() Text {
	a := e.Earlier
	earlier := Text{
		EN: fmt.Sprintf("An earlier request of KES %v to %v has no answer yet", a.Amount, a.Phone),
		SW: fmt.Sprintf("Ombi la awali la KES %v kwa %v halijajibiwa", a.Amount, a.Phone),
	}
	then := Text{EN: "if you ask again, the customer may pay twice.", SW: "ukiomba tena, mteja anaweza kulipa mara mbili."}
	if e.Locked() {
		until := "until " + e.Ends.In(EAT).Format(time.TimeOnly)
		untilSW := "hadi " + e.Ends.In(EAT).Format(time.TimeOnly)
		if e.Ends.IsZero() {
			left := e.Left.Round(time.Second)
			until = fmt.Sprintf("%d:%02d", int(left.Minutes()), int(left.Seconds())%60)
			untilSW = until
		}
		then = Text{EN: "keep the goods and wait " + until + ".", SW: "usitoe bidhaa bado, subiri " + untilSW + "."}
	}
	if a.Notices.Has(DoesNotMatch) {
		earlier = Text{
			EN: fmt.Sprintf("M-PESA reports another payment for the earlier request of KES %v to %v", a.Amount, a.Phone),
			SW: fmt.Sprintf("M-PESA inaripoti malipo mengine kwa ombi la awali la KES %v kwa %v", a.Amount, a.Phone),
		}
		if e.Locked() {
			then = Text{EN: "keep the goods and call the owner.", SW: "usitoe bidhaa bado, mpigie mwenye duka."}
		} else {
			then = Text{EN: "call the owner first. If you ask again, the customer may pay twice.", SW: "kwanza mpigie mwenye duka. Ukiomba tena, mteja anaweza kulipa mara mbili."}
		}
	}
	return Text{EN: earlier.EN + ": " + then.EN, SW: earlier.SW + ": " + then.SW}
}
