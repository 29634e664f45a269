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

	bolt "go.etcd.io/bbolt"

	"kaunta/daraja"
	"kaunta/pos"
	"kaunta/store/format"
)

// livePages is everything in the file that a reader can come to.
func livePages(t *testing.T, l *Ledger) string {
	t.Helper()
	var b bytes.Buffer
	err := l.db.View(func(tx *bolt.Tx) error {
		return tx.ForEach(func(name []byte, bucket *bolt.Bucket) error {
			return bucket.ForEach(func(k, v []byte) error {
				fmt.Fprintf(&b, "%s %s %s\n", name, k, v)
				if string(name) == string(RecordsBucket) { // which is compressed
					for _, line := range must[*Record](t)(l.reader(tx).read(k, v)).Events {
						fmt.Fprintf(&b, "%s\n", line.Line)
					}
					fmt.Fprintf(&b, "%v\n", must[*Record](t)(l.reader(tx).read(k, v)).Table)
				}
				return nil
			})
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// shownOf is everything that the ledger tells of an attempt.
func shownOf(t *testing.T, l *Ledger, id pos.AttemptID) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%#v\n", attempt(t, l, id))
	for _, e := range must[[]pos.Event](t)(l.Events(id)) {
		fmt.Fprintf(&b, "%#v %#v\n", e.Asked, e)
		if e.Answer != nil {
			fmt.Fprintf(&b, "%#v %s\n", e.Answer, e.Answer.Raw)
		}
	}
	return b.String()
}

// checkoutAt is an id as M-PESA makes them.
func checkoutAt(at time.Time, phone pos.MSISDN) string {
	return "ws_CO_" + strings.Replace(at.In(pos.EAT).Format("02012006150405.000"), ".", "", 1) + string(phone[3:])
}

// callAs is a callback that says the phone in every way there is.
func callAs(e pos.Event, phone pos.MSISDN, receipt string) pos.Event {
	digits := string(phone[3:])
	checkout := checkoutAt(e.At, e.Asked.Phone)
	body := fmt.Sprintf(`{"CheckoutRequestID":%q,"Amount":%d,"MpesaReceiptNumber":%q,"PhoneNumber":%s,"as":["0%s","+254%s","%s %s %s","0%s-%s-%s","00254%s","n%sx","99%s99"]}`,
		checkout, e.Asked.Amount, receipt, string(phone), digits, digits, digits[:3], digits[3:6], digits[6:], digits[:3], digits[3:6], digits[6:], digits, digits, digits)
	return pos.Event{Attempt: e.Attempt, Kind: pos.EventCalledBack, At: e.At.Add(9 * time.Second), Answer: &daraja.Answer{
		Endpoint: daraja.EndpointCallback, Verdict: daraja.VerdictPaid, ResultCode: "0", ResultDesc: "paid by " + string(phone),
		MerchantRequestID: "29115-34620561-1", CheckoutRequestID: checkout, Receipt: receipt, Amount: int64(e.Asked.Amount), HasAmount: true,
		Raw: []byte(body),
	}}
}

// Nothing of a number is left, in whatever spelling it came; the last three digits are, and
// everything else; it is found as before; and the chain holds.
func TestForget(t *testing.T) {
	l := open(t, newPath(t), training)
	old, other := asked(1), asked(2)
	old.Asked.Phone, other.Asked.Phone = "254712345678", "254111222333"
	old.Asked.Reference = "0712345678" // some cashiers do
	late := asked(100_000)             // of the next day
	late.Asked.Phone = old.Asked.Phone
	pays := callAs(old, old.Asked.Phone, "UKN0000001")
	byFriend := callAs(other, "254733444555", "UKN0000002")
	typed := pos.Event{Attempt: old.Attempt, Kind: pos.EventTyped, At: old.At.Add(time.Minute), Typed: "0712345678"}
	add(t, l, old, pays, typed, other, byFriend, late)
	whole := attempt(t, l, old.Attempt)
	if whole.State != pos.Paid || whole.Phone.Forgotten() {
		t.Fatalf("before: %+v", whole)
	}

	// The ways in which a number stands in the file: as text, and backwards in an index.
	stands := func(digits string) bool {
		live := livePages(t, l)
		return strings.Contains(live, digits) || strings.Contains(live, string(backwards(digits)[:4]))
	}
	for _, digits := range []string{"111222333", "733444555"} {
		if !stands(digits) {
			t.Fatalf("%s is not there to be forgotten", digits)
		}
	}
	n, err := l.Forget(context.Background(), late.At)
	if n != 2 || err != nil {
		t.Fatalf("%d attempts, %v", n, err)
	}
	verify(t, l)
	for range 2 {
		for _, e := range []pos.Event{old, other} {
			for _, digits := range []string{"111222333", "733444555"} {
				if stands(digits) {
					t.Errorf("%s is still there", digits)
				}
			}
			shown := shownOf(t, l, e.Attempt)
			for _, digits := range []string{"712345678", "712345", "345678", "712 345", "345 678", "-345-", "111222", "733444", "345-678"} {
				if strings.Contains(shown, digits) {
					t.Errorf("%s is still shown:\n%s", digits, shown)
				}
			}
			if !strings.Contains(shown, "******"+string(e.Asked.Phone[9:])) {
				t.Errorf("the last digits are gone:\n%s", shown)
			}
		}
		a := attempt(t, l, old.Attempt)
		if a.Phone != "254******678" || a.Phone.Masked() != "•••• ••• 678" || a.Phone.Local() != "•••• ••• 678" || fmt.Sprint(a.Phone) != "•••• ••• 678" {
			t.Errorf("the phone is %q, shown as %s", string(a.Phone), a.Phone)
		}
		want := whole
		want.Phone, want.Reference, want.Claimed = a.Phone, a.Reference, a.Claimed
		want.CheckoutRequestID = strings.Replace(whole.CheckoutRequestID, "712345", "******", 1)
		equal(t, "attempt", a, want)
		for text, want := range map[string][]pos.AttemptID{
			"0712345678": {late.Attempt, old.Attempt}, "254712345678": {late.Attempt, old.Attempt}, "678": {late.Attempt, old.Attempt},
			"78": {late.Attempt, old.Attempt}, "345678": {late.Attempt}, "0712345679": {}, "333": {other.Attempt}, "0111222333": {other.Attempt},
			whole.CheckoutRequestID: {old.Attempt}, "UKN0000001": {old.Attempt},
			old.Asked.Address: {},
		} {
			equal(t, "found by "+text, ids(must[[]pos.Attempt](t)(l.Find(text, 9))), want)
		}
		equal(t, "by address", must[pos.AttemptID](t)(l.ByAddress(old.Asked.Address)), old.Attempt)
		equal(t, "the other day", attempt(t, l, late.Attempt).Phone, late.Asked.Phone)
		l = reopen(t, l)
	}

	// The same callback once more is nothing new, and another one keeps no number either.
	before := attempt(t, l, old.Attempt)
	pays.At = pays.At.Add(time.Hour)
	if a := add(t, l, pays); a != before {
		t.Errorf("the callback again: %+v", a)
	}
	again := callAs(old, "254712345678", "UKN0000009")
	if a := add(t, l, again); a.Events != before.Events+1 || a.State != pos.Paid {
		t.Errorf("another callback: %+v", a)
	}
	if shown := shownOf(t, l, old.Attempt); strings.Contains(shown, "712345") {
		t.Errorf("the number is back:\n%s", shown)
	}
	if n, err := l.Forget(context.Background(), late.At); n != 0 || err != nil {
		t.Errorf("a second time: %d, %v", n, err)
	}
	verify(t, l)
}

// Nine digits in a row can be chance: in the id of a sale, in an address, in a receipt number.
// Those are not forgotten.
func TestForgetLeavesCodesAlone(t *testing.T) {
	l := open(t, newPath(t), training)
	e := asked(1)
	first := e
	first.Attempt = "01KMTG0GHJ133173662Q6C00PV"
	first.Asked = new(pos.Asked)
	*first.Asked = *e.Asked
	first.Asked.Sale, first.Asked.Address = pos.SaleID(first.Attempt), "cafe733444555cafe733444555"
	second := again(first, 2)
	second.Asked.Address = strings.Repeat("b712345678", 5)
	second.Asked.CallBackURL = "https://till.example/cb/" + second.Asked.Address
	third := asked(3)
	add(t, l, first, second, third, paid(first, "AB712345678"), cancelled(second), paid(third, receiptOf(3)),
		pos.Event{Attempt: third.Attempt, Kind: pos.EventTyped, At: third.At, Typed: "AB712345678"})
	want := must[[]pos.Event](t)(l.Events(third.Attempt))
	if want[2].UsedBy != first.Attempt {
		t.Fatalf("the receipt typed is used by %q", want[2].UsedBy)
	}
	if n, err := l.Forget(context.Background(), third.At.Add(time.Hour)); n != 3 || err != nil {
		t.Fatalf("%d attempts, %v", n, err)
	}
	verify(t, l)
	sale := must[pos.Sale](t)(l.Sale(first.Asked.Sale))
	equal(t, "sale", ids(sale), []pos.AttemptID{first.Attempt, second.Attempt})
	for i, e := range []pos.Event{first, second} {
		if sale[i].Address != e.Asked.Address || sale[i].CallBackURL != e.Asked.CallBackURL || !sale[i].Phone.Forgotten() {
			t.Errorf("%+v", sale[i])
		}
	}
	equal(t, "holder", must[pos.AttemptID](t)(l.ByReceipt("AB712345678")), first.Attempt)
	equal(t, "used by", must[[]pos.Event](t)(l.Events(third.Attempt))[2].UsedBy, first.Attempt)
}

// What is open or owed keeps its number, and loses it when it ends.
func TestForgetLeavesWhatIsOpen(t *testing.T) {
	l := open(t, newPath(t), training)
	open, one := asked(1), asked(2)
	two := again(one, 3)
	add(t, l, open, one, two, paid(one, receiptOf(1)), paid(two, receiptOf(2)))
	n, err := l.Forget(context.Background(), opening.Add(time.Hour))
	if n != 1 || err != nil {
		t.Fatalf("%d attempts, %v", n, err)
	}
	for e, forgotten := range map[*pos.Event]bool{&open: false, &one: true, &two: false} {
		if a := attempt(t, l, e.Attempt); a.Phone.Forgotten() != forgotten {
			t.Errorf("the phone of %s, %v, is %s", a.State, a.Notices.Names(), a.Phone)
		}
	}
	verify(t, l)
	if a := add(t, l, paid(open, receiptOf(3))); !a.Phone.Forgotten() || a.State != pos.Paid {
		t.Errorf("ended late: %+v", a)
	}
	equal(t, "found", ids(must[[]pos.Attempt](t)(l.Find(string(open.Asked.Phone), 9))), []pos.AttemptID{open.Attempt})
	verify(t, l)
}

// Attempts of one millisecond share entries of the indexes.
func TestForgetAttemptsOfOneMoment(t *testing.T) {
	l := open(t, newPath(t), training)
	at := opening
	one, two, three := askedAt(1, at), askedAt(2, at), askedAt(3, at)
	two.Asked.Phone, three.Asked.Phone = one.Asked.Phone, one.Asked.Phone
	two.Asked.Amount, three.Asked.Amount = one.Asked.Amount, one.Asked.Amount
	add(t, l, one, two, three, paid(one, receiptOf(1)), paid(three, receiptOf(3)))
	if n, err := l.Forget(context.Background(), at.Add(time.Second)); n != 2 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	verify(t, l)
	for _, text := range []string{string(one.Asked.Phone), fmt.Sprint(int(one.Asked.Amount))} {
		equal(t, "found by "+text, ids(must[[]pos.Attempt](t)(l.Find(text, 9))), []pos.AttemptID{three.Attempt, two.Attempt, one.Attempt})
	}
}

// A damaged record stays as it is and is named; the others are forgotten, and the till goes on.
func TestForgetBesideADamagedRecord(t *testing.T) {
	l := open(t, newPath(t), training)
	for n := range 3 {
		sell(t, l, n)
	}
	k, _ := format.ParseKey(asked(1).Attempt)
	spoil(t, l, RecordsBucket, k[:])
	n, err := l.Forget(context.Background(), opening.Add(time.Hour))
	if n != 2 || !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), fmt.Sprintf("%x", k[:])) {
		t.Errorf("%d attempts, %v", n, err)
	}
	if err := l.Health(); err != nil {
		t.Errorf("a damaged record broke the ledger: %v", err)
	}
	sell(t, l, 5)
}

// Forgetting goes in steps, between which payments go on, and can be broken off and gone on with.
func TestForgetInSteps(t *testing.T) {
	l := open(t, newPath(t), training)
	const sales = 3*forgetStep + 10
	var events []pos.Event
	for n := range sales {
		e := asked(n)
		events = append(events, e, paid(e, receiptOf(n)))
	}
	if err := l.AppendAll(context.Background(), events); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if n, err := l.Forget(ctx, asked(sales).At); n != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("broken off: %d, %v", n, err)
	}
	if n, err := l.Forget(context.Background(), asked(forgetStep+5).At); n != forgetStep+5 || err != nil {
		t.Errorf("the first: %d, %v", n, err)
	}
	verify(t, l)
	if n, err := l.Forget(context.Background(), asked(sales).At); n != sales-forgetStep-5 || err != nil {
		t.Errorf("the others: %d, %v", n, err)
	}
	verify(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Forget(context.Background(), opening); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	reader := open(t, l.Path(), Options{ReadOnly: true})
	if _, err := reader.Forget(context.Background(), opening); !errors.Is(err, ErrReadOnly) {
		t.Errorf("to read only: %v", err)
	}

	// In the pages that are free now the numbers can still stand; made anew, the file has none.
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	left, err := Rebuild(l.Path())
	if left != 0 || err != nil {
		t.Fatalf("made anew: %d left, %v", left, err)
	}
	verify(t, open(t, l.Path(), training))
}

// A payment of another amount than asked may have nine digits that look like a phone's: the amount
// is none, and stays readable when the numbers are forgotten.
func TestForgetAmountLikeAPhone(t *testing.T) {
	l := open(t, newPath(t), training)
	e := asked(1)
	e.Asked.Reference = "712345678" // which is one
	wrong := paid(e, "UKN0000001")
	wrong.Answer.Amount = 712345678
	add(t, l, e, pushed(e), wrong, paid(e, "UKN0000002"), clearedUp(e))
	if a := attempt(t, l, e.Attempt); a.State != pos.Paid || !a.Notices.Has(pos.DoesNotMatch) {
		t.Fatalf("%+v", a)
	}
	if n, err := l.Forget(context.Background(), e.At.Add(time.Hour)); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if err := l.Health(); err != nil {
		t.Error(err)
	}
	verify(t, l)
	if got := must[[]pos.Event](t)(l.Events(e.Attempt))[2].Answer.Amount; got != 712345678 {
		t.Errorf("the amount has become %d", got)
	}
}

// A day on which the clock was years ahead makes nobody forget, for ever after, the numbers of
// payments that are made when it is right again.
func TestForgetAheadOfTime(t *testing.T) {
	l := open(t, newPath(t), training)
	sell(t, l, 1)
	if n, err := l.Forget(context.Background(), opening.AddDate(10, 0, 0)); n != 1 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	if a := sell(t, l, 2); a.Phone.Forgotten() {
		t.Error("a payment of this moment has been forgotten as it ended")
	}
	if n, err := l.Forget(context.Background(), opening.Add(time.Hour)); n != 1 || err != nil {
		t.Errorf("in its time: %d, %v", n, err)
	}
	verify(t, l)
}

// Two ids that differ in a phone number alone, and there in what is forgotten, are still two: what
// an attempt has come to does not change by forgetting, whether it is forgotten in its time or as
// it ends.
func TestForgetKeepsTheEnd(t *testing.T) {
	for name, first := range map[string]bool{"in its time": false, "as it ends": true} {
		l := open(t, newPath(t), training)
		e := asked(1)
		e.Asked.Phone = "254712345678"
		push, stranger, end := pushed(e), paid(e, "UKN0000001"), cancelled(e)
		push.Answer.CheckoutRequestID = checkoutAt(e.At, e.Asked.Phone)
		end.Answer.CheckoutRequestID = push.Answer.CheckoutRequestID
		stranger.Answer.CheckoutRequestID = checkoutAt(e.At, "254733999678")
		add(t, l, e, push, stranger)
		sell(t, l, 2)
		forget := func() {
			t.Helper()
			if _, err := l.Forget(context.Background(), opening.Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		if first {
			forget()
		}
		before := add(t, l, end, clearedUp(e))
		forget()
		if after := attempt(t, l, e.Attempt); before.State != pos.NotPaid || after.State != before.State || after.Notices != before.Notices {
			t.Errorf("%s: %v %v has become %v %v", name, before.State, before.Notices, after.State, after.Notices)
		}
		verify(t, l)
	}
}

// M-PESA does not always fill up the milliseconds in its ids: the number at the end of one is a
// number all the same, also somebody else's.
func TestForgetInAnIDWithFewDigits(t *testing.T) {
	l := open(t, newPath(t), training)
	e := asked(1)
	other := paid(e, "UKN0000001")
	other.Answer.CheckoutRequestID = "ws_CO_241120261043057733999111"
	other.Answer.Raw = []byte(`{"CheckoutRequestID":"ws_CO_2411202610430512733999222"}`)
	add(t, l, e, pushed(e), other, cancelled(e), clearedUp(e))
	if n, err := l.Forget(context.Background(), opening.Add(time.Hour)); n != 1 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	shown := shownOf(t, l, e.Attempt)
	for _, id := range []string{"ws_CO_241120261043057******111", "ws_CO_2411202610430512******222"} {
		if !strings.Contains(shown, id) {
			t.Errorf("not as %s:\n%s", id, shown)
		}
	}
	verify(t, l)
}

// Forgetting waits for who reads the ledger for long, so that the file does not grow by what is set
// free meanwhile; who reads for a moment does not hold it up, and who reads all the time, each for
// a moment, neither.
func TestForgetWaitsForReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, newPath(t), training)
		const sales = 20*forgetStep + 10
		var events []pos.Event
		for n := range sales {
			e := asked(n)
			events = append(events, e, paid(e, receiptOf(n)))
		}
		if err := l.AppendAll(context.Background(), events); err != nil {
			t.Fatal(err)
		}
		size := func() (n int64) {
			if err := l.db.View(func(tx *bolt.Tx) error { n = tx.Size(); return nil }); err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := size()
		long := make(chan struct{})
		var work sync.WaitGroup
		work.Go(func() { _ = l.view(func(reader) error { <-long; return nil }) })
		synctest.Wait()
		forgotten := make(chan int, 1)
		work.Go(func() {
			n, err := l.Forget(context.Background(), asked(sales).At)
			if err != nil {
				t.Error(err)
			}
			forgotten <- n
		})
		<-time.After(time.Hour)
		synctest.Wait()
		if a := attempt(t, l, asked(0).Attempt); strings.Contains(string(a.Phone), "*") {
			t.Error("it has begun, though somebody reads")
		}
		sell(t, l, sales+1) // nobody else is held up
		// From now on somebody reads at each moment, though nobody for long.
		over := make(chan struct{})
		for n := range 2 {
			work.Go(func() {
				<-time.After(time.Duration(n) * 10 * time.Millisecond)
				for open := true; open; {
					_ = l.view(func(reader) error { <-time.After(20 * time.Millisecond); return nil })
					select {
					case <-over:
						open = false
					default:
					}
				}
			})
		}
		close(long)
		if n := <-forgotten; n != sales {
			t.Errorf("%d forgotten, want %d", n, sales)
		}
		close(over)
		work.Wait()
		if after := size(); after > before+before/4 {
			t.Errorf("the file has grown from %d to %d KiB", before>>10, after>>10)
		}
		verify(t, l)

		// The ledger can be closed while it waits.
		long = make(chan struct{})
		work.Go(func() { _ = l.view(func(reader) error { <-long; return nil }) })
		synctest.Wait()
		work.Go(func() {
			if _, err := l.Forget(context.Background(), asked(sales+10).At); !errors.Is(err, ErrClosed) {
				t.Errorf("closed while it waits: %v", err)
			}
			close(long)
		})
		synctest.Wait()
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		work.Wait()
	})
}
