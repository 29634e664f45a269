package pos_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"kaunta/daraja"
	"kaunta/pos"
	"kaunta/store"
	"kaunta/ui/text"
)

const phone = pos.MSISDN("254712345678")

// gateway is a scripted way to M-PESA that keeps count of what was asked of it.
type gateway struct {
	push  func(ctx context.Context, r daraja.PushRequest) daraja.Answer
	query func(ctx context.Context, id string) daraja.Answer

	mu      sync.Mutex
	pushes  []daraja.PushRequest
	queries []time.Time
	asked   []string // the ids of queries
}

func (g *gateway) STKPush(ctx context.Context, r daraja.PushRequest) (daraja.Answer, error) {
	g.mu.Lock()
	g.pushes = append(g.pushes, r)
	n := len(g.pushes)
	g.mu.Unlock()
	answer := accepted(n)
	if g.push != nil {
		answer = g.push(ctx, r)
	}
	if answer.Verdict != daraja.VerdictAccepted {
		return answer, &daraja.Error{Answer: answer}
	}
	return answer, nil
}

func (g *gateway) STKQuery(ctx context.Context, id string) (daraja.Answer, error) {
	g.mu.Lock()
	g.queries = append(g.queries, time.Now())
	g.asked = append(g.asked, id)
	g.mu.Unlock()
	answer := daraja.Answer{Verdict: daraja.VerdictPending, ResultCode: "4999"}
	if g.query != nil {
		answer = g.query(ctx, id)
	}
	answer.Endpoint, answer.CheckoutRequestID = daraja.EndpointQuery, id
	return answer, nil
}

// times is when queries left, so far.
func (g *gateway) times() []time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.queries)
}

func (g *gateway) counts() (pushes, queries int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.pushes), len(g.queries)
}

func accepted(n int) daraja.Answer {
	return daraja.Answer{
		Endpoint: daraja.EndpointPush, Verdict: daraja.VerdictAccepted,
		MerchantRequestID: "m-1", CheckoutRequestID: checkoutID(n),
	}
}

func checkoutID(n int) string { return fmt.Sprintf("ws_CO_%d", n) }

// paidBody is the callback of a payment, as Daraja sends it.
func paidBody(n int, amount pos.Shillings, receipt string) []byte {
	return fmt.Appendf(nil, `{"Body":{"stkCallback":{"MerchantRequestID":"m-1","CheckoutRequestID":%q,"ResultCode":0,"ResultDesc":"ok",
"CallbackMetadata":{"Item":[{"Name":"Amount","Value":%d},{"Name":"MpesaReceiptNumber","Value":%q},{"Name":"Balance"},
{"Name":"TransactionDate","Value":20261123143210},{"Name":"PhoneNumber","Value":254712345678}]}}}}`, checkoutID(n), amount, receipt)
}

func failedBody(n int, code string) []byte {
	return fmt.Appendf(nil, `{"Body":{"stkCallback":{"MerchantRequestID":"m-1","CheckoutRequestID":%q,"ResultCode":%s,"ResultDesc":"no"}}}`, checkoutID(n), code)
}

// counter is a till under test, on a real ledger.
type counter struct {
	*testing.T
	*gateway
	path   string
	cfg    pos.Config
	ledger *store.Ledger
	till   *pos.Till
}

// open opens a shop with a till. It runs inside a synctest bubble.
func open(t *testing.T, g *gateway, change ...func(*pos.Config)) *counter {
	c := &counter{T: t, gateway: g, path: filepath.Join(t.TempDir(), "shop.ledger")}
	c.cfg = pos.Config{
		Gateway: g, QueryEvery: time.Second,
		CallBackURL: func(address string) (string, bool) { return "https://shop.example/cb/" + address, true },
	}
	for _, f := range change {
		f(&c.cfg)
	}
	c.start()
	t.Cleanup(c.stop)
	return c
}

func (c *counter) start() {
	c.Helper()
	var err error
	if c.ledger, err = store.Open(c.path, store.Options{Environment: "training"}); err != nil {
		c.Fatal(err)
	}
	c.cfg.Ledger = c.ledger
	if c.till, err = pos.Start(c.Context(), c.cfg); err != nil {
		c.Fatal(err)
	}
}

func (c *counter) stop() {
	c.Helper()
	if c.till == nil {
		return
	}
	now, cancel := context.WithCancel(context.Background())
	cancel()
	if err := errors.Join(c.till.Close(now), c.ledger.Close()); err != nil {
		c.Error(err)
	}
	c.till = nil
}

func (c *counter) charge(r pos.Request) pos.Attempt {
	c.Helper()
	a, err := c.till.Charge(c.Context(), r)
	if err != nil {
		c.Fatal(err)
	}
	return a
}

// state is what the ledger says of an attempt once everything that is under way has settled.
func (c *counter) state(id pos.AttemptID) pos.Attempt {
	c.Helper()
	synctest.Wait()
	a, err := c.ledger.Attempt(id)
	if err != nil {
		c.Fatal(err)
	}
	return a
}

func (c *counter) callback(a pos.Attempt, body []byte) {
	c.Helper()
	if err := c.till.Callback(c.Context(), a.Address, body); err != nil {
		c.Fatal(err)
	}
}

func (c *counter) want(id pos.AttemptID, state pos.State, notices ...string) pos.Attempt {
	c.Helper()
	a := c.state(id)
	if a.State != state || !slices.Equal(a.Notices.Names(), append([]string{}, notices...)) {
		c.Fatalf("%v %v, want %v %v", a.State, a.Notices.Names(), state, notices)
	}
	return a
}

// elapse lets virtual time pass.
func elapse(d time.Duration) { <-time.After(d) }

func order(amount pos.Shillings) pos.Request { return pos.Request{Phone: phone, Amount: amount} }

// The attempt is on disk before its push leaves (L1), and it leaves once (L2).
func TestChargeWritesBeforeItSends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gateway{}
		c := open(t, g)
		g.push = func(_ context.Context, r daraja.PushRequest) daraja.Answer {
			open, err := c.ledger.Open()
			if err != nil || len(open) != 1 || open[0].CallBackURL != r.CallBackURL || open[0].State != pos.Sending {
				t.Errorf("as the push leaves the ledger holds %v, %v", open, err)
			}
			return accepted(1)
		}
		a := c.charge(pos.Request{Phone: "0712 345 678", Amount: 450, Reference: "table 4"})
		if a.State != pos.Sending {
			t.Errorf("Charge returned %v", a.State)
		}
		c.want(a.ID, pos.Waiting)
		want := daraja.PushRequest{Amount: 450, Phone: string(phone), CallBackURL: "https://shop.example/cb/" + a.Address, AccountReference: "table 4"}
		if len(g.pushes) != 1 || g.pushes[0] != want {
			t.Errorf("pushed %+v, want once %+v", g.pushes, want)
		}
	})
}

func TestChargeRefusesBeforeAnythingIsSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{}, func(cfg *pos.Config) { cfg.MaxAmount = 70_000 })
		for name, r := range map[string]pos.Request{
			"nothing": order(0), "less": order(-1), "above the shop's maximum": order(70_001),
			"landline": {Phone: "0201234567", Amount: 1}, "no phone": {Amount: 1}, "unknown sale": {Sale: "01BX5ZZKBKACTAV9WEVGEMMVRZ", Phone: phone, Amount: 1},
		} {
			if a, err := c.till.Charge(t.Context(), r); err == nil {
				t.Errorf("%s: accepted as %v", name, a.ID)
			}
		}
		if open, err := c.ledger.Open(); len(open) != 0 || err != nil {
			t.Errorf("the ledger holds %v, %v", open, err)
		}
		if pushes, _ := c.counts(); pushes != 0 {
			t.Errorf("%d pushes left", pushes)
		}
	})
}

// The plan is kept to the second, and the till's own deadline means STILL CHECKING (L4).
func TestPlan(t *testing.T) {
	for name, c := range map[string]struct {
		reachable bool
		want      []time.Duration
	}{
		"with callbacks": {true, []time.Duration{15 * time.Second, 30 * time.Second}},
		"queries only":   {false, []time.Duration{10 * time.Second, 15 * time.Second, 30 * time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				shop := open(t, &gateway{}, func(cfg *pos.Config) {
					cfg.CallBackURL = func(address string) (string, bool) { return "https://shop.example/" + address, c.reachable }
				})
				a := shop.charge(order(450))
				elapse(pos.Patience - time.Second)
				shop.want(a.ID, pos.Waiting)
				elapse(time.Second)
				shop.want(a.ID, pos.StillChecking)
				elapse(72 * time.Hour)
				shop.want(a.ID, pos.StillChecking)

				want := append(c.want, 50*time.Second, 75*time.Second, 105*time.Second, 140*time.Second, 180*time.Second,
					5*time.Minute, 15*time.Minute, time.Hour, 3*time.Hour, 12*time.Hour, 24*time.Hour, 48*time.Hour)
				var got []time.Duration
				for _, at := range shop.queries {
					got = append(got, at.Sub(start))
				}
				if !slices.Equal(got, want) {
					t.Errorf("asked at %v, want %v", got, want)
				}
			})
		})
	}
}

// An attempt whose callback URL is the till's no more is polled like one that never had any, and a
// callback that comes by it all the same is taken.
func TestPlanAfterTheURLHasChanged(t *testing.T) {
	for name, c := range map[string]struct {
		changed time.Duration // after the push
		want    []time.Duration
	}{
		"never":           {time.Hour, []time.Duration{15 * time.Second, 30 * time.Second}},
		"while sending":   {0, []time.Duration{10 * time.Second, 15 * time.Second, 30 * time.Second}},
		"while waiting":   {9 * time.Second, []time.Duration{10 * time.Second, 15 * time.Second, 30 * time.Second}},
		"a little late":   {14 * time.Second, []time.Duration{15 * time.Second, 30 * time.Second}},
		"after the query": {16 * time.Second, []time.Duration{15 * time.Second, 30 * time.Second}},
		"and back again":  {-time.Second, []time.Duration{10 * time.Second, 15 * time.Second, 30 * time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				shop := open(t, &gateway{}, func(cfg *pos.Config) {
					cfg.Reaches = func(callBackURL string) bool {
						if !strings.HasPrefix(callBackURL, "https://shop.example/cb/") {
							t.Errorf("asked about %q", callBackURL)
						}
						since := time.Since(start)
						return c.changed > 0 && since < c.changed || c.changed < 0 && since > 5*time.Second
					}
				})
				elapse(time.Nanosecond) // so that 0 is before the push
				a := shop.charge(order(450))
				elapse(35 * time.Second)
				var got []time.Duration
				for _, at := range shop.times() {
					got = append(got, at.Sub(start).Truncate(time.Second))
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("asked at %v, want %v", got, c.want)
				}
				shop.callback(a, paidBody(1, 450, "UKN1ABCDE2"))
				shop.want(a.ID, pos.Paid)
			})
		})
	}
}

func TestCallback(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{query: func(context.Context, string) daraja.Answer {
			return daraja.Answer{Verdict: daraja.VerdictPaid, ResultCode: "0"}
		}})
		a := c.charge(order(450))
		elapse(8 * time.Second)
		c.callback(a, paidBody(1, 450, "UKN1ABCDE2"))
		paid := c.want(a.ID, pos.Paid)
		if paid.Receipt != "UKN1ABCDE2" || !slices.Equal(paid.Witnesses(), []string{"callback"}) {
			t.Errorf("receipt %q, witnesses %v", paid.Receipt, paid.Witnesses())
		}
		for range 3 { // Daraja may deliver it again and again
			c.callback(a, paidBody(1, 450, "UKN1ABCDE2"))
		}
		if again := c.want(a.ID, pos.Paid); again.Events != paid.Events {
			t.Errorf("%d events for a callback delivered four times, want %d", again.Events, paid.Events)
		}
		elapse(time.Hour)
		if paid = c.want(a.ID, pos.Paid); !slices.Equal(paid.Witnesses(), []string{"callback", "query"}) {
			t.Errorf("an hour later the witnesses are %v", paid.Witnesses())
		}
		if _, queries := c.counts(); queries != 1 {
			t.Errorf("%d queries to confirm a callback, want 1", queries)
		}
		if err := c.till.Callback(t.Context(), "00000000000000000000000000000000", paidBody(1, 450, "UKN1ABCDE2")); !errors.Is(err, pos.ErrNotFound) {
			t.Errorf("a callback to an address that nobody has: %v", err)
		}
	})
}

// A push whose answer is lost is never sent again; its own address brings the end.
func TestLostAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{push: func(context.Context, daraja.PushRequest) daraja.Answer {
			return daraja.Answer{Endpoint: daraja.EndpointPush, Verdict: daraja.VerdictUnknown}
		}})
		a := c.charge(order(450))
		c.want(a.ID, pos.StillChecking)
		if _, err := c.till.CheckNow(a.ID); !errors.Is(err, pos.ErrNothingToAsk) {
			t.Errorf("CheckNow without an id to ask with: %v", err)
		}
		elapse(time.Minute)
		c.want(a.ID, pos.StillChecking)
		c.callback(a, paidBody(1, 450, "UKN1ABCDE2"))
		c.want(a.ID, pos.Paid)
		elapse(72 * time.Hour)
		if pushes, _ := c.counts(); pushes != 1 {
			t.Errorf("%d pushes, want 1", pushes)
		}
	})
}

// An id that ends in a number which is forgotten is none to ask with.
func TestCheckNowForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{push: func(context.Context, daraja.PushRequest) daraja.Answer {
			answer := accepted(1)
			answer.CheckoutRequestID = "ws_CO_24112026104305123712345678"
			return answer
		}, query: func(context.Context, string) daraja.Answer {
			return daraja.Answer{Endpoint: daraja.EndpointQuery, Verdict: daraja.VerdictFailed, ResultCode: "1032"}
		}})
		r := order(450)
		r.Phone = "254712345678"
		a := c.charge(r)
		elapse(time.Hour)
		c.want(a.ID, pos.NotPaid)
		if n, err := c.ledger.Forget(t.Context(), time.Now()); n != 1 || err != nil {
			t.Fatalf("%d forgotten, %v", n, err)
		}
		_, before := c.counts()
		if _, err := c.till.CheckNow(a.ID); !errors.Is(err, pos.ErrNothingToAsk) {
			t.Errorf("CheckNow: %v", err)
		}
		elapse(time.Hour)
		if _, after := c.counts(); before == 0 || after != before {
			t.Errorf("%d queries, and then %d", before, after)
		}
	})
}

// A phone is asked once at a time, and a sale too (the lease of PhoneLock).
func TestOpenAttemptLocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		a := c.charge(order(450))
		refused := func(r pos.Request, locked bool) {
			t.Helper()
			_, err := c.till.Charge(t.Context(), r)
			var open *pos.OpenError
			if !errors.As(err, &open) || open.Locked() != locked || open.Earlier.ID != a.ID {
				t.Fatalf("refused with %v, want an OpenError, locked %v", err, locked)
			}
		}
		otherPhone := pos.Request{Sale: a.Sale, Phone: "254712345699", Amount: 450}
		for range 2 { // Enter twice
			refused(order(450), true)
		}
		refused(otherPhone, true)
		insist := order(450)
		insist.MayPayTwice = true
		elapse(pos.PhoneLock - time.Second)
		refused(insist, true)
		elapse(time.Second)
		refused(order(450), false)
		refused(otherPhone, false)
		b := c.charge(insist)
		c.want(b.ID, pos.Waiting)
		if pushes, _ := c.counts(); pushes != 2 {
			t.Errorf("%d pushes, want 2", pushes)
		}
		// Another customer is not held up by any of it.
		c.charge(pos.Request{Phone: "254712345600", Amount: 20})
	})
}

func TestConcurrentChargesOfOnePhone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		var won sync.Map
		var cashiers sync.WaitGroup
		for range 20 {
			cashiers.Go(func() {
				if a, err := c.till.Charge(t.Context(), order(450)); err == nil {
					won.Store(a.ID, true)
				}
			})
		}
		cashiers.Wait()
		synctest.Wait()
		n := 0
		won.Range(func(any, any) bool { n++; return true })
		if pushes, _ := c.counts(); pushes != 1 || n != 1 {
			t.Errorf("20 cashiers asked one phone: %d attempts, %d pushes", n, pushes)
		}
	})
}

func TestAskAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		a := c.charge(order(450))
		synctest.Wait()
		c.callback(a, failedBody(1, "1032"))
		c.want(a.ID, pos.NotPaid)
		again := order(450)
		again.Sale = a.Sale
		b := c.charge(again)
		if b.Sale != a.Sale || b.ID == a.ID || b.Address == a.Address {
			t.Errorf("asked again as %v of sale %v, address %v", b.ID, b.Sale, b.Address)
		}
		synctest.Wait()
		c.callback(b, paidBody(2, 450, "UKN1ABCDE2"))
		c.want(b.ID, pos.Paid)
		if _, err := c.till.Charge(t.Context(), again); !errors.Is(err, pos.ErrSalePaid) {
			t.Errorf("a paid sale asked again: %v", err)
		}
		// And now M-PESA comes with the money of the first push as well.
		c.callback(a, paidBody(1, 450, "UKN2LATE22"))
		c.want(a.ID, pos.Paid, "paid_late", "paid_twice", "disagree")
		totals, err := c.ledger.Totals(pos.DayOf(a.AskedAt))
		if err != nil || totals.Paid != (pos.Sum{Count: 1, KES: 450}) || totals.OwedBack != (pos.Sum{Count: 1, KES: 450}) {
			t.Errorf("totals %+v, %v", totals, err)
		}
	})
}

// One receipt closes one sale (L5), whatever a callback claims.
func TestReceiptOfAnotherSale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		a := c.charge(order(450))
		b := c.charge(pos.Request{Phone: "254712345600", Amount: 450})
		synctest.Wait()
		first, second := 1, 2
		if c.state(a.ID).CheckoutRequestID != checkoutID(1) {
			first, second = 2, 1
		}
		c.callback(a, paidBody(first, 450, "UKN1ABCDE2"))
		c.callback(b, paidBody(second, 450, "UKN1ABCDE2"))
		c.want(a.ID, pos.Paid)
		c.want(b.ID, pos.StillChecking, "does_not_match")
	})
}

func TestStopWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		a := c.charge(order(450))
		synctest.Wait()
		if err := c.till.StopWaiting(t.Context(), a.ID); err != nil {
			t.Fatal(err)
		}
		c.want(a.ID, pos.StillChecking)
		elapse(20 * time.Second)
		if _, queries := c.counts(); queries != 1 {
			t.Errorf("%d queries after the cashier stopped waiting, want the planned 1", queries)
		}
		c.callback(a, paidBody(1, 450, "UKN1ABCDE2"))
		c.want(a.ID, pos.Paid, "paid_late")
	})
}

// The queries of all attempts share one rate, and what the cashier asks for goes first.
func TestQueryRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const every = 13 * time.Second
		c := open(t, &gateway{}, func(cfg *pos.Config) { cfg.QueryEvery = every })
		var last pos.Attempt
		for i := range 12 {
			last = c.charge(pos.Request{Phone: pos.MSISDN(fmt.Sprintf("2547123456%02d", i)), Amount: 10})
			synctest.Wait()
		}
		elapse(16 * time.Second)
		at, err := c.till.CheckNow(last.ID)
		if err != nil {
			t.Fatal(err)
		}
		elapse(3 * time.Hour)
		synctest.Wait()
		for i := 1; i < len(c.queries); i++ {
			if gap := c.queries[i].Sub(c.queries[i-1]); gap < every {
				t.Fatalf("queries %d and %d are %v apart, the rate is one in %v", i-1, i, gap, every)
			}
		}
		if c.asked[1] != c.state(last.ID).CheckoutRequestID || !c.queries[1].Equal(at) {
			t.Errorf("the second query was for %s at %v; the cashier was promised %v", c.asked[1], c.queries[1], at)
		}
		times := map[string]int{}
		for _, id := range c.asked {
			times[id]++
		}
		for id, n := range times {
			if n < 4 || len(times) != 12 {
				t.Errorf("%s was asked about %d times in three hours, of %d attempts: somebody was starved", id, n, len(times))
			}
		}
	})
}

// A refused query says nothing: the state stays, and the till waits before it asks again.
func TestBackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{query: func(context.Context, string) daraja.Answer {
			return daraja.Answer{Verdict: daraja.VerdictRateLimited, HTTPStatus: 429}
		}})
		a := c.charge(order(450))
		elapse(pos.Patience - time.Second)
		c.want(a.ID, pos.Waiting)
		if h := c.till.Health(); h.Refusing != daraja.VerdictRateLimited || h.Since.IsZero() || h.Unreached {
			t.Errorf("health %+v", h)
		}
		for i := 1; i < len(c.queries); i++ {
			if gap := c.queries[i].Sub(c.queries[i-1]); gap < 15*time.Second || gap > 6*time.Minute {
				t.Errorf("asked again after %v", gap)
			}
		}
		if len(c.queries) < 3 {
			t.Errorf("only %d queries in three minutes", len(c.queries))
		}
		c.callback(a, paidBody(1, 450, "UKN1ABCDE2"))
		c.want(a.ID, pos.Paid)
	})
}

// What was open when the till stopped is resumed, never pushed again, and resolved.
func TestResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gateway{}
		c := open(t, g)
		waiting := c.charge(order(450))
		synctest.Wait()
		// The second attempt's push never gets its answer: the till is stopped first.
		g.push = func(ctx context.Context, _ daraja.PushRequest) daraja.Answer {
			<-ctx.Done()
			return daraja.Answer{Endpoint: daraja.EndpointPush, Verdict: daraja.VerdictUnknown}
		}
		sending := c.charge(pos.Request{Phone: "254712345600", Amount: 20})
		synctest.Wait()
		c.stop()

		elapse(time.Hour)
		g.query = func(context.Context, string) daraja.Answer {
			return daraja.Answer{Verdict: daraja.VerdictPaid, ResultCode: "0"}
		}
		c.start()
		if n := len(c.till.Resumed()); n != 2 {
			t.Errorf("%d attempts resumed, want 2", n)
		}
		if locked := (&pos.OpenError{}); !errors.As(second(c.till.Charge(t.Context(), pos.Request{Phone: "254712345600", Amount: 20})), &locked) {
			t.Error("the phone of a resumed attempt is not held")
		}
		elapse(time.Second)
		c.want(waiting.ID, pos.Paid, "paid_late") // an hour late
		c.want(sending.ID, pos.StillChecking)
		c.callback(sending, paidBody(2, 20, "UKN1ABCDE2"))
		c.want(sending.ID, pos.Paid, "paid_late")
		if pushes, _ := c.counts(); pushes != 2 {
			t.Errorf("%d pushes, want 2", pushes)
		}
	})
}

func second[T any](_ T, err error) error { return err }

// Close waits for the answer of a push that is on the wire, and takes no new payment.
func TestCloseWaitsForThePush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{push: func(context.Context, daraja.PushRequest) daraja.Answer {
			elapse(2 * time.Second)
			return accepted(1)
		}})
		updates := c.till.Subscribe()
		a := c.charge(order(450))
		patient, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if err := c.till.Close(patient); err != nil {
			t.Fatal(err)
		}
		c.want(a.ID, pos.Waiting)
		if _, err := c.till.Charge(t.Context(), pos.Request{Phone: "254712345600", Amount: 20}); !errors.Is(err, pos.ErrClosed) {
			t.Errorf("a closed till answers a charge with %v", err)
		}
		for range 2 {
			if _, err := updates.Next(t.Context()); err != nil {
				t.Errorf("an update from before the end was lost: %v", err)
			}
		}
		if _, err := updates.Next(t.Context()); !errors.Is(err, pos.ErrUnsubscribed) {
			t.Errorf("after the end, Next returned %v", err)
		}
	})
}

// slowDisk is a ledger whose disk takes a while for what the cashier does.
type slowDisk struct {
	pos.Ledger
	writing chan struct{} // told when it begins to write
}

func (d slowDisk) Append(ctx context.Context, e pos.Event) (pos.Attempt, bool, error) {
	if e.Kind == pos.EventStopped || e.Kind == pos.EventTyped {
		d.writing <- struct{}{}
		elapse(time.Second)
	}
	return d.Ledger.Append(ctx, e)
}

// What a cashier's key is about to put on the disk while the till closes is shown before its end,
// and afterwards no key does anything: no screen would ever hear of it.
func TestCloseWaitsForTheCashiersKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		err := c.till.Close(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		disk := slowDisk{c.ledger, make(chan struct{})}
		c.cfg.Ledger = disk
		if c.till, err = pos.Start(t.Context(), c.cfg); err != nil {
			t.Fatal(err)
		}
		a := c.charge(order(450))
		synctest.Wait()
		updates := c.till.Subscribe()
		var keys sync.WaitGroup
		keys.Go(func() {
			if err := c.till.StopWaiting(t.Context(), a.ID); err != nil {
				t.Errorf("stopping to wait: %v", err)
			}
		})
		keys.Go(func() {
			if _, err := c.till.TypeReceipt(t.Context(), a.ID, "UKN1ABCDE2"); err != nil {
				t.Errorf("typing a receipt: %v", err)
			}
		})
		<-disk.writing
		<-disk.writing
		if err := c.till.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		keys.Wait()
		heard := map[pos.EventKind]bool{}
		for {
			u, err := updates.Next(t.Context())
			if err != nil {
				break
			}
			heard[u.Event] = true
		}
		if !heard[pos.EventStopped] || !heard[pos.EventTyped] {
			t.Errorf("on the disk, and nobody heard of it: %v", heard)
		}
		if err := c.till.StopWaiting(t.Context(), a.ID); !errors.Is(err, pos.ErrClosed) {
			t.Errorf("a closed till stops waiting with %v", err)
		}
		if _, err := c.till.TypeReceipt(t.Context(), a.ID, "UKN1ABCDE2"); !errors.Is(err, pos.ErrClosed) {
			t.Errorf("a closed till takes a receipt with %v", err)
		}
	})
}

// A query that M-PESA refused does not count as one of the plan: after its last moment too it is
// asked again.
func TestRefusedAtTheEndOfThePlan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var blocked atomic.Bool
		blocked.Store(true)
		c := open(t, &gateway{query: func(context.Context, string) daraja.Answer {
			if blocked.Load() {
				return daraja.Answer{Verdict: daraja.VerdictBlocked}
			}
			return daraja.Answer{Verdict: daraja.VerdictPaid, ResultCode: "0"}
		}})
		a := c.charge(order(450))
		elapse(60 * time.Hour)
		c.want(a.ID, pos.StillChecking)
		blocked.Store(false)
		elapse(time.Hour)
		c.want(a.ID, pos.Paid, "paid_late")
	})
}

// A slow subscriber misses nothing and holds nobody up.
func TestSubscribers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		slow, gone := c.till.Subscribe(), c.till.Subscribe()
		gone.Close()
		for i := range 50 {
			a := c.charge(pos.Request{Phone: pos.MSISDN(fmt.Sprintf("2547123456%02d", i)), Amount: 10})
			synctest.Wait()
			c.callback(a, paidBody(i+1, 10, fmt.Sprintf("UKN00000%02d", i)))
		}
		seen := map[pos.AttemptID][]pos.State{}
		for range 150 {
			u, err := slow.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			seen[u.Attempt.ID] = append(seen[u.Attempt.ID], u.Attempt.State)
		}
		for id, states := range seen {
			if !slices.Equal(states, []pos.State{pos.Sending, pos.Waiting, pos.Paid}) {
				t.Errorf("%s was seen as %v", id, states)
			}
		}
		if _, err := gone.Next(t.Context()); !errors.Is(err, pos.ErrUnsubscribed) {
			t.Errorf("a closed subscription: %v", err)
		}
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := slow.Next(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("with nothing to tell: %v", err)
		}
	})
}

// A typed receipt is noted as a claim and never makes PAID (L8).
func TestTypedReceipt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		elapse(time.Until(time.Date(2026, 11, 23, 14, 0, 0, 0, pos.EAT)))
		c := open(t, &gateway{})
		paid := c.charge(order(450))
		synctest.Wait()
		c.callback(paid, paidBody(1, 450, "UKN1ABCDE2"))
		a := c.charge(pos.Request{Phone: "254712345600", Amount: 20})
		elapse(11 * time.Second)
		_, before := c.counts()
		claim := func(typed string) pos.Claim {
			t.Helper()
			got, err := c.till.TypeReceipt(t.Context(), a.ID, typed)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		if got := claim(" ukn7 zzzzz7 "); got.Attempt.Claimed != "UKN7ZZZZZ7" || got.Holder.ID != "" || got.OddDate || got.Attempt.State == pos.Paid {
			t.Errorf("a code of the day: %+v", got)
		}
		synctest.Wait()
		if _, after := c.counts(); after != before+1 {
			t.Errorf("%d queries for a typed code, want 1 at once", after-before)
		}
		if got := claim("UKM7ZZZZZ7"); !got.OddDate {
			t.Errorf("a code of the day before: %+v", got)
		}
		if got := claim("UKN1ABCDE2"); got.Holder.ID != paid.ID {
			t.Errorf("a code that paid another sale: %+v", got)
		}
		for _, typed := range []string{"", "UKN1ABCDE", "UKN1ABCDE2X", "UKN1-BCDE2"} {
			if _, err := c.till.TypeReceipt(t.Context(), a.ID, typed); !errors.Is(err, pos.ErrReceipt) {
				t.Errorf("%q was taken for a code: %v", typed, err)
			}
		}
		c.want(a.ID, pos.Waiting)
		// A false claim must not keep the money from the sale that it belongs to.
		b := c.charge(pos.Request{Phone: "254712345601", Amount: 30})
		synctest.Wait()
		c.callback(b, paidBody(3, 30, "UKN7ZZZZZ7"))
		c.want(b.ID, pos.Paid)
	})
}

// A code typed for what is PAID without one is a person's word (L8): nothing else changes, and
// nobody is told to hold the goods.
func TestTypedReceiptOfAPaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		elapse(time.Until(time.Date(2026, 11, 23, 14, 0, 0, 0, pos.EAT)))
		c := open(t, &gateway{query: func(context.Context, string) daraja.Answer {
			return daraja.Answer{Verdict: daraja.VerdictPaid, ResultCode: "0"}
		}}, func(cfg *pos.Config) {
			cfg.CallBackURL = func(address string) (string, bool) { return "https://shop.example/cb/" + address, false }
		})
		first := c.charge(order(450))
		synctest.Wait() // so that its push is the first
		second := c.charge(pos.Request{Phone: "254712345600", Amount: 20})
		elapse(time.Minute)
		c.want(first.ID, pos.Paid)
		c.callback(first, paidBody(1, 450, "UKN1ABCDE2")) // it came through after all
		before, err := c.ledger.Attempt(second.ID)
		if err != nil || !before.WithoutReceipt() || before.Reachable {
			t.Fatalf("%+v, %v", before, err)
		}
		for typed, want := range map[string][2]string{
			"UKN7ZZZZZ7": {"UKN7ZZZZZ7 is noted as the customer's word, not as M-PESA's.", "neno la mteja"},
			"UKM7ZZZZZ7": {"UKM7ZZZZZ7 looks like a code of another day. It is noted as the customer's word.", "siku nyingine"},
			"UKN1ABCDE2": {"It is not the code of this payment.", "Si code ya malipo haya."},
		} {
			was, err := c.ledger.Attempt(second.ID)
			if err != nil {
				t.Fatal(err)
			}
			claim, err := c.till.TypeReceipt(t.Context(), second.ID, typed)
			if err != nil {
				t.Fatal(err)
			}
			says, after := claim.Say(), claim.Attempt
			if !strings.Contains(says.EN, want[0]) || !strings.Contains(says.SW, want[1]) || strings.Contains(says.EN, "goods") || strings.Contains(says.SW, "bidhaa") {
				t.Errorf("%s: %q, %q", typed, says.EN, says.SW)
			}
			noted := typed
			if typed == "UKN1ABCDE2" {
				noted = was.Claimed // it is the first's, and no screen may name it as this one's
			}
			if after.Claimed != noted || after.Receipt != "" {
				t.Errorf("%s: claimed %q, receipt %q", typed, after.Claimed, after.Receipt)
			}
			after.Claimed, after.Events = before.Claimed, before.Events
			if after != before {
				t.Errorf("%s changed more than the claim: %+v, was %+v", typed, after, before)
			}
		}
		c.want(second.ID, pos.Paid)
	})
}

func TestWrongPINs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		updates := c.till.Subscribe()
		defer updates.Close()
		end := func(n int, code string, want int) {
			t.Helper()
			a := c.charge(order(450))
			synctest.Wait()
			c.callback(a, failedBody(n, code))
			for {
				u, err := updates.Next(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if u.Attempt.ID == a.ID && u.Attempt.State.Final() {
					if u.WrongPINs != want {
						t.Errorf("after push %d: %d wrong PINs in a row, want %d", n, u.WrongPINs, want)
					}
					return
				}
			}
		}
		end(1, "2001", 1)
		end(2, "2001", 2)
		end(3, "2001", 3)
		end(4, "1032", 0)
		end(5, "2001", 1)
	})
}

// failing is a real ledger that takes no more writes from a moment on.
type failing struct {
	pos.Ledger
	broken error
}

func (f *failing) Append(ctx context.Context, e pos.Event) (pos.Attempt, bool, error) {
	if f.broken != nil {
		return pos.Attempt{}, false, f.broken
	}
	return f.Ledger.Append(ctx, e)
}

// Where the disk takes no more, nothing is asked and nothing is claimed: what cannot be written is
// STILL CHECKING.
func TestLedgerFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		c.stop()
		var err error
		if c.ledger, err = store.Open(c.path, store.Options{Environment: "training"}); err != nil {
			t.Fatal(err)
		}
		broken := &failing{Ledger: c.ledger}
		c.cfg.Ledger = broken
		if c.till, err = pos.Start(t.Context(), c.cfg); err != nil {
			t.Fatal(err)
		}
		a := c.charge(order(450))
		synctest.Wait()
		updates := c.till.Subscribe()
		defer updates.Close()
		broken.broken = errors.New("the disk is full")
		if err := c.till.Callback(t.Context(), a.Address, paidBody(1, 450, "UKN1ABCDE2")); !errors.Is(err, broken.broken) {
			t.Errorf("a callback that could not be written was answered with %v", err)
		}
		if u, err := updates.Next(t.Context()); err != nil || u.Attempt.State != pos.StillChecking {
			t.Errorf("the cashier sees %v, %v", u.Attempt.State, err)
		}
		if _, err := c.till.Charge(t.Context(), pos.Request{Phone: "254712345600", Amount: 20}); !errors.Is(err, broken.broken) {
			t.Errorf("asked on a full disk: %v", err)
		}
		if c.till.Health().Ledger == nil {
			t.Error("the health line says nothing of the ledger")
		}
	})
}

// paidTwice sells for 450: the second request pays, and then the first does too.
func (c *counter) paidTwice() (first, second pos.Attempt) {
	c.Helper()
	first = c.charge(order(450))
	synctest.Wait()
	c.callback(first, failedBody(1, "1032"))
	again := order(450)
	again.Sale = first.Sale
	second = c.charge(again)
	synctest.Wait()
	c.callback(second, paidBody(2, 450, "UKN1ABCDE2"))
	c.callback(first, paidBody(1, 450, "UKN2LATE22"))
	return first, second
}

// What was paid twice is owed until somebody says that it was given back, which is told to every
// screen and changes no state.
func TestGivenBackByHand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		first, second := c.paidTwice()
		c.want(first.ID, pos.Paid, "paid_late", "paid_twice", "disagree")

		if err := c.till.Resolve(t.Context(), c.state(second.ID), as(c.state(second.ID))); !errors.Is(err, pos.ErrSettled) {
			t.Errorf("the payment that closed the sale is given back with %v", err)
		}
		updates := c.till.Subscribe()
		if err := c.till.Resolve(t.Context(), c.state(first.ID), as(c.state(first.ID))); err != nil {
			t.Fatal(err)
		}
		c.want(first.ID, pos.Paid, "paid_late", "paid_twice", "disagree", "given_back")
		if u, err := updates.Next(t.Context()); err != nil || u.Event != pos.EventRefunded || !u.Changed || u.Attempt.Owed() {
			t.Errorf("the screens hear of %+v, %v", u, err)
		}
		if err := c.till.Resolve(t.Context(), c.state(first.ID), as(c.state(first.ID))); !errors.Is(err, pos.ErrSettled) {
			t.Errorf("given back once more with %v", err)
		}
	})
}

// What M-PESA does not tell in two days can be cleared up by a person: then nobody is asked or
// warned because of it any more, not at the next start either, and evidence that comes all the same
// counts as ever.
func TestClearedUpByHand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{push: func(context.Context, daraja.PushRequest) daraja.Answer {
			return daraja.Answer{Endpoint: daraja.EndpointPush, Verdict: daraja.VerdictUnknown}
		}})
		a := c.charge(order(450))
		elapse(48*time.Hour - time.Second)
		var early *pos.StillAskingError
		if err := c.till.Resolve(t.Context(), c.state(a.ID), as(c.state(a.ID))); !errors.As(err, &early) || !early.Until.Equal(a.AskedAt.Add(48*time.Hour)) {
			t.Errorf("cleared up early: %v", err)
		}
		elapse(time.Second)
		if err := c.till.Resolve(t.Context(), c.state(a.ID), as(c.state(a.ID))); err != nil {
			t.Fatal(err)
		}
		c.want(a.ID, pos.StillChecking, "cleared_up")
		if err := c.till.Resolve(t.Context(), c.state(a.ID), as(c.state(a.ID))); !errors.Is(err, pos.ErrSettled) {
			t.Errorf("cleared up once more: %v", err)
		}
		if totals, err := c.ledger.Totals(pos.DayOf(a.AskedAt)); err != nil || totals != (pos.Totals{Resolved: pos.Sum{Count: 1, KES: 450}}) {
			t.Errorf("totals %+v, %v", totals, err)
		}
		b := c.charge(order(20)) // to the same phone, without a warning
		elapse(time.Minute)
		c.callback(b, failedBody(2, "1032"))

		c.stop()
		c.start()
		if n := len(c.till.Resumed()); n != 0 {
			t.Errorf("%d resumed", n)
		}
		c.callback(a, paidBody(1, 450, "UKN1ABCDE2"))
		c.want(a.ID, pos.Paid, "paid_late")
		if open, err := c.ledger.Open(); err != nil || len(open) != 0 {
			t.Errorf("open %v, %v", open, err)
		}
	})
}

// A person settles what that person saw: if something has come since, nothing is written.
func TestByHandSinceChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		first, _ := c.paidTwice()
		c.callback(first, paidBody(1, 45, "UKN3OTHER3"))
		owed := c.state(first.ID) // and it does not match
		if err := c.till.Resolve(t.Context(), owed, as(owed)); err != nil {
			t.Fatal(err)
		}
		if err := c.till.Resolve(t.Context(), owed, as(owed)); !errors.Is(err, pos.ErrSinceChanged) {
			t.Errorf("given back once more, and so cleared up: %v", err)
		}
		c.want(first.ID, pos.Paid, "paid_late", "paid_twice", "does_not_match", "disagree", "given_back")
		unmatched := c.state(first.ID)
		c.callback(first, paidBody(1, 46, "UKN4OTHER4"))
		if err := c.till.Resolve(t.Context(), unmatched, as(unmatched)); !errors.Is(err, pos.ErrSinceChanged) {
			t.Errorf("cleared up what nobody saw: %v", err)
		}
		if err := c.till.Resolve(t.Context(), c.state(first.ID), as(c.state(first.ID))); err != nil {
			t.Error(err)
		}
		if err := c.till.Resolve(t.Context(), c.state(first.ID), as(c.state(first.ID))); !errors.Is(err, pos.ErrSettled) {
			t.Errorf("settled once more: %v", err)
		}
	})
}

// What has its end and does not match is for the owner, who may clear it up at once; what does not
// match after that is for the owner again.
func TestUnmatchedByHand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		a := c.charge(order(450))
		synctest.Wait()
		c.callback(a, paidBody(1, 450, "UKN1ABCDE2"))
		if err := c.till.Resolve(t.Context(), c.state(a.ID), as(c.state(a.ID))); !errors.Is(err, pos.ErrSettled) {
			t.Errorf("a payment that is well is settled with %v", err)
		}
		c.callback(a, paidBody(1, 45, "UKN2OTHER2"))
		c.want(a.ID, pos.Paid, "does_not_match")
		if err := c.till.Resolve(t.Context(), c.state(a.ID), as(c.state(a.ID))); err != nil {
			t.Fatal(err)
		}
		c.want(a.ID, pos.Paid, "does_not_match", "cleared_up")
		if err := c.till.Resolve(t.Context(), c.state(a.ID), as(c.state(a.ID))); !errors.Is(err, pos.ErrSettled) {
			t.Errorf("cleared up once more: %v", err)
		}
		c.callback(a, paidBody(1, 45, "UKN2OTHER2")) // delivered again: nothing new
		c.want(a.ID, pos.Paid, "does_not_match", "cleared_up")
		c.callback(a, paidBody(1, 46, "UKN3OTHER3"))
		c.want(a.ID, pos.Paid, "does_not_match")
		if list, err := c.ledger.Unsettled(); err != nil || len(list) != 1 || list[0].ID != a.ID {
			t.Errorf("unsettled %v, %v", list, err)
		}
	})
}

// Where M-PESA can neither be asked nor call back, nothing is gained by waiting two days.
func TestClearedUpAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{push: func(context.Context, daraja.PushRequest) daraja.Answer {
			return daraja.Answer{Endpoint: daraja.EndpointPush, Verdict: daraja.VerdictUnknown}
		}}, func(cfg *pos.Config) {
			cfg.CallBackURL = func(address string) (string, bool) { return "https://nowhere.invalid/" + address, false }
		})
		a := c.charge(order(450))
		elapse(pos.Patience - time.Second)
		var early *pos.StillAskingError
		if err := c.till.Resolve(t.Context(), c.state(a.ID), as(c.state(a.ID))); !errors.As(err, &early) {
			t.Errorf("while the customer may still pay: %v", err)
		}
		elapse(time.Second)
		if err := c.till.Resolve(t.Context(), c.state(a.ID), as(c.state(a.ID))); err != nil {
			t.Fatal(err)
		}
		c.want(a.ID, pos.StillChecking, "cleared_up")
	})
}

// between lets something happen while an EventAsked waits for its turn to be written.
type between struct {
	*store.Ledger
	happens func()
}

func (b *between) Append(ctx context.Context, e pos.Event) (pos.Attempt, bool, error) {
	if f := b.happens; e.Kind == pos.EventAsked && f != nil {
		b.happens = nil
		f()
	}
	return b.Ledger.Append(ctx, e)
}

// A sale that becomes paid while the till looks whether it is, is not pushed again.
func TestPaidWhileAskingAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		if err := c.till.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		ledger := &between{Ledger: c.ledger}
		c.cfg.Ledger = ledger
		var err error
		if c.till, err = pos.Start(t.Context(), c.cfg); err != nil {
			t.Fatal(err)
		}
		a := c.charge(order(450))
		synctest.Wait()
		c.callback(a, failedBody(1, "1037"))
		ledger.happens = func() { c.callback(a, paidBody(1, 450, "UKN1ABCDE2")) }
		again := order(450)
		again.Sale = a.Sale
		b := c.charge(again)
		c.want(a.ID, pos.Paid, "paid_late", "disagree")
		if b = c.want(b.ID, pos.NotPaid); len(c.pushes) != 1 {
			t.Errorf("%d pushes", len(c.pushes))
		}
		if what, _ := text.Reason(b); what.EN != "Not sent: an earlier request has paid this sale." {
			t.Errorf("the reason is %q", what.EN)
		}
	})
}

// A refusal that only a query has told is asked about once more while it is fresh, and what that
// says counts.
func TestRefusalByQueryIsConfirmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answers := []daraja.Answer{
			{Endpoint: daraja.EndpointQuery, Verdict: daraja.VerdictFailed, ResultCode: "1032"},
			{Endpoint: daraja.EndpointQuery, Verdict: daraja.VerdictPaid, ResultCode: "0"},
		}
		asked := 0
		c := open(t, &gateway{query: func(context.Context, string) daraja.Answer {
			a := answers[min(asked, len(answers)-1)]
			asked++
			return a
		}})
		a := c.charge(order(450))
		elapse(16 * time.Second)
		c.want(a.ID, pos.NotPaid)
		elapse(15 * time.Second)
		c.want(a.ID, pos.Paid, "paid_late", "disagree")

		answers = answers[:1]
		asked = 0
		b := c.charge(pos.Request{Phone: "254722000000", Amount: 20})
		elapse(time.Hour)
		c.want(b.ID, pos.NotPaid)
		if asked != 2 {
			t.Errorf("a refusal that stays is asked about %d times", asked)
		}
	})
}

// as is how a person settles the attempt who has one way to.
func as(a pos.Attempt) pos.EventKind {
	if answers := a.Answers(); len(answers) > 0 {
		return answers[0]
	}
	return pos.EventResolved
}

// A sale that is typed again while an earlier one of the phone has no end: if both are paid, both
// say so, and a person settles it.
func TestAskedAgainAsANewSale(t *testing.T) {
	for _, answer := range []pos.EventKind{pos.EventTwoSales, pos.EventRefunded} {
		synctest.Test(t, func(t *testing.T) {
			c := open(t, &gateway{})
			first := c.charge(order(450))
			elapse(pos.PhoneLock + time.Second)
			insist := order(450)
			insist.MayPayTwice = true
			second := c.charge(insist)
			if second.Overrides != first.ID || second.Sale == first.Sale {
				t.Fatalf("overrides %q of sale %q", second.Overrides, second.Sale)
			}
			updates := c.till.Subscribe()
			defer updates.Close()
			synctest.Wait()
			c.callback(second, paidBody(2, 450, "UKN1ABCDE2"))
			c.want(second.ID, pos.Paid)
			c.callback(first, paidBody(1, 450, "UKN1ABCDE1"))
			a := c.want(first.ID, pos.Paid, "possibly_paid_twice")
			b := c.want(second.ID, pos.Paid, "possibly_paid_twice")
			if t, err := c.ledger.Totals(pos.DayOf(a.AskedAt)); err != nil || t.Doubtful != (pos.Sum{Count: 2, KES: 900}) || t.Paid != t.Doubtful {
				c.Errorf("totals %+v, %v", t, err)
			}
			if a.Other != b.ID || b.Other != a.ID || !a.Unsettled() || !b.Unsettled() {
				t.Errorf("%v beside %v, %v beside %v", a.Other, a.Unsettled(), b.Other, b.Unsettled())
			}
			told := map[pos.AttemptID]pos.Notice{}
			for range 4 { // pushed, paid; paid, and the other again
				u, err := updates.Next(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				told[u.Attempt.ID] = u.Attempt.Notices
			}
			if !told[a.ID].Has(pos.PossiblyTwice) || !told[b.ID].Has(pos.PossiblyTwice) {
				t.Errorf("the screens heard of %v", told)
			}
			if err := c.till.Resolve(t.Context(), a, pos.EventResolved); !errors.Is(err, pos.ErrSinceChanged) {
				t.Errorf("cleared up: %v", err)
			}
			if err := c.till.Resolve(t.Context(), a, answer); err != nil {
				t.Fatal(err)
			}
			for _, id := range []pos.AttemptID{a.ID, b.ID} {
				if c.state(id).Unsettled() {
					t.Errorf("after %v: %v", answer, c.state(id).Notices.Names())
				}
			}
			totals, err := c.ledger.Totals(pos.DayOf(a.AskedAt))
			want := pos.Totals{Paid: pos.Sum{Count: 2, KES: 900}}
			if answer == pos.EventRefunded {
				want = pos.Totals{Paid: pos.Sum{Count: 1, KES: 450}, Refunded: pos.Sum{Count: 1, KES: 450}}
			}
			if totals.Hours = want.Hours; totals != want || err != nil {
				t.Errorf("totals %+v, %v", totals, err)
			}
		})
	}
}

// TestPortalIsNamed: where the network answers in M-PESA's place, the health says so and the reason
// of the payment says the same, also where no token came; the first answer of M-PESA ends it.
func TestPortalIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		portal := daraja.Classify(daraja.EndpointPush, 200, nil, []byte("<html><title>Log in</title></html>"))
		g := &gateway{}
		g.push = func(context.Context, daraja.PushRequest) daraja.Answer { return portal }
		c := open(t, g)
		a := c.want(c.charge(order(450)).ID, pos.StillChecking)
		what, _ := text.Reason(a)
		if h := c.till.Health(); !h.Elsewhere || h.Refusing == "" || !strings.Contains(what.EN, "omething else answered in M-PESA's place") {
			t.Errorf("health %+v, reason %q", h, what.EN)
		}
		portal.NotSent = true // as where the request for a token was answered so
		other := c.want(c.charge(pos.Request{Phone: "254712345600", Amount: 20}).ID, pos.NotPaid)
		if what, _ := text.Reason(other); !c.till.Health().Elsewhere || !strings.Contains(what.EN, "omething else answered in M-PESA's place") {
			t.Errorf("health %+v, reason %q", c.till.Health(), what.EN)
		}
		g.push = nil
		c.charge(pos.Request{Phone: "254712345611", Amount: 30})
		synctest.Wait()
		if h := c.till.Health(); h != (pos.Health{}) {
			t.Errorf("M-PESA answers, and the health is %+v", h)
		}
	})
}

// Two persons who settle the same payment in the same moment do not both have it their way.
func TestSettledOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		first := c.charge(order(450))
		elapse(pos.PhoneLock + time.Second)
		insist := order(450)
		insist.MayPayTwice = true
		second := c.charge(insist)
		synctest.Wait()
		c.callback(first, paidBody(1, 450, "UKN1ABCDE1"))
		c.callback(second, paidBody(2, 450, "UKN1ABCDE2"))
		a := c.want(first.ID, pos.Paid, "possibly_paid_twice")
		var errs [2]error
		var both sync.WaitGroup
		for i, as := range a.Answers() {
			both.Go(func() { errs[i] = c.till.Resolve(t.Context(), a, as) })
		}
		both.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("both have it: %v, %v", errs[0], errs[1])
		}
		a = c.state(first.ID)
		if a.Notices.Has(pos.TwoSales) == a.Notices.Has(pos.Refunded) {
			t.Errorf("it is %v", a.Notices.Names())
		}
	})
}
