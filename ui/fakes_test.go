package ui

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"kaunta/pos"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// fakeTill is a scripted till: what a function is not set for does nothing.
type fakeTill struct {
	charge func(pos.Request) (pos.Attempt, error)
	check  func(pos.AttemptID) (time.Time, error)
	stop   func(pos.AttemptID) error
	health pos.Health
	subs   func() *pos.Subscription
	known  func(pos.AttemptID) (pos.Attempt, error) // nil: nothing is known of an attempt for which a code is typed

	charged []pos.Request
	checked []pos.AttemptID
	stopped []pos.AttemptID
	typed   []string
	byHand  []pos.AttemptID
	as      []pos.EventKind // what was said of each
}

func (f *fakeTill) Charge(_ context.Context, r pos.Request) (pos.Attempt, error) {
	f.charged = append(f.charged, r)
	return f.charge(r)
}

func (f *fakeTill) CheckNow(id pos.AttemptID) (time.Time, error) {
	f.checked = append(f.checked, id)
	if f.check == nil {
		return time.Time{}, nil
	}
	return f.check(id)
}

func (f *fakeTill) StopWaiting(_ context.Context, id pos.AttemptID) error {
	f.stopped = append(f.stopped, id)
	if f.stop == nil {
		return nil
	}
	return f.stop(id)
}

func (f *fakeTill) TypeReceipt(_ context.Context, id pos.AttemptID, typed string) (pos.Claim, error) {
	f.typed = append(f.typed, typed)
	if len(typed) != 10 {
		return pos.Claim{}, pos.ErrReceipt
	}
	a := pos.Attempt{ID: id}
	if f.known != nil {
		a, _ = f.known(id)
	}
	a.Claimed = typed
	return pos.Claim{Attempt: a, Typed: typed}, nil
}

func (f *fakeTill) Resolve(_ context.Context, seen pos.Attempt, as pos.EventKind) error {
	f.byHand, f.as = append(f.byHand, seen.ID), append(f.as, as)
	return nil
}

func (f *fakeTill) Health() pos.Health           { return f.health }
func (f *fakeTill) Subscribe() *pos.Subscription { return f.subs() }

// fakeBook is a ledger in memory.
type fakeBook struct {
	rows   []pos.Attempt // newest first
	events map[pos.AttemptID][]pos.Event
	err    error
	reads  int

	damaged error // of a payment that lists leave out
}

func (b *fakeBook) DayPage(day pos.Day, before pos.AttemptID, n int) ([]pos.Attempt, error) {
	b.reads++
	var page []pos.Attempt
	for _, a := range b.rows {
		if pos.DayOf(a.AskedAt) == day && (before == "" || a.ID < before) && len(page) < n {
			page = append(page, a)
		}
	}
	return page, cmp.Or(b.damaged, b.err)
}

func (b *fakeBook) Totals(day pos.Day) (pos.Totals, error) {
	var t pos.Totals
	for _, a := range b.rows {
		if pos.DayOf(a.AskedAt) == day {
			t.Add(a, 1)
		}
	}
	return t, b.err
}

func (b *fakeBook) Days(first, last pos.Day) ([]pos.DayTotals, error) {
	b.reads++
	var days []pos.DayTotals
	for day := first; day <= last; day = day.Add(1) {
		if t, _ := b.Totals(day); t != (pos.Totals{}) {
			days = append(days, pos.DayTotals{Day: day, Totals: t})
		}
	}
	return days, b.err
}

func (b *fakeBook) Find(text string, n int) ([]pos.Attempt, error) {
	var found []pos.Attempt
	for _, a := range b.rows {
		if strings.HasSuffix(string(a.Phone), text) || strings.EqualFold(a.Receipt, text) || a.Amount.String() == text {
			found = append(found, a)
		}
	}
	return found[:min(n, len(found))], cmp.Or(b.damaged, b.err)
}

func (b *fakeBook) Events(id pos.AttemptID) ([]pos.Event, error) { return b.events[id], b.err }

func (b *fakeBook) Attempt(id pos.AttemptID) (pos.Attempt, error) {
	for _, a := range b.rows {
		if a.ID == id {
			return a, b.err
		}
	}
	return pos.Attempt{}, pos.ErrNotFound
}

func (b *fakeBook) Open() ([]pos.Attempt, error) {
	var open []pos.Attempt
	for _, a := range b.rows {
		if a.Open() {
			open = append(open, a)
		}
	}
	return open, b.err
}

func (b *fakeBook) Unsettled() ([]pos.Attempt, error) {
	var unsettled []pos.Attempt
	for _, a := range b.rows {
		if a.Unsettled() {
			unsettled = append(unsettled, a)
		}
	}
	slices.Reverse(unsettled)
	return unsettled, b.err
}

// put adds an attempt, or what has become of it.
func (b *fakeBook) put(a pos.Attempt) {
	for i := range b.rows {
		if b.rows[i].ID == a.ID {
			b.rows[i] = a
			return
		}
	}
	b.rows = append([]pos.Attempt{a}, b.rows...)
}

// fakePhone is the phones of a practice.
type fakePhone struct {
	prompts []session.Prompt
	changed chan struct{}
	acts    []session.PhoneAction
	err     error
}

func (p *fakePhone) Prompts() []session.Prompt { return p.prompts }
func (p *fakePhone) Changed() <-chan struct{}  { return p.changed }

func (p *fakePhone) Act(_ pos.MSISDN, a session.PhoneAction) error {
	p.acts = append(p.acts, a)
	return p.err
}

// noon is when the tests' sales begin.
var noon = time.Date(2026, time.November, 23, 14, 32, 0, 0, pos.EAT)

// cashier sits at a till's screens: presses keys, sees frames, hears bells. Commands run at once, ticks never by themselves.
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
	c.till.charge = func(r pos.Request) (pos.Attempt, error) {
		a := c.attempt(r)
		c.book.put(a)
		return a, nil
	}
	c.till.known = c.book.Attempt
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

// press presses keys: names in angle brackets, and the characters of everything else. After each press a moment passes.
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
				"<home>": {Code: tea.KeyHome}, "<insert>": {Code: tea.KeyInsert}, "<pgdown>": {Code: tea.KeyPgDown},
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
	c.book.put(a)
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

// accepted, paid, refused and unclear are what becomes of an attempt.
func accepted(a pos.Attempt) pos.Attempt {
	a.State, a.CheckoutRequestID, a.Events = pos.Waiting, "ws_CO_1", a.Events+1
	a.Facts |= pos.PushAccepted
	return a
}

func paid(a pos.Attempt, receipt string) pos.Attempt {
	a.State, a.Receipt, a.Events = pos.Paid, receipt, a.Events+1
	a.Facts |= pos.CallbackPaid
	a.PaidAt = a.AskedAt.Add(8 * time.Second)
	return a
}

func refused(a pos.Attempt, code, desc string) pos.Attempt {
	a.State, a.Events = pos.NotPaid, a.Events+1
	a.Facts |= pos.CallbackFailed
	a.Cause = pos.Cause{Endpoint: "callback", Verdict: "failed", ResultCode: code, ResultDesc: desc}
	return a
}

// queriesOnly is the attempt PAID in a shop that no callback can reach.
func queriesOnly(a pos.Attempt) pos.Attempt {
	a.State, a.Facts, a.EndedAt, a.Reachable = pos.Paid, pos.PushAccepted|pos.QueryPaid, a.AskedAt.Add(12*time.Second), false
	a.Events++
	return a
}

func unclear(a pos.Attempt) pos.Attempt {
	a.State, a.Events = pos.StillChecking, a.Events+1
	a.Facts |= pos.Waited
	return a
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
