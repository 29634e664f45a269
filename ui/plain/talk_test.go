package plain

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaunta/pos"
	"kaunta/ui/session"
	"kaunta/ui/session/sessiontest"
	"kaunta/ui/text"
)

// The phones of two customers.
const (
	phoneA = "0712345678"
	phoneB = "0712345601"
)

// talk is a cashier at the plain till: types lines and reads lines, in a bubble of synctest where
// the time is virtual.
type talk struct {
	*testing.T
	p     *conversation
	till  *sessiontest.Till
	book  *sessiontest.Book
	start time.Time
	asked int

	lines chan string
	facts chan pos.Update
	end   context.CancelFunc
	done  chan error

	mu     sync.Mutex
	wrote  bytes.Buffer
	health pos.Health
	link   session.LinkHealth
}

// talkTill is a fakeTill whose health may change while the till looks at it.
type talkTill struct {
	*sessiontest.Till
	talk *talk
}

func (f talkTill) Health() pos.Health {
	f.talk.mu.Lock()
	defer f.talk.mu.Unlock()
	return f.talk.health
}

// falls gives the till another health.
func (c *talk) falls(h pos.Health, reachable bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.health, c.link = h, session.LinkHealth{Reachable: reachable}
}

// inTalk runs f with a till that has nothing to say yet but its first lines.
func inTalk(t *testing.T, f func(*talk), change ...func(*talk, *session.Config, *tty)) {
	synctest.Test(t, func(t *testing.T) {
		c := &talk{
			T: t, till: &sessiontest.Till{}, book: &sessiontest.Book{}, start: time.Now(),
			lines: make(chan string), facts: make(chan pos.Update), done: make(chan error, 1),
			link: session.LinkHealth{Reachable: true},
		}
		c.till.OnCharge = func(r pos.Request) (pos.Attempt, error) {
			a := c.attempt(r)
			c.book.Put(a)
			return a, nil
		}
		cfg := session.Config{
			Shop: "DUKA LA MAMA", ShortCode: "174379", Mode: session.Live, Till: talkTill{c.till, c}, Book: c.book,
			Link: func() session.LinkHealth {
				c.mu.Lock()
				defer c.mu.Unlock()
				return c.link
			},
			RetypeAbove: 10_000, Now: c.now, Output: c, Environ: []string{"LANG=C.UTF-8"},
		}
		behind := tty{width: func() int { return 0 }}
		for _, f := range change {
			f(c, &cfg, &behind)
		}
		ctx, end := context.WithCancel(t.Context())
		c.end, c.p = end, newConversation(ctx, cfg, behind)
		go func() { c.done <- c.p.converse(ctx, c.lines, c.facts) }()
		synctest.Wait()
		f(c)
		end()
		synctest.Wait()
	})
}

// inSale is inTalk after the first lines.
func inSale(t *testing.T, f func(*talk), change ...func(*talk, *session.Config, *tty)) {
	inTalk(t, func(c *talk) {
		c.all()
		f(c)
	}, change...)
}

func inKiswahili(_ *talk, cfg *session.Config, _ *tty) { cfg.Language = text.Kiswahili }
func inTraining(_ *talk, cfg *session.Config, _ *tty)  { cfg.Mode = session.Training }
func atTerminal(_ *talk, _ *session.Config, b *tty)    { b.rings, b.typed = true, true }

func (c *talk) now() time.Time { return sessiontest.Noon.Add(time.Since(c.start)) }

func (c *talk) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wrote.Write(p)
}

// all is what was written since it was last asked.
func (c *talk) all() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.wrote.String()
	c.wrote.Reset()
	return s
}

// says demands exactly these lines since it was last asked.
func (c *talk) says(want ...string) {
	c.Helper()
	if diff := cmp.Diff(strings.Join(want, "\n")+"\n", c.all()); diff != "" {
		c.Errorf("the till says other lines (- wanted, + said):\n%s", diff)
	}
}

// types types lines, each after what came of the one before.
func (c *talk) types(lines ...string) {
	for _, s := range lines {
		select {
		case c.lines <- s:
		case err := <-c.done:
			c.Fatalf("nobody reads %q: the till has left (%v)", s, err)
		}
		synctest.Wait()
	}
}

// pass lets the time pass.
func (c *talk) pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// attempt is a new attempt for a request, as a till returns it.
func (c *talk) attempt(r pos.Request) pos.Attempt {
	c.asked++
	if r.Sale == "" {
		r.Sale = pos.SaleID(fmt.Sprint("sale-", c.asked))
	}
	return pos.Attempt{
		ID: pos.AttemptID(fmt.Sprintf("attempt-%d", c.asked)), AskedAt: c.now(), State: pos.Sending, Events: 1,
		Asked: pos.Asked{Sale: r.Sale, Phone: r.Phone, Amount: r.Amount, Reference: r.Reference, Reachable: true},
	}
}

// tell has the till announce an attempt, which the ledger then holds.
func (c *talk) tell(a pos.Attempt, event pos.EventKind) {
	c.book.Put(a)
	u := pos.Update{Attempt: a, Event: event, Changed: true}
	if a.Open() {
		u.Deadline, u.NextCheck = a.AskedAt.Add(pos.Patience), c.now().Add(15*time.Second)
	}
	c.update(u)
}

func (c *talk) update(u pos.Update) {
	c.facts <- u
	synctest.Wait()
}

// sell asks for a payment that M-PESA accepts, and forgets what was said.
func (c *talk) sell(amount, phone string) pos.Attempt {
	c.Helper()
	c.types(amount, phone, "")
	if c.p.session.Front == nil {
		c.Fatalf("no payment is in front: %s", c.all())
	}
	a := sessiontest.Accepted(c.p.session.Front.Attempt)
	c.tell(a, pos.EventPushed)
	c.all()
	return a
}

// stopped is the payment that the cashier has stopped waiting for, with the till ready for the
// next.
func (c *talk) stopped(amount, phone string) pos.Attempt {
	c.Helper()
	a := sessiontest.Unclear(c.sell(amount, phone))
	c.types("stop")
	c.tell(a, pos.EventStopped)
	c.types("new")
	c.all()
	return a
}
