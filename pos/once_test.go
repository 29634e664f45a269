package pos_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"kaunta/daraja"
	"kaunta/pos"
)

func once(key string, amount pos.Shillings) pos.Request {
	r := order(amount)
	r.Once = key
	return r
}

// TestOnce: a key asks once, whatever became of the payment, in this process and in the next.
func TestOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		first := c.charge(once("order 17", 450))
		same := func() {
			t.Helper()
			if a := c.charge(once("order 17", 450)); a.ID != first.ID {
				t.Errorf("another attempt, %s", a.ID)
			}
			synctest.Wait()
			if n, _ := c.counts(); n != 1 {
				t.Fatalf("%d pushes", n)
			}
		}
		same()
		same()
		c.stop()
		c.start()
		same()
		c.callback(first, paidBody(1, 450, "TKO1AB2CD3"))
		c.want(first.ID, pos.Paid)
		same()
		c.stop()
		c.start()
		same()

		// What it was used for is told, and nobody is asked.
		var other *pos.OnceError
		for what, r := range map[string]pos.Request{
			"another amount": once("order 17", 451),
			"another phone":  {Once: "order 17", Amount: 450, Phone: "254722000111"},
			"another till":   {Once: "order 17", Amount: 450, Phone: phone, BuyGoods: "600111"},
		} {
			if _, err := c.till.Charge(t.Context(), r); !errors.As(err, &other) || other.Earlier.ID != first.ID {
				t.Errorf("%s: %v", what, err)
			}
			if text := other.Error(); strings.Contains(text, "712345678") || !strings.Contains(text, "KES 450 from 0712 ••• 678") {
				t.Errorf("%s: %s", what, text)
			}
		}
		for _, key := range []string{" ", "order\x0017", "order\n17", strings.Repeat("k", 65), "\xff", "a\u202eb"} {
			_, err := c.till.Charge(t.Context(), once(key, 60))
			if wants := key != " "; wants != errors.Is(err, pos.ErrOnceKey) {
				t.Errorf("the key %q: %v", key, err)
			}
			c.state(first.ID)
		}
		if n, _ := c.counts(); n != 2 { // that of the blank, which is a key
			t.Errorf("%d pushes", n)
		}
	})
}

// TestOnceRefused: a request that was refused before it was on disk has not used its key.
func TestOnceRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		first := c.charge(order(450))
		var held *pos.OpenError
		if _, err := c.till.Charge(t.Context(), once("k", 60)); !errors.As(err, &held) {
			t.Fatal(err)
		}
		c.callback(c.state(first.ID), paidBody(1, 450, "TKO1AB2CD3"))
		if a := c.charge(once("k", 60)); a.Amount != 60 {
			t.Errorf("%+v", a)
		}
	})
}

// TestOnceAtOnce: of many requests with one key at once, one asks.
func TestOnceAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		got := make([]pos.AttemptID, 20)
		var wait sync.WaitGroup
		for i := range got {
			wait.Go(func() {
				a, err := c.till.Charge(t.Context(), once("k", 60))
				if err != nil {
					t.Error(err)
				}
				got[i] = a.ID
			})
		}
		wait.Wait()
		synctest.Wait()
		for _, id := range got {
			if id != got[0] || id == "" {
				t.Errorf("the attempts are %v", got)
				break
			}
		}
		if n, _ := c.counts(); n != 1 {
			t.Errorf("%d pushes", n)
		}
	})
}

// TestBuyGoodsOfOneRequest: who is paid goes by the request, and the ledger keeps it.
func TestBuyGoodsOfOneRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		r := order(450)
		r.BuyGoods = "600111"
		a := c.state(c.charge(r).ID)
		if a.BuyGoods != "600111" || len(c.pushes) != 1 || c.pushes[0].PartyB != "600111" || c.pushes[0].TransactionType != daraja.CustomerBuyGoodsOnline {
			t.Errorf("%+v %+v", a.Asked, c.pushes)
		}
	})
}

// TestQueryOfAnyID: what is asked by hand about any id waits its turn, at the rate of the till's
// own queries, which go on.
func TestQueryOfAnyID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const every = 13 * time.Second
		g := &gateway{}
		g.query = func(context.Context, string) daraja.Answer {
			<-time.After(2 * time.Second) // M-PESA takes its time
			return daraja.Answer{Verdict: daraja.VerdictPending, ResultCode: "4999"}
		}
		c := open(t, g, func(cfg *pos.Config) { cfg.QueryEvery = every })
		for i := range 3 {
			c.charge(pos.Request{Phone: pos.MSISDN("25471200000" + string(rune('0'+i))), Amount: 450})
		}
		elapse(14 * time.Second)
		var wait sync.WaitGroup
		for range 3 {
			wait.Go(func() {
				if a, err := c.till.Query(t.Context(), "ws_CO_elsewhere"); err != nil || a.ResultCode != "4999" {
					t.Errorf("%+v, %v", a, err)
				}
			})
		}
		wait.Wait()
		elapse(5 * time.Minute)
		other, own := 0, 0
		times := c.times()
		for i, id := range c.asked {
			if i > 0 && times[i].Sub(times[i-1]) < every {
				t.Errorf("%v after the query before", times[i].Sub(times[i-1]))
			}
			if id == "ws_CO_elsewhere" {
				other++
			} else {
				own++
			}
		}
		if other != 3 || own < 10 {
			t.Errorf("%d queries by hand, %d of the till", other, own)
		}

		// Who has less time than that is told.
		go func() { _, _ = c.till.Query(t.Context(), "ws_CO_elsewhere") }()
		synctest.Wait()
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var rate *pos.RateError
		if _, err := c.till.Query(short, "ws_CO_1"); !errors.As(err, &rate) {
			t.Errorf("with a second's time: %v", err)
		}
		c.stop()
	})
}
