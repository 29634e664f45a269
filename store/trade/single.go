package trade

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"kaunta/daraja"
	"kaunta/pos"
)

// These are single payments for tests that say what happens to each. Payment n is asked for n
// seconds after Opening.

// Opening is 23 November 2026, eight in the morning, when the shop of these tests opens.
var Opening = time.Date(2026, 11, 23, 8, 0, 0, 0, pos.EAT)

// NewULID makes the ULID of a moment, with n in the place of chance.
func NewULID(at time.Time, n uint64) string {
	var u ulid.ULID
	if err := u.SetTime(ulid.Timestamp(at)); err != nil {
		panic(err)
	}
	binary.BigEndian.PutUint64(u[8:], n)
	return u.String()
}

func AttemptID(at time.Time, n uint64) pos.AttemptID { return pos.AttemptID(NewULID(at, n)) }
func SaleID(at time.Time, n uint64) pos.SaleID       { return pos.SaleID(NewULID(at, n)) }

// AddressOf is the address that a till draws at the moment at, with n in the place of chance.
func AddressOf(at time.Time, n int) string {
	return fmt.Sprintf("%012x%032x", at.UnixMilli(), n)
}

// Asked is the event that makes attempt n, of the sale of that name, n seconds after opening.
func Asked(n int) pos.Event {
	at := Opening.Add(time.Duration(n) * time.Second)
	return pos.Event{
		Attempt: AttemptID(at, uint64(n)), Kind: pos.EventAsked, At: at,
		Asked: &pos.Asked{
			Sale: SaleID(at, uint64(n)), Phone: pos.MSISDN(fmt.Sprintf("2547123%05d", n%100_000)),
			Amount: pos.Shillings(10 + n%1000), Reference: fmt.Sprintf("Table %d", n%40), Description: "Lunch",
			Address: AddressOf(at, n), CallBackURL: "https://till.example/cb/" + AddressOf(at, n), Reachable: true,
		},
	}
}

// CashTaken is the event that makes payment n, of a sale of its own, in cash.
func CashTaken(n int, amount, given pos.Shillings) pos.Event {
	e := Asked(n)
	return pos.Event{
		Attempt: e.Attempt, Kind: pos.EventCash, At: e.At,
		Cash: &pos.Cash{Sale: e.Asked.Sale, Amount: amount, Given: given, Reference: e.Asked.Reference},
	}
}

// ShiftOpened is the event that makes the shift n of the shop's only drawer, n seconds after
// opening.
func ShiftOpened(n int, float pos.Shillings) pos.Event {
	e := Asked(n)
	return pos.Event{Attempt: e.Attempt, Kind: pos.EventShiftOpened, At: e.At, Shift: &pos.ShiftAct{Amount: float}}
}

// InShift is another event of a shift, n seconds after opening.
func InShift(s pos.ShiftID, kind pos.EventKind, n int, act pos.ShiftAct) pos.Event {
	return pos.Event{Attempt: pos.AttemptID(s), Kind: kind, At: Asked(n).At, Shift: &act}
}

// StaffAdded is the event that makes the person n.
func StaffAdded(n int, name string, role pos.Role, by pos.StaffID) pos.Event {
	e := Asked(n)
	return pos.Event{
		Attempt: e.Attempt, Kind: pos.EventStaffAdded, At: e.At, By: pos.Actor{Staff: by},
		Staff: &pos.StaffAct{Name: name, Role: role},
	}
}

// OnceAsked is asked with the mark of a key.
func OnceAsked(n int, mark string) pos.Event {
	e := Asked(n)
	e.Asked.Once = mark
	return e
}

// Again asks for the sale of e once more, as attempt n.
func Again(e pos.Event, n int) pos.Event {
	next := Asked(n)
	next.Asked.Sale, next.Asked.Amount, next.Asked.Phone = e.Asked.Sale, e.Asked.Amount, e.Asked.Phone
	return next
}

func CheckoutOf(e pos.Event) string { return "ws_CO_" + string(e.Attempt) }
func MerchantOf(e pos.Event) string { return "29115-" + string(e.Attempt) + "-1" }
func ReceiptOf(n int) string        { return fmt.Sprintf("UKN%07d", n) }

// Answered is an event that brings an answer about the attempt of e, some seconds later.
func Answered(e pos.Event, kind pos.EventKind, after time.Duration, ans daraja.Answer) pos.Event {
	ans.MerchantRequestID, ans.CheckoutRequestID = MerchantOf(e), CheckoutOf(e)
	if ans.Raw == nil {
		ans.Raw = fmt.Appendf(nil, `{"for":%q,"verdict":%q,"receipt":%q}`, ans.CheckoutRequestID, ans.Verdict, ans.Receipt)
	}
	return pos.Event{Attempt: e.Attempt, Kind: kind, At: e.At.Add(after), Answer: &ans}
}

func Pushed(e pos.Event) pos.Event {
	return Answered(e, pos.EventPushed, time.Second, daraja.Answer{
		Endpoint: daraja.EndpointPush, Verdict: daraja.VerdictAccepted, HTTPStatus: 200,
	})
}

func Paid(e pos.Event, receipt string) pos.Event {
	return Answered(e, pos.EventCalledBack, 12*time.Second, daraja.Answer{
		Endpoint: daraja.EndpointCallback, Verdict: daraja.VerdictPaid, ResultCode: "0", Receipt: receipt,
		Amount: int64(e.Asked.Amount), HasAmount: true, TransactionDate: e.At.Add(10 * time.Second).Format("20060102150405"),
	})
}

func Queried(e pos.Event, verdict daraja.Verdict, code string) pos.Event {
	return Answered(e, pos.EventQueried, 20*time.Second, daraja.Answer{
		Endpoint: daraja.EndpointQuery, Verdict: verdict, ResultCode: code,
	})
}

// ClearedUp is a person's word that nothing is left to do.
func ClearedUp(e pos.Event) pos.Event {
	return pos.Event{Attempt: e.Attempt, Kind: pos.EventResolved, At: e.At.Add(time.Hour)}
}

// WrongAmount is a callback of a payment of another amount.
func WrongAmount(e pos.Event, receipt string) pos.Event {
	other := e
	asked := *e.Asked
	asked.Amount++
	other.Asked = &asked
	return Paid(other, receipt)
}

func Cancelled(e pos.Event) pos.Event {
	return Answered(e, pos.EventCalledBack, 9*time.Second, daraja.Answer{
		Endpoint: daraja.EndpointCallback, Verdict: daraja.VerdictFailed, ResultCode: "1032", ResultDesc: "Request cancelled by user",
	})
}
