package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"kaunta/daraja"
	"kaunta/pos"
)

func TestWhatIsAppendedIsThereAfterReopening(t *testing.T) {
	l := open(t, newPath(t), training)
	e := asked(1)
	events := []pos.Event{e, pushed(e), paid(e, receiptOf(1))}
	var last pos.Attempt
	for i, e := range events {
		a, changed, err := l.Append(context.Background(), e)
		if err != nil || !changed {
			t.Fatalf("event %d: changed %t, %v", i, changed, err)
		}
		if a.Events != i+1 {
			t.Errorf("after %d events the attempt has %d", i+1, a.Events)
		}
		if read := attempt(t, l, e.Attempt); read != a { // ==: a till compares attempts so
			t.Fatalf("Append returned %+v, Attempt %+v", a, read)
		}
		last = a
	}
	if last.State != pos.Paid || last.Receipt != receiptOf(1) {
		t.Fatalf("not paid: %+v", last)
	}

	l = reopen(t, l)
	if read := attempt(t, l, e.Attempt); read != last {
		t.Errorf("before closing %+v, after %+v", last, read)
	}
	equal(t, "events", must[[]pos.Event](t)(l.Events(e.Attempt)), events)
	equal(t, "by address", must[pos.AttemptID](t)(l.ByAddress(e.Asked.Address)), e.Attempt)
	equal(t, "sale", must[pos.Sale](t)(l.Sale(e.Asked.Sale)), pos.Sale{last})
	verify(t, l)
}

func TestTheClockOfTheMachineDoesNotMatter(t *testing.T) {
	l := open(t, newPath(t), training)
	e := asked(1)
	e.At = time.Now().In(time.FixedZone("elsewhere", -8*60*60)) // with a monotonic reading
	a := add(t, l, e)
	if read := attempt(t, l, e.Attempt); read != a {
		t.Errorf("Append returned %+v, Attempt %+v", a, read)
	}
	if !a.AskedAt.Equal(e.At.Truncate(time.Microsecond)) || a.AskedAt.Location() != pos.EAT {
		t.Errorf("asked at %v, stored %v", e.At, a.AskedAt)
	}
	verify(t, l)
}

func TestRefusedEvents(t *testing.T) {
	l := open(t, newPath(t), training)
	first := asked(1)
	add(t, l, first)
	before := txID(t, l)

	change := func(e pos.Event, f func(*pos.Event)) pos.Event {
		asked := *e.Asked
		e.Asked = &asked
		f(&e)
		return e
	}
	for _, tt := range []struct {
		name string
		e    pos.Event
		want string
		is   error
	}{
		{"unknown attempt", pushed(asked(2)), "not in the ledger", pos.ErrNotFound},
		{"no attempt", pos.Event{Kind: pos.EventPushed}, "not in the ledger", pos.ErrNotFound},
		{"no kind", pos.Event{Attempt: first.Attempt}, "without a kind", nil},
		{"same attempt", change(asked(1), func(e *pos.Event) { e.Asked.Address = "other" }), "in the ledger already", nil},
		{"same address", change(asked(2), func(e *pos.Event) { e.Asked.Address = first.Asked.Address }), "address of an earlier one", nil},
		{"long address", change(asked(2), func(e *pos.Event) { e.Asked.Address = strings.Repeat("a", 65) }), "longer than 64 bytes", nil},
		{"nothing asked", pos.Event{Attempt: asked(2).Attempt, Kind: pos.EventAsked}, "without saying what", nil},
		{"no sale", change(asked(2), func(e *pos.Event) { e.Asked.Sale = "" }), "not a ULID", nil},
		{"small letters", change(asked(2), func(e *pos.Event) { e.Asked.Sale = pos.SaleID(strings.ToLower(string(e.Asked.Sale))) }), "not a ULID", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, changed, err := l.Append(context.Background(), tt.e)
			if err == nil || !strings.Contains(err.Error(), tt.want) || tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
			if changed || a != (pos.Attempt{}) {
				t.Errorf("a refused event returned %+v, %t", a, changed)
			}
		})
	}
	if now := txID(t, l); now != before {
		t.Errorf("refused events were committed: %d commits", now-before)
	}
	if err := l.Health(); err != nil {
		t.Errorf("a refused event broke the ledger: %v", err)
	}
	verify(t, l)
}

// One caller's mistake must not cost the others of the same commit anything.
func TestARefusalDoesNotHurtItsCommit(t *testing.T) {
	l := open(t, newPath(t), training)
	one, two := asked(1), asked(2)
	batch := []*request{
		{event: one}, {event: pushed(asked(9))}, {event: one}, {event: two}, {event: paid(two, receiptOf(2))},
	}
	for _, r := range batch {
		r.done = make(chan struct{})
	}
	before := txID(t, l)
	l.commit(batch)
	if n := txID(t, l) - before; n != 1 {
		t.Errorf("%d commits, want 1", n)
	}
	for i, bad := range []bool{false, true, true, false, false} {
		<-batch[i].done
		if (batch[i].err != nil) != bad {
			t.Errorf("request %d: %v", i, batch[i].err)
		}
	}
	equal(t, "sale 2", attempt(t, l, two.Attempt), batch[4].attempt)
	verify(t, l)
}

// Totals that are damaged are not begun anew by the second event of a commit.
func TestDamagedTotalsRefuseAllOfACommit(t *testing.T) {
	l := open(t, newPath(t), training)
	add(t, l, asked(1))
	spoil(t, l, TotalsBucket, dayKey(pos.DayOf(opening)))
	l = reopen(t, l) // which remembers nothing
	a, b := &request{event: asked(2), done: make(chan struct{})}, &request{event: asked(3), done: make(chan struct{})}
	l.commit([]*request{a, b})
	if !errors.Is(a.err, ErrDamaged) || !errors.Is(b.err, ErrDamaged) {
		t.Errorf("%v and %v", a.err, b.err)
	}
	if _, err := l.Totals(pos.DayOf(opening)); !errors.Is(err, ErrDamaged) {
		t.Errorf("the totals afterwards: %v", err)
	}
}

func TestEvidenceIsKeptOnce(t *testing.T) {
	l := open(t, newPath(t), training)
	e := asked(1)
	want := add(t, l, e, pushed(e), paid(e, receiptOf(1)))

	later := paid(e, receiptOf(1))
	later.At = later.At.Add(time.Minute) // the same body, delivered again
	before := txID(t, l)
	for _, again := range []pos.Event{later, pushed(e)} {
		a, changed, err := l.Append(context.Background(), again)
		if a != want || changed || err != nil {
			t.Errorf("%s again: %+v, %t, %v", again.Kind, a, changed, err)
		}
	}
	if txID(t, l) != before {
		t.Error("what is there already was written again")
	}

	// Other evidence, and the same answer at another time, is kept.
	query := answered(e, pos.EventQueried, 15*time.Second, daraja.Answer{Endpoint: daraja.EndpointQuery, Verdict: daraja.VerdictPending})
	add(t, l, query)
	query.At = query.At.Add(15 * time.Second)
	other := paid(e, receiptOf(1))
	other.Answer.Raw = append(other.Answer.Raw, ' ')
	if a := add(t, l, query, other); a.Events != 6 {
		t.Errorf("%d events, want 6", a.Events)
	}
	verify(t, l)
}

// Callbacks whose body was not kept are told apart by what was read in them.
func TestCallbacksWithoutBodies(t *testing.T) {
	l := open(t, newPath(t), training)
	e := asked(1)
	no, yes := cancelled(e), paid(e, receiptOf(1))
	no.Answer.Raw, yes.Answer.Raw = nil, []byte{}
	if a := add(t, l, e, no, yes, no, yes); a.State != pos.Paid || a.Events != 3 {
		t.Errorf("%s with %d events", a.State, a.Events)
	}
}

func TestCallbacksAreBounded(t *testing.T) {
	l := open(t, newPath(t), training)
	e := asked(1)
	add(t, l, e, pushed(e))
	for i := range 3 * maxCallbacks {
		noise := cancelled(e)
		noise.Answer.ResultDesc = fmt.Sprint("words ", i)
		noise.Answer.Raw = fmt.Appendf(nil, `{"noise":%d}`, i)
		add(t, l, noise)
	}
	if a := attempt(t, l, e.Attempt); a.Events != 2+maxCallbacks || a.State != pos.NotPaid {
		t.Errorf("%d events, state %s", a.Events, a.State)
	}
	// What changes the matter is kept, however many came before.
	if a := add(t, l, paid(e, receiptOf(1))); a.State != pos.Paid || a.Events != 3+maxCallbacks {
		t.Errorf("the payment after the noise: %s with %d events", a.State, a.Events)
	}
	verify(t, l)
}

func TestAReceiptClosesOneSale(t *testing.T) {
	l := open(t, newPath(t), training)
	one, two := asked(1), asked(2)
	add(t, l, one, pushed(one), paid(one, receiptOf(7)), two, pushed(two))

	// The caller's own idea of UsedBy does not count.
	replayed := paid(two, receiptOf(7))
	replayed.UsedBy = two.Attempt
	a := add(t, l, replayed)
	if a.State == pos.Paid || !a.Notices.Has(pos.DoesNotMatch) {
		t.Errorf("a used receipt: %s, %v", a.State, a.Notices.Names())
	}
	typed := pos.Event{Attempt: two.Attempt, Kind: pos.EventTyped, At: two.At.Add(time.Minute), Typed: " ukn0000007 "}
	add(t, l, typed)
	events := must[[]pos.Event](t)(l.Events(two.Attempt))
	for _, e := range events[2:] {
		if e.UsedBy != one.Attempt {
			t.Errorf("%s of a used receipt says it is %q's, want %q", e.Kind, e.UsedBy, one.Attempt)
		}
	}

	// Its own receipt is not used by another, nor is one that was only claimed.
	add(t, l, pos.Event{Attempt: two.Attempt, Kind: pos.EventTyped, At: two.At, Typed: receiptOf(8)})
	three := asked(3)
	if a := add(t, l, three, paid(three, receiptOf(8))); a.State != pos.Paid {
		t.Errorf("a claim took the receipt away: %s", a.State)
	}
	for receipt, want := range map[string]pos.AttemptID{receiptOf(7): one.Attempt, " ukn0000007": one.Attempt, receiptOf(8): three.Attempt} {
		equal(t, "by receipt "+receipt, must[pos.AttemptID](t)(l.ByReceipt(receipt)), want)
	}
	add(t, l, pos.Event{Attempt: two.Attempt, Kind: pos.EventTyped, At: two.At, Typed: receiptOf(9)})
	for _, receipt := range []string{"", receiptOf(9), receiptOf(7)[:9], receiptOf(7) + "0"} { // nothing, a claim, a part, too much
		if id, err := l.ByReceipt(receipt); id != "" || !errors.Is(err, pos.ErrNotFound) {
			t.Errorf("by receipt %q: %q, %v", receipt, id, err)
		}
	}
	verify(t, l)
}

// Both callbacks are in one commit: the second must see what the first did.
func TestAReceiptClosesOneSaleWithinACommit(t *testing.T) {
	l := open(t, newPath(t), training)
	one, two := asked(1), asked(2)
	add(t, l, one, two)
	a, b := &request{event: paid(one, receiptOf(1)), done: make(chan struct{})}, &request{event: paid(two, receiptOf(1)), done: make(chan struct{})}
	l.commit([]*request{a, b})
	if a.attempt.State != pos.Paid || b.attempt.State == pos.Paid {
		t.Errorf("%s and %s", a.attempt.State, b.attempt.State)
	}
	verify(t, l)
}

// What has its end and does not match is on the list, and keeps its number, until somebody has
// cleared it up.
func TestWhatDoesNotMatchIsUnsettled(t *testing.T) {
	l := open(t, newPath(t), training)
	e := asked(1)
	add(t, l, e, pushed(e), paid(e, receiptOf(1)))
	equal(t, "unsettled", ids(must[[]pos.Attempt](t)(l.Unsettled())), []pos.AttemptID{})
	a := add(t, l, wrongAmount(e, receiptOf(2)))
	equal(t, "unsettled", must[[]pos.Attempt](t)(l.Unsettled()), []pos.Attempt{a})
	equal(t, "open", ids(must[[]pos.Attempt](t)(l.Open())), []pos.AttemptID{})
	if n := must[int](t)(l.Forget(t.Context(), opening.Add(time.Hour))); n != 0 {
		t.Errorf("%d numbers forgotten of what is not cleared up", n)
	}
	a = add(t, l, clearedUp(e))
	if a.State != pos.Paid || !a.Notices.Has(pos.DoesNotMatch|pos.Resolved) || !a.Phone.Forgotten() {
		t.Errorf("%v, %v, phone %v", a.State, a.Notices.Names(), a.Phone)
	}
	l = reopen(t, l)
	equal(t, "unsettled", ids(must[[]pos.Attempt](t)(l.Unsettled())), []pos.AttemptID{})
	equal(t, "totals", must[pos.Totals](t)(l.Totals(pos.DayOf(opening))).Paid, pos.Sum{Count: 1, KES: a.Amount})
	add(t, l, wrongAmount(e, receiptOf(3)))
	equal(t, "unsettled", ids(must[[]pos.Attempt](t)(l.Unsettled())), []pos.AttemptID{e.Attempt})
	verify(t, l)
}

func TestPaidTwiceIsUnsettled(t *testing.T) {
	l := open(t, newPath(t), training)
	one := asked(1)
	two := again(one, 2)
	add(t, l, one, pushed(one), two, pushed(two), paid(two, receiptOf(2)))
	if owed := must[[]pos.Attempt](t)(l.Unsettled()); len(owed) != 1 || owed[0].ID != one.Attempt {
		t.Fatalf("unsettled before the second payment: %v", ids(owed))
	}
	late := add(t, l, paid(one, receiptOf(1)))
	equal(t, "owed", must[[]pos.Attempt](t)(l.Unsettled()), []pos.Attempt{late})
	totals := must[pos.Totals](t)(l.Totals(pos.DayOf(opening)))
	equal(t, "owed back", totals.OwedBack, pos.Sum{Count: 1, KES: late.Amount})
	equal(t, "paid", totals.Paid, pos.Sum{Count: 1, KES: late.Amount})
	verify(t, l)

	// Until somebody gives it back: then it is owed no more, and its number need not be kept.
	if n := must[int](t)(l.Forget(t.Context(), opening.Add(time.Hour))); n != 1 {
		t.Errorf("%d numbers forgotten, want that of the payment that closed the sale", n)
	}
	back := add(t, l, pos.Event{Attempt: one.Attempt, Kind: pos.EventRefunded, At: opening.Add(2 * time.Hour)})
	if !back.Notices.Has(pos.PaidTwice|pos.Refunded) || !back.Phone.Forgotten() {
		t.Errorf("%v, phone %v", back.Notices.Names(), back.Phone)
	}
	if owed := must[[]pos.Attempt](t)(l.Unsettled()); len(owed) != 0 {
		t.Errorf("still owed: %v", ids(owed))
	}
	l = reopen(t, l)
	equal(t, "the attempt", attempt(t, l, one.Attempt), back)
	totals = must[pos.Totals](t)(l.Month(pos.DayOf(opening).Month()))
	equal(t, "owed back", totals.OwedBack, pos.Sum{})
	equal(t, "given back", totals.Refunded, pos.Sum{Count: 1, KES: late.Amount})
	verify(t, l)
}

func TestManyCallers(t *testing.T) {
	l := open(t, newPath(t), training)
	const callers, sales = 64, 8
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for s := range sales {
				e := asked(c*sales + s)
				for _, e := range []pos.Event{e, pushed(e), paid(e, receiptOf(c*sales+s))} {
					if _, _, err := l.Append(context.Background(), e); err != nil {
						t.Error(err)
					}
				}
				if a, err := l.Attempt(e.Attempt); err != nil || a.State != pos.Paid {
					t.Errorf("%s, %v", a.State, err)
				}
			}
		})
	}
	wg.Wait()
	totals := must[pos.Totals](t)(l.Totals(pos.DayOf(opening)))
	if totals.Paid.Count != callers*sales {
		t.Errorf("%d paid, want %d", totals.Paid.Count, callers*sales)
	}
	verify(t, l)
}

// held is a ledger whose next ask stops in the middle of its commit until let is called.
func held(t *testing.T) (l *Ledger, let func()) {
	l = open(t, newPath(t), training)
	gate := make(chan struct{})
	l.room = func() (uint64, error) { <-gate; return spare, nil }
	return l, func() { close(gate) }
}

func TestCallersShareACommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, let := held(t)
		before := txID(t, l)
		ask := func(n int) {
			if _, _, err := l.Append(context.Background(), asked(n)); err != nil {
				t.Error(err)
			}
		}
		go ask(0)
		synctest.Wait() // it is in a commit of its own, since it waits for nobody
		for n := range 63 {
			go ask(n + 1)
		}
		synctest.Wait() // these queue
		let()
		synctest.Wait()
		if n := txID(t, l) - before; n != 2 {
			t.Errorf("64 callers made %d commits, want 2", n)
		}
		if open := must[[]pos.Attempt](t)(l.Open()); len(open) != 64 {
			t.Errorf("%d attempts, want 64", len(open))
		}
	})
}

func TestAContextEndsTheWaitUntilTheCommitBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, let := held(t)
		type outcome struct {
			a   pos.Attempt
			err error
		}
		outcomes := make(chan outcome, 2)
		ctx, cancel := context.WithCancel(context.Background())
		for n := range 2 {
			go func() {
				a, _, err := l.Append(ctx, asked(n))
				outcomes <- outcome{a, err}
			}()
			synctest.Wait() // the first is taken before the second comes
		}
		cancel()
		synctest.Wait()
		if queued := <-outcomes; !errors.Is(queued.err, context.Canceled) {
			t.Errorf("the one that waited: %v", queued.err)
		}
		let()
		if taken := <-outcomes; taken.err != nil || taken.a.ID != asked(0).Attempt {
			t.Errorf("the one that was taken: %+v, %v", taken.a, taken.err)
		}
		if _, err := l.Attempt(asked(1).Attempt); !errors.Is(err, pos.ErrNotFound) {
			t.Errorf("an event was written after its context had ended: %v", err)
		}

		if _, _, err := l.Append(ctx, asked(2)); !errors.Is(err, context.Canceled) {
			t.Errorf("with a context that has ended: %v", err)
		}
	})
}

func TestCloseLetsTheCommitFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, let := held(t)
		errs := make(chan error, 2)
		for n := range 2 {
			go func() {
				_, _, err := l.Append(context.Background(), asked(n))
				errs <- err
			}()
			synctest.Wait()
		}
		closed := make(chan error)
		go func() { closed <- l.Close() }()
		if err := <-errs; !errors.Is(err, ErrClosed) {
			t.Errorf("the one that waited: %v", err)
		}
		let()
		if err := <-errs; err != nil {
			t.Errorf("the one that was taken: %v", err)
		}
		if err := <-closed; err != nil {
			t.Error(err)
		}
		if err := l.Close(); err != nil {
			t.Errorf("closing again: %v", err)
		}
		if _, _, err := l.Append(context.Background(), asked(2)); !errors.Is(err, ErrClosed) {
			t.Errorf("Append after Close: %v", err)
		}
		if _, err := l.Attempt(asked(0).Attempt); !errors.Is(err, ErrClosed) {
			t.Errorf("Attempt after Close: %v", err)
		}
	})
}

// A disk that is almost full takes no new payments, but what was asked is still resolved.
func TestAlmostFull(t *testing.T) {
	l := open(t, newPath(t), training)
	e := asked(1)
	add(t, l, e, pushed(e))
	var free uint64 = spare - 1
	l.room = func() (uint64, error) { return free, nil }

	_, _, err := l.Append(context.Background(), asked(2))
	if !errors.Is(err, ErrFull) || !strings.Contains(err.Error(), "31 MiB") {
		t.Errorf("asking on a full disk: %v", err)
	}
	if a := add(t, l, paid(e, receiptOf(1))); a.State != pos.Paid {
		t.Errorf("the open payment is %s", a.State)
	}
	free = spare
	add(t, l, asked(2))
	verify(t, l)
}

// On a 32-bit machine the file has a largest size; nothing is broken by reaching it.
func TestLargestSize(t *testing.T) {
	l := open(t, newPath(t), training)
	l.ahead.limit = 4 << 20
	var err error
	n := 0
	for ; err == nil && n < 10_000; n++ {
		_, _, err = l.Append(context.Background(), asked(n))
	}
	for n := range 8 { // what is open can still be resolved
		add(t, l, pushed(asked(n)), paid(asked(n), receiptOf(n)))
	}
	if !errors.Is(err, ErrFull) || !strings.Contains(err.Error(), "32-bit") {
		t.Fatalf("after %d attempts: %v", n, err)
	}
	if err := l.Health(); err != nil {
		t.Errorf("a ledger that is full is broken: %v", err)
	}
	l = reopen(t, l)
	add(t, l, asked(n+1))
	if open := must[[]pos.Attempt](t)(l.Open()); len(open) != n-8 { // with the one that was refused and the new one
		t.Errorf("%d attempts, want %d", len(open), n-8)
	}
	verify(t, l)
}

// An event that cannot be is refused, whatever is wrong with it, and the ledger takes others.
func TestAnEventThatCannotBe(t *testing.T) {
	l := open(t, newPath(t), training)
	e := asked(1)
	add(t, l, e, pushed(e))
	for _, bad := range []pos.Event{{Attempt: e.Attempt}, e, {Attempt: asked(2).Attempt, Kind: pos.EventAsked}} {
		if _, _, err := l.Append(t.Context(), bad); !errors.Is(err, pos.ErrRefused) || errors.Is(err, ErrFailed) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if err := l.Health(); err != nil {
		t.Errorf("one event has broken the ledger: %v", err)
	}
	add(t, l, paid(e, receiptOf(1)))
	verify(t, l)
}

// TestACrowdedRecord: a record that has grown to megabytes takes no more answers that say nothing
// new, and the one that says PAID all the same.
func TestACrowdedRecord(t *testing.T) {
	l := open(t, newPath(t), training)
	e := asked(1)
	add(t, l, e, pushed(e))
	before := attempt(t, l, e.Attempt).Events
	const queries = 120
	for n := range queries {
		q := queried(e, daraja.VerdictPending, "4999")
		q.At = q.At.Add(time.Duration(n) * time.Minute)
		q.Answer.Raw = bytes.Repeat(fmt.Appendf(nil, "%x.", n), 60_000/len(fmt.Sprintf("%x.", n)))
		add(t, l, q)
	}
	if n := attempt(t, l, e.Attempt).Events - before; n < 60 || n >= queries {
		t.Errorf("%d of %d answers were kept", n, queries)
	}
	if a := add(t, l, paid(e, receiptOf(1))); a.State != pos.Paid {
		t.Errorf("it is %v", a.State)
	}
	verify(t, l)
}
