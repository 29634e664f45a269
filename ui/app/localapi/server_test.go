package localapi

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"kaunta/pos"
)

// until follows the attempts until one is in the state.
func until(t *testing.T, next func() (pos.Attempt, error, bool), state pos.State) pos.Attempt {
	t.Helper()
	for {
		a, err, ok := next()
		if err != nil || !ok {
			t.Fatalf("the following ended with %v before %v came", err, state)
		}
		if a.State == state {
			return a
		}
	}
}

// TestChargeElsewhere takes a payment on the till of somebody else's process, as far as the client
// can tell.
func TestChargeElsewhere(t *testing.T) {
	s := openShop(t, newLedger(t))
	c := s.dial()
	if i := c.Info(); i.Environment != "training" || i.Number != "174379" {
		t.Errorf("%+v", i)
	}
	screen := s.till.Subscribe()
	defer screen.Close()

	a, err := c.Charge(t.Context(), pos.Request{Phone: phone(1), Amount: 450, Reference: "Table 4"})
	if err != nil || a.State != pos.Sending || a.Amount != 450 {
		t.Fatalf("%+v, %v", a, err)
	}
	if u, err := screen.Next(t.Context()); err != nil || u.Attempt.ID != a.ID || u.Event != pos.EventAsked {
		t.Errorf("the owner's screen hears %+v, %v", u, err)
	}
	next, stop := iter.Pull2(c.Follow(t.Context(), a.ID))
	defer stop()
	until(t, next, pos.Waiting)
	s.pay(a.ID, "UKN1ABCDE2")
	paid := until(t, next, pos.Paid)
	if paid.Receipt != "UKN1ABCDE2" {
		t.Errorf("%+v", paid)
	}
	if here, err := s.ledger.Attempt(a.ID); err != nil || here != paid {
		t.Errorf("the ledger has %+v, %v", here, err)
	}
	day := pos.DayOf(a.AskedAt)
	totals, err := c.Totals(day)
	if want, _ := s.ledger.Totals(day); err != nil || totals != want || totals.Paid.KES != 450 {
		t.Errorf("%+v, %v", totals, err)
	}
	if found, err := c.Find("table 4", 10); err != nil || len(found) != 1 || found[0] != paid {
		t.Errorf("%+v, %v", found, err)
	}
	if _, err := c.Attempt("01ARZ3NDEKTSV4RRFFQ69G5FAV"); !errors.Is(err, pos.ErrNotFound) {
		t.Error(err)
	}
}

// TestClientVanishes: a payment goes on without the program that asked for it, and StopWaiting is
// heard.
func TestClientVanishes(t *testing.T) {
	s := openShop(t, newLedger(t))
	c := s.dial()
	a, err := c.Charge(t.Context(), pos.Request{Phone: phone(1), Amount: 450})
	if err != nil {
		t.Fatal(err)
	}
	here, cancel := context.WithCancel(t.Context())
	next, stop := iter.Pull2(c.Follow(here, a.ID))
	until(t, next, pos.Waiting)
	cancel()
	if _, err, _ := next(); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	stop()

	if err := s.dial().StopWaiting(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	next, stop = iter.Pull2(c.Follow(t.Context(), a.ID))
	defer stop()
	until(t, next, pos.StillChecking)
	s.pay(a.ID, "UKN1ABCDE2")
	if paid := until(t, next, pos.Paid); !paid.Notices.Has(pos.PaidLate) {
		t.Errorf("%+v", paid)
	}
}

// TestTillCloses: followers of a payment are told, and later requests learn that nothing was
// asked.
func TestTillCloses(t *testing.T) {
	s := openShop(t, newLedger(t))
	c := s.dial()
	a, err := c.Charge(t.Context(), pos.Request{Phone: phone(1), Amount: 450})
	if err != nil {
		t.Fatal(err)
	}
	next, stop := iter.Pull2(c.Follow(t.Context(), a.ID))
	defer stop()
	until(t, next, pos.Waiting)
	s.stop()
	for {
		_, err, _ := next()
		if err == nil {
			continue
		}
		if !errors.Is(err, pos.ErrUnsubscribed) {
			t.Error(err)
		}
		break
	}
	if _, err := c.Charge(t.Context(), pos.Request{Phone: phone(2), Amount: 450}); !errors.Is(err, pos.ErrClosed) {
		t.Error(err)
	}
	if _, err := Dial(t.Context(), s.path); !errors.Is(err, ErrNobody) {
		t.Error(err)
	}
}

// TestSettle: what is open is listed, and few of it go before customers in the till's queue.
func TestSettle(t *testing.T) {
	s := openShop(t, newLedger(t))
	c := s.dial()
	for n := range 5 {
		a, err := c.Charge(t.Context(), pos.Request{Phone: phone(n), Amount: 450})
		if err != nil {
			t.Fatal(err)
		}
		next, stop := iter.Pull2(c.Follow(t.Context(), a.ID))
		until(t, next, pos.Waiting)
		if n > 0 {
			if err := c.StopWaiting(t.Context(), a.ID); err != nil {
				t.Fatal(err)
			}
			until(t, next, pos.StillChecking)
		}
		stop()
	}
	updates := s.till.Subscribe()
	open, err := c.Settle(t.Context())
	if err != nil || len(open) != 5 || open[0].State != pos.Waiting {
		t.Fatalf("%+v, %v", open, err)
	}
	updates.Close()
	nudged := map[pos.AttemptID]bool{}
	for {
		u, err := updates.Next(t.Context())
		if err != nil {
			break
		}
		if u.Event == 0 {
			nudged[u.Attempt.ID] = true
		}
	}
	if len(nudged) != maxNudged || nudged[open[0].ID] || nudged[open[1].ID] {
		t.Errorf("nudged %v of %v", nudged, open)
	}
}

// pipes is a listener whose connections are pipes, for virtual time.
type pipes struct {
	calls  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.calls:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }
func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	p.calls <- there
	return here, nil
}

// TestFollowLasts follows for an hour in which nothing happens: no deadline for a request or an
// answer is one for a payment.
func TestFollowLasts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &pipes{calls: make(chan net.Conn), closed: make(chan struct{})}
		s := openShopOn(t, newLedger(t), func(string) (net.Listener, error) { return l, nil })
		c := newClient("")
		c.http.Transport.(*http.Transport).DialContext = l.dial
		a, err := c.Charge(t.Context(), pos.Request{Phone: phone(1), Amount: 450})
		if err != nil {
			t.Fatal(err)
		}
		next, stop := iter.Pull2(c.Follow(t.Context(), a.ID))
		defer stop()
		until(t, next, pos.StillChecking)
		<-time.After(time.Hour)
		s.pay(a.ID, "UKN1ABCDE2")
		until(t, next, pos.Paid)
	})
}

// request writes the head of a request, and leaves the answer to the test.
func request(t *testing.T, c net.Conn, line string) {
	t.Helper()
	if _, err := fmt.Fprintf(c, "%s HTTP/1.1\r\nHost: till\r\n\r\n", line); err != nil {
		t.Fatal(err)
	}
}

// TestOtherVersion: a program of another version is told so in a sentence.
func TestOtherVersion(t *testing.T) {
	s := openShop(t, newLedger(t))
	for _, path := range []string{"/v2/info", "/v1/nothing", "/", "/v1/charge"} {
		c := raw(t, s.path)
		request(t, c, "GET "+path)
		response, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		if response.StatusCode == http.StatusOK || !strings.Contains(string(body), "run the version of kaunta that the till runs") {
			t.Errorf("%s: %d %s", path, response.StatusCode, body)
		}
	}
}

// TestNotUnderstood: what is not understood is asked of nobody.
func TestNotUnderstood(t *testing.T) {
	s := openShop(t, newLedger(t))
	for _, body := range []string{
		"", "{", `"x"`, `{"Amount":"450"}`, `{"Amount":450,"Phone":"254712345678","Cash":true}`, `{"Amount":1e3,"Phone":1}`, `{"Amount":450,"Phone":"254712345678"}{}`,
		`{"Phone":"254712345678","Reference":"` + strings.Repeat("x", maxBody) + `","Amount":450}`,
	} {
		c := raw(t, s.path)
		go fmt.Fprintf(c, "POST /v1/charge HTTP/1.1\r\nHost: till\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		response, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := first(readLines[pos.Attempt](response.Body)); err == nil || !strings.Contains(err.Error(), "does not understand") {
			t.Errorf("%.40s: %v", body, err)
		}
	}
	if open, err := s.ledger.Open(); err != nil || len(open) > 0 {
		t.Errorf("asked for %v, %v", open, err)
	}
	c := s.dial()
	if _, err := get[pos.Attempt](c, "day", "day", "x", "n", "1"); err == nil {
		t.Error("a day that is no number is read")
	}
	if list, err := c.DayPage(1, "", -5); err != nil || len(list) > 0 {
		t.Errorf("%v, %v", list, err)
	}
}

// TestReaders: 200 programs read, and others connect and read nothing, while payments land.
// Everyone who reads is answered, and no payment waits for those who do not.
func TestReaders(t *testing.T) {
	s := openShop(t, newLedger(t))
	c := s.dial()
	const payments = 60
	day := pos.DayOf(time.Now())
	var all sync.WaitGroup
	for n := range 40 { // a day's page each, of which not a byte is read
		slow := raw(t, s.path)
		request(t, slow, fmt.Sprintf("GET /v1/day?day=%d&n=%d", day, maxPage+n))
	}
	for range 40 { // half a request
		if _, err := raw(t, s.path).Write([]byte("GET /v1/day?")); err != nil {
			t.Fatal(err)
		}
	}
	// With the slow, the followers and these, there is a place for each. Of more, those that a busy
	// machine keeps from asking at once would make way (TestTooMany).
	places := make(chan struct{}, maxConnections-40-40-payments-16)
	for range 200 {
		all.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			reader, err := Dial(t.Context(), s.path)
			if err != nil {
				t.Error(err)
				return
			}
			for _, read := range []func() error{
				func() error { _, err := reader.DayPage(day, "", 500); return err },
				func() error { _, err := reader.Totals(day); return err },
				func() error { _, err := reader.Days(day, day); return err },
			} {
				if err := read(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for n := range payments {
		all.Go(func() {
			a, err := c.Charge(t.Context(), pos.Request{Phone: phone(n), Amount: 10})
			if err != nil {
				t.Error(err)
				return
			}
			for a, err := range c.Follow(t.Context(), a.ID) {
				switch {
				case err != nil:
					t.Error(err)
					return
				case a.State == pos.Waiting:
					s.pay(a.ID, fmt.Sprintf("UKN%07d", n))
				case a.State == pos.Paid:
					return
				}
			}
		})
	}
	all.Wait()
	if totals, err := c.Totals(day); err != nil || totals.Paid.Count != payments {
		t.Errorf("%+v, %v", totals, err)
	}
}

// TestTooMany: connections that say nothing, many more than there are places, lock no program out,
// and most of them are ended.
func TestTooMany(t *testing.T) {
	s := openShop(t, newLedger(t))
	idle := make([]net.Conn, 3*maxConnections)
	for i := range idle {
		idle[i] = raw(t, s.path)
		defer idle[i].Close()
	}
	c := s.dial()
	if _, err := c.DayPage(1, "", 10); err != nil {
		t.Error(err)
	}
	if n, err := idle[0].Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("an idle connection was answered with %d bytes, %v", n, err)
	}
}

// TestFollowersLeave: programs that followed a payment and have left take no place, although
// nothing happens to it.
func TestFollowersLeave(t *testing.T) {
	s := openShop(t, newLedger(t))
	c := s.dial()
	a, err := c.Charge(t.Context(), pos.Request{Phone: phone(1), Amount: 450})
	if err != nil {
		t.Fatal(err)
	}
	here, leave := context.WithCancel(t.Context())
	var followers sync.WaitGroup
	for range maxConnections {
		next, stop := iter.Pull2(c.Follow(here, a.ID))
		until(t, next, pos.Waiting)
		followers.Go(func() { next(); stop() })
	}
	leave()
	followers.Wait()
	if _, err := c.DayPage(1, "", 10); err != nil {
		t.Error(err)
	}
}

// TestBytes: a copy of the ledger comes whole or with the reason why it does not, one at a time.
func TestBytes(t *testing.T) {
	copied := bytes.Repeat([]byte("page"), 100_000)
	begun, goOn := make(chan struct{}), make(chan struct{})
	s := openShop(t, newLedger(t), func(what *Shop) {
		what.Backup = func(w io.Writer) error {
			_, err := w.Write(copied[:len(copied)/2])
			close(begun)
			<-goOn
			if err == nil {
				_, err = w.Write(copied[len(copied)/2:])
			}
			return err
		}
		what.Verify = func(w io.Writer) error {
			_, err := w.Write([]byte("2 of 3 good\n"))
			return errors.Join(err, fmt.Errorf("store: record 3 is damaged: \n\x00 %% é %w", pos.ErrNotFound))
		}
	})
	c := s.dial()
	var got bytes.Buffer
	done := make(chan error, 1)
	go func() { done <- c.Backup(t.Context(), &got) }()
	<-begun
	if err := c.Verify(t.Context(), io.Discard); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("two at a time: %v", err)
	}
	close(goOn)
	if err := <-done; err != nil || !bytes.Equal(got.Bytes(), copied) {
		t.Errorf("%d bytes, %v", got.Len(), err)
	}
	got.Reset()
	err := c.Verify(t.Context(), &got)
	if !errors.Is(err, pos.ErrNotFound) || !strings.HasPrefix(err.Error(), "store: record 3 is damaged") || got.String() != "2 of 3 good\n" {
		t.Errorf("%q, %v", got.String(), err)
	}

	without := openShop(t, newLedger(t)).dial()
	if err := without.Backup(t.Context(), io.Discard); err == nil || !strings.Contains(err.Error(), "cannot do that") {
		t.Error(err)
	}
}

// TestSettleBesideDamage: the payments that can be read are listed, and what cannot be is named.
func TestSettleBesideDamage(t *testing.T) {
	c, _ := serveShelf(t, shelf{
		attempts: []pos.Attempt{{ID: "1", State: pos.StillChecking}, {ID: "3", State: pos.StillChecking}},
		err:      fmt.Errorf("record 2 is damaged: %w", pos.ErrRefused),
	})
	if open, err := c.Settle(t.Context()); !errors.Is(err, pos.ErrRefused) || len(open) != 2 {
		t.Errorf("%d open, %v", len(open), err)
	}
}
