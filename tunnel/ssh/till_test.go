//go:build linux

package ssh_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"kaunta/daraja"
	"kaunta/daraja/simulator"
	"kaunta/pos"
	"kaunta/store"
	"kaunta/tunnel"
	"kaunta/tunnel/ssh"
	"kaunta/tunnel/ssh/sshtest"
)

// A gateway tells when a query leaves, and lets it go when the test says so.
type gateway struct {
	*daraja.Client
	asking chan string   // the query's CheckoutRequestID
	leave  chan struct{} // holds a token for each query that may go
}

func (g *gateway) STKQuery(ctx context.Context, id string) (daraja.Answer, error) {
	select {
	case g.asking <- id:
	case <-ctx.Done():
	}
	select {
	case <-g.leave:
	case <-ctx.Done():
	}
	return g.Client.STKQuery(ctx, id)
}

// A counter is a whole till behind a relay, with a simulator for M-PESA.
type counter struct {
	t       *testing.T
	link    *tunnel.Link
	till    *pos.Till
	events  *pos.Subscription
	gateway *gateway
}

func openCounter(t *testing.T, cfg ssh.Config, sim *simulator.Simulator) *counter {
	t.Helper()
	mpesa := httptest.NewServer(sim)
	t.Cleanup(mpesa.Close)
	client, err := daraja.New(daraja.Config{
		BaseURL: mpesa.URL, ConsumerKey: "key", ConsumerSecret: "secret", Passkey: "passkey", ShortCode: "174379",
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	ledger, err := store.Open(filepath.Join(t.TempDir(), "shop.ledger"), store.Options{Environment: "training", ShortCode: "174379"})
	if err != nil {
		t.Fatal(err)
	}
	c := &counter{t: t, gateway: &gateway{Client: client, asking: make(chan string), leave: make(chan struct{})}}

	server := tunnel.NewServer(tunnel.ServerConfig{Deliver: func(ctx context.Context, address string, body []byte) error {
		err := c.till.Callback(ctx, address, body)
		if errors.Is(err, pos.ErrNotFound) {
			return tunnel.ErrUnknownAddress
		}
		return err
	}})
	if err := server.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	provider, err := ssh.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	c.link = tunnel.NewLink(provider, tunnel.LinkConfig{LocalAddr: server.Addr().String(), Proof: server.Proof})
	c.till, err = pos.Start(t.Context(), pos.Config{
		Gateway: c.gateway, Ledger: ledger, QueryEvery: time.Millisecond,
		CallBackURL: func(address string) (string, bool) {
			base, _, ok := c.link.URL()
			return tunnel.CallbackURL(base, address), ok
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	c.events = c.till.Subscribe()

	ctx, cancel := context.WithCancel(t.Context())
	var work sync.WaitGroup
	work.Go(func() {
		if err := server.Serve(ctx); err != nil {
			t.Error(err)
		}
	})
	work.Go(func() { c.link.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		work.Wait()
		c.events.Close()
		if err := errors.Join(c.till.Close(ctx), ledger.Close()); err != nil {
			t.Error(err)
		}
	})
	(&shop{t: t, link: c.link}).awaitState(tunnel.StateLive)
	return c
}

// charge asks phone for an amount and returns when the phone shows the prompt.
func (c *counter) charge(phone pos.MSISDN, amount pos.Shillings) pos.Attempt {
	c.t.Helper()
	a, err := c.till.Charge(c.t.Context(), pos.Request{Phone: phone, Amount: amount})
	if err != nil {
		c.t.Fatal(err)
	}
	return c.await(a.ID, "asked", func(a pos.Attempt) bool { return a.State == pos.Waiting })
}

// await waits until the attempt is as wanted.
func (c *counter) await(id pos.AttemptID, what string, is func(pos.Attempt) bool) (a pos.Attempt) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	for {
		u, err := c.events.Next(ctx)
		if err != nil {
			c.t.Fatalf("the payment is not %s: %v; it is %+v", what, err, a)
		}
		if a = u.Attempt; a.ID == id && is(a) {
			return a
		}
	}
}

// awaitQuery waits until a query is about to leave, and lets earlier ones go.
func (c *counter) awaitQuery(checkoutRequestID string) {
	c.t.Helper()
	late := time.After(2 * patience)
	for {
		select {
		case id := <-c.gateway.asking:
			if id == checkoutRequestID {
				return
			}
			c.gateway.leave <- struct{}{}
		case <-late:
			c.t.Fatal("M-PESA is not asked")
		}
	}
}

// TestTunnelDiesDuringPayment: of two payments under way, one completes by its
// callback through the relay; the relay dies during the other, which ends by
// query, and its receipt comes with the callback when the relay is back.
func TestTunnelDiesDuringPayment(t *testing.T) {
	t.Parallel()
	relay := sshtest.Start(t, sshtest.Options{})
	sim := simulator.New(simulator.Options{Speed: 2})
	t.Cleanup(func() { sim.Close() })
	c := openCounter(t, relay.Config, sim)
	pay := func(phone pos.MSISDN) {
		t.Helper()
		if err := sim.Act(string(phone), simulator.ActionPay); err != nil {
			t.Fatal(err)
		}
	}

	second := c.charge("254722345678", 1200)
	if err := sim.Act(string(second.Phone), simulator.ActionIgnore); err != nil { // for now
		t.Fatal(err)
	}
	// No query leaves for ten seconds after a push: what ends this payment is its callback.
	first := c.charge("254712345678", 450)
	pay(first.Phone)
	first = c.await(first.ID, "paid", func(a pos.Attempt) bool { return a.State == pos.Paid })
	if first.Receipt == "" || !slices.Equal(first.Witnesses(), []string{pos.WitnessCallback}) {
		t.Errorf("the first payment has receipt %q and witnesses %v", first.Receipt, first.Witnesses())
	}

	if !second.Reachable {
		t.Error("the second payment was asked as if no callback could come")
	}
	if _, err := c.till.CheckNow(second.ID); err != nil {
		t.Fatal(err)
	}
	c.awaitQuery(second.CheckoutRequestID)
	relay.Kill()
	(&shop{t: t, link: c.link}).awaitState(tunnel.StateDown)
	pay(second.Phone)
	awaitHeld(t, relay, 1)
	c.gateway.leave <- struct{}{}
	second = c.await(second.ID, "paid", func(a pos.Attempt) bool { return a.State == pos.Paid })
	if second.Receipt != "" || !slices.Equal(second.Witnesses(), []string{pos.WitnessQuery}) {
		t.Errorf("without the relay, the second payment has receipt %q and witnesses %v", second.Receipt, second.Witnesses())
	}

	relay.Restart()
	second = c.await(second.ID, "known by its receipt", func(a pos.Attempt) bool { return a.Receipt != "" })
	if second.State != pos.Paid || second.Notices != 0 || len(second.Witnesses()) != 2 {
		t.Errorf("with the relay back, the second payment is %v, with notices %v and witnesses %v", second.State, second.Notices.Names(), second.Witnesses())
	}

	(&shop{t: t, link: c.link}).awaitState(tunnel.StateLive)
	journal := sim.Journal()
	var receipts []string
	for _, p := range journal.Payments {
		receipts = append(receipts, p.Receipt)
	}
	if want := []string{first.Receipt, second.Receipt}; !slices.Equal(receipts, want) {
		t.Errorf("M-PESA's receipts are %v, the till's %v", receipts, want)
	}
}
