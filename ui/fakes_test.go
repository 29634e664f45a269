package ui

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"kaunta/pos"
	"kaunta/ui/session"
	"kaunta/ui/session/sessiontest"
	"kaunta/ui/text"
)

// The scripted till and the ledger in memory, what becomes of an attempt, and when the tests' sales
// begin.
type (
	fakeTill = sessiontest.Till
	fakeBook = sessiontest.Book
)

var (
	accepted, paid, refused    = sessiontest.Accepted, sessiontest.Paid, sessiontest.Refused
	queriesOnly, unclear, noon = sessiontest.QueriesOnly, sessiontest.Unclear, sessiontest.Noon
)

// fakePhone is the phones of a practice.
type fakePhone struct {
	prompts []session.Prompt
	sms     session.SMS
	changed chan struct{}
	acts    []session.PhoneAction
	err     error
}

func (p *fakePhone) Prompts() []session.Prompt { return p.prompts }
func (p *fakePhone) SMS() session.SMS          { return p.sms }
func (p *fakePhone) Changed() <-chan struct{}  { return p.changed }

func (p *fakePhone) Act(_ pos.MSISDN, a session.PhoneAction) error {
	p.acts = append(p.acts, a)
	return p.err
}

// cashier sits at a till's screens: presses keys, sees frames, hears bells. Commands run at once,
// ticks never by themselves.
type cashier struct {
	t     testing.TB
	app   *app
	till  *fakeTill
	book  *fakeBook
	now   time.Time
	bells int
	left  bool
}

// newCashier opens the screens in a window of 80×24.
func newCashier(t testing.TB, change ...func(*session.Config)) *cashier {
	t.Helper()
	c := &cashier{t: t, till: &fakeTill{}, book: &fakeBook{}, now: noon}
	c.till.OnCharge = func(r pos.Request) (pos.Attempt, error) {
		a := c.attempt(r)
		c.book.Put(a)
		return a, nil
	}
	c.till.Known = c.book.Attempt
	cfg := session.Config{
		Shop: "DUKA LA MAMA", ShortCode: "174379", Mode: session.Live, Till: c.till, Book: c.book,
		Link:        func() session.LinkHealth { return session.LinkHealth{Reachable: true} },
		RetypeAbove: 10_000, Language: text.English,
		Now:     func() time.Time { return c.now },
		Environ: []string{"TERM=xterm-256color", "COLORTERM=truecolor", "LANG=en_US.UTF-8"},
	}
	for _, f := range change {
		f(&cfg)
	}
	over, end := context.WithCancel(context.Background())
	end() // so that no command sleeps
	c.app = newApp(cfg, &runner{ctx: over})
	c.do(c.app.Init())
	c.size(80, 24)
	return c
}

// attempt is a new attempt for a request, as a till returns it.
func (c *cashier) attempt(r pos.Request) pos.Attempt {
	if r.Sale == "" {
		r.Sale = "sale"
	}
	return pos.Attempt{
		ID: pos.AttemptID("attempt-" + c.now.Format("150405")), AskedAt: c.now, State: pos.Sending, Events: 1,
		Asked: pos.Asked{Sale: r.Sale, Phone: r.Phone, Amount: r.Amount, Reference: r.Reference, Reachable: true},
	}
}

func (c *cashier) size(w, h int) { c.send(tea.WindowSizeMsg{Width: w, Height: h}) }

// send gives the program a message and does what it then commands.
func (c *cashier) send(msg tea.Msg) {
	_, cmd := c.app.Update(msg)
	c.do(cmd)
}

// do runs a command, and all that come of it.
func (c *cashier) do(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil, tickMsg:
	case tea.QuitMsg:
		c.left = true
	case tea.RawMsg:
		c.bells += strings.Count(msg.Msg.(string), "\a")
	default:
		if v := reflect.ValueOf(msg); v.Kind() == reflect.Slice && v.Type().Elem() == reflect.TypeFor[tea.Cmd]() {
			for i := range v.Len() { // a batch or a sequence
				c.do(v.Index(i).Interface().(tea.Cmd))
			}
			return
		}
		if strings.HasPrefix(reflect.TypeOf(msg).PkgPath(), reflect.TypeFor[app]().PkgPath()) {
			c.send(msg)
		}
	}
}

// tick lets the time pass, second by second.
func (c *cashier) tick(d time.Duration) {
	for range int(d / time.Second) {
		c.now = c.now.Add(time.Second)
		c.send(tickMsg(c.app.tick))
	}
}

// press presses keys: names in angle brackets, and the characters of everything else. After each
// press a moment passes.
func (c *cashier) press(keys ...string) {
	c.t.Helper()
	for _, k := range keys {
		if k == "<pause>" { // long enough to have seen what the key before has done
			c.tick(time.Second)
			continue
		}
		if strings.HasPrefix(k, "<") {
			code, ok := map[string]tea.Key{
				"<enter>": {Code: tea.KeyEnter}, "<kpenter>": {Code: tea.KeyKpEnter}, "<esc>": {Code: tea.KeyEscape},
				"<tab>": {Code: tea.KeyTab}, "<up>": {Code: tea.KeyUp}, "<down>": {Code: tea.KeyDown},
				"<left>": {Code: tea.KeyLeft}, "<right>": {Code: tea.KeyRight}, "<end>": {Code: tea.KeyEnd},
				"<home>": {Code: tea.KeyHome}, "<insert>": {Code: tea.KeyInsert}, "<pgdown>": {Code: tea.KeyPgDown}, "<pgup>": {Code: tea.KeyPgUp},
				"<backspace>": {Code: tea.KeyBackspace}, "<delete>": {Code: tea.KeyDelete},
				"<ctrl+u>": {Code: 'u', Mod: tea.ModCtrl}, "<ctrl+w>": {Code: 'w', Mod: tea.ModCtrl},
				"<ctrl+c>": {Code: 'c', Mod: tea.ModCtrl}, "<ctrl+q>": {Code: 'q', Mod: tea.ModCtrl},
				"<f1>": {Code: tea.KeyF1}, "<f2>": {Code: tea.KeyF2}, "<f3>": {Code: tea.KeyF3}, "<f4>": {Code: tea.KeyF4},
				"<f8>": {Code: tea.KeyF8}, "<f9>": {Code: tea.KeyF9},
			}[k]
			if !ok {
				c.t.Fatalf("no key %s", k)
			}
			c.send(tea.KeyPressMsg(code))
			continue
		}
		for _, r := range k {
			c.send(tea.KeyPressMsg{Code: r, Text: string(r)})
			c.app.burst.last = time.Time{} // a person types them one by one
		}
	}
}

// tell has the till announce an attempt, which the ledger then holds.
func (c *cashier) tell(a pos.Attempt, event pos.EventKind) {
	c.book.Put(a)
	u := pos.Update{Attempt: a, Event: event, Changed: true}
	if a.Open() {
		u.Deadline = a.AskedAt.Add(pos.Patience)
		u.NextCheck = c.now.Add(15 * time.Second)
	}
	c.send(updateMsg(u))
}

// sell types a sale and asks for it.
func (c *cashier) sell(amount, phone string) pos.Attempt {
	c.t.Helper()
	c.press(amount, "<enter>", phone, "<enter>")
	if c.app.session.Front == nil {
		c.t.Fatalf("no payment is in front:\n%s", c.text())
	}
	return c.app.session.Front.Attempt
}

// text is the frame without its styles.
func (c *cashier) text() string { return strip(c.frame()) }

func (c *cashier) frame() string {
	s, _ := c.app.frame()
	return s
}

// sees fails the test unless the frame has every one of the texts.
func (c *cashier) sees(want ...string) {
	c.t.Helper()
	got := c.text()
	for _, w := range want {
		if !strings.Contains(got, w) {
			c.t.Errorf("the screen does not show %q:\n%s", w, got)
		}
	}
}

// seesNot fails the test if the frame has one of the texts.
func (c *cashier) seesNot(unwanted ...string) {
	c.t.Helper()
	got := c.text()
	for _, w := range unwanted {
		if strings.Contains(got, w) {
			c.t.Errorf("the screen shows %q:\n%s", w, got)
		}
	}
}
