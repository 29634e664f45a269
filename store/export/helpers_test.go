package export

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"kaunta/daraja"
	"kaunta/pos"
	"kaunta/store"
)

// november is the month that these tests sell in.
const november = pos.Month(202611)

func newULID(at time.Time, n uint64) string {
	var u ulid.ULID
	if err := u.SetTime(ulid.Timestamp(at)); err != nil {
		panic(err)
	}
	binary.BigEndian.PutUint64(u[8:], n)
	return u.String()
}

// sale is what the events of one attempt say.
type sale struct {
	n         int
	at        time.Time
	sale      int // whose attempt it is; n for a sale of its own
	reference string
	end       string // "paid", a result code, "open"
	after     time.Duration
}

func (s sale) id() pos.AttemptID { return pos.AttemptID(newULID(s.at, uint64(s.n))) }

// events are the evidence of the sale, whose first attempt was asked at the moment began.
func (s sale) events(began time.Time) []pos.Event {
	amount := pos.Shillings(10 + s.n%5000)
	asked := pos.Event{Attempt: s.id(), Kind: pos.EventAsked, At: s.at, Asked: &pos.Asked{
		Sale: pos.SaleID(newULID(began, uint64(s.sale))), Phone: pos.MSISDN(fmt.Sprintf("2547%08d", s.n)), Amount: amount,
		Reference: s.reference, Address: fmt.Sprintf("%032x", s.n), Reachable: true,
	}}
	answer := func(kind pos.EventKind, after time.Duration, a daraja.Answer) pos.Event {
		a.MerchantRequestID, a.CheckoutRequestID = fmt.Sprintf("m-%d", s.n), fmt.Sprintf("ws_CO_%d", s.n)
		return pos.Event{Attempt: s.id(), Kind: kind, At: s.at.Add(after), Answer: &a}
	}
	events := []pos.Event{asked, answer(pos.EventPushed, time.Second, daraja.Answer{
		Endpoint: daraja.EndpointPush, Verdict: daraja.VerdictAccepted,
	})}
	switch s.end {
	case "open":
		return events
	case "paid":
		return append(events, answer(pos.EventCalledBack, s.after, daraja.Answer{
			Endpoint: daraja.EndpointCallback, Verdict: daraja.VerdictPaid, ResultCode: "0", Receipt: fmt.Sprintf("UKN%07d", s.n),
			Amount: int64(amount), HasAmount: true, TransactionDate: s.at.Add(s.after - 2*time.Second).Format("20060102150405"),
		}))
	default:
		return append(events, answer(pos.EventCalledBack, s.after, daraja.Answer{
			Endpoint: daraja.EndpointCallback, Verdict: daraja.VerdictFailed, ResultCode: s.end, ResultDesc: "no",
		}))
	}
}

// sell writes a month of a shop with some sales a day into a real ledger, the seconds before and
// after midnight included.
func sell(t *testing.T, daily int) *store.Ledger {
	t.Helper()
	l, err := store.Open(filepath.Join(t.TempDir(), "shop.ledger"), store.Options{Environment: "training", UnsafeNoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	chance := rand.New(rand.NewPCG(1, 2))
	n := 0
	for day := november.First(); day <= november.Last(); day = day.Add(1) {
		if day == 20261115 {
			continue // closed
		}
		for i := range daily {
			n++
			at := day.Start().Add(7*time.Hour + time.Duration(chance.Int64N(int64(14*time.Hour))))
			switch i {
			case 0:
				at = day.Start()
			case 1:
				at = day.Start().Add(24*time.Hour - time.Millisecond)
			}
			s := sale{n: n, at: at, sale: n, reference: fmt.Sprintf("Table %d", n%40), end: "paid", after: time.Duration(5+chance.IntN(20)) * time.Second}
			switch chance.IntN(20) {
			case 0:
				s.end = "1032"
			case 1:
				s.end = "2001"
			case 2:
				s.end = "1"
			case 3:
				s.end = "open"
			}
			add(t, l, s.events(at)...)
			if i == 2 { // asked again and paid twice
				n++
				again := sale{n: n, at: at.Add(3 * time.Minute), sale: s.n, end: "paid", after: 9 * time.Second}
				add(t, l, again.events(at)...)
			}
		}
	}
	return l
}

func add(t *testing.T, l *store.Ledger, events ...pos.Event) {
	t.Helper()
	for _, e := range events {
		if _, _, err := l.Append(context.Background(), e); err != nil {
			t.Fatal(err)
		}
	}
}

// collect keeps what is written.
type collect struct {
	rows []Row
	days []pos.DayTotals
}

func (c *collect) Fits(int) error                   { return nil }
func (c *collect) Row(r Row) error                  { c.rows = append(c.rows, r); return nil }
func (c *collect) Close(days []pos.DayTotals) error { c.days = days; return nil }
