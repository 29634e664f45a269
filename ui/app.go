package ui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"kaunta/pos"
	"kaunta/ui/draw"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// screen is what the body of the frame shows. Help, the question before leaving and the customer's
// phone lie over it.
type screen uint8

const (
	screenSale screen = iota // the form, or the payment that came of it
	screenLedger
	screenOpen
)

// app is the program: it divides the window, sends keys to the screen in front and facts to all of
// them, and carries out what the screens wish. It is used by the program's own goroutine only.
type app struct {
	cfg      session.Config
	commands commands

	width, height int
	profile       colorprofile.Profile
	background    draw.Background
	theme         draw.Theme
	say           *text.Words
	ascii         bool
	now           time.Time

	session   *session.Session
	at        screen
	sale      sale
	offeredAt time.Time // when the sale began to offer to round its amount
	backAt    time.Time // when the form came back by itself, or a key for what stood there came
	next      sale      // typed while a payment is in front
	nextAt    time.Time // when the last key of it came
	cutAt     time.Time // when a key of its sum was taken for another, or its rest dropped
	burst     burst
	ledger    ledger
	open      openList
	phones    phones
	hand      bool      // keys go to the customer's phone
	handLeft  time.Time // when it was taken off because there was nothing left to do there
	help      *helpPage
	menu      menuPage
	question  *question
	anywayAt  time.Time // when the key came that asks all the same; zero: none waits
	numberAt  time.Time // when a number was pressed last while a payment is in front
	quitting  bool

	evidence session.EventsRead // of the row in front of a list, where the window shows it
	looking  pos.AttemptID      // whose is being read

	shop    shopMsg
	read    bool // shop has been read
	reading bool // shop is being read
	stale   bool // and must be read again
	readAt  time.Time

	tick int       // the number of the tick that counts
	due  time.Time // when it comes; zero: none
}

// newApp is the screens at their start.
func newApp(cfg session.Config, run *runner) *app {
	a := &app{
		cfg:      cfg,
		commands: commands{till: cfg.Till, book: cfg.Book, phone: cfg.Phone, link: cfg.Link, runner: run},
		profile:  draw.Profile(cfg.Output, cfg.Environ),
		say:      text.New(cfg.Language),
		ascii:    cfg.OnlyASCII(),
		now:      cfg.Now(),
		session:  session.New(cfg),
	}
	a.sale, a.next = newSale(&a.session.Form), newSale(&a.session.Ahead)
	a.open.session = a.session
	if a.onLinuxConsole() {
		a.background = draw.BackgroundDark
	}
	a.dress()
	return a
}

// Init implements tea.Model.
func (a *app) Init() tea.Cmd {
	cmds := []tea.Cmd{a.refresh(), a.schedule(), a.commands.do(session.ReadAgain{Attempts: a.cfg.Resumed})}
	if !a.onLinuxConsole() {
		cmds = append(cmds, tea.RequestBackgroundColor) // may never be answered
	}
	return tea.Batch(cmds...)
}

// Update implements tea.Model.
func (a *app) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	a.now = a.cfg.Now()
	cmd := a.take(msg)
	if q := a.question; q != nil && q.of != a.session.Front.Phase() {
		a.question = nil
	}
	if a.session.Front.Phase() != session.InTheWay {
		a.anywayAt = time.Time{}
	}
	a.sale.follow()
	a.next.follow()
	return a, tea.Batch(cmd, a.lookAt(), a.schedule())
}

// take answers one message.
func (a *app) take(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case tea.WindowSizeMsg:
		a.width, a.height = m.Width, m.Height
	case tea.ColorProfileMsg:
		if a.cfg.Getenv("NO_COLOR") == "" {
			a.profile = m.Profile
			a.dress()
		}
	case tea.BackgroundColorMsg:
		a.background = draw.BackgroundLight
		if m.IsDark() {
			a.background = draw.BackgroundDark
		}
		a.dress()
	case tea.FocusMsg, restoredMsg:
		return a.restored()
	case tea.KeyPressMsg:
		if cmd, taken := a.ofTerminal(m); taken {
			return cmd
		}
		return a.press(readKey(m))
	case tea.PasteMsg:
		return a.paste(m.Content)
	case tickMsg:
		if int(m) != a.tick {
			return nil
		}
		a.due = time.Time{}
		if !a.anywayAt.IsZero() && a.now.Sub(a.anywayAt) >= alone {
			a.anywayAt = time.Time{}
			return a.act(session.Anyway)
		}
		if a.now.Sub(a.readAt) >= 10*time.Second {
			return a.refresh()
		}
	case updateMsg:
		return a.learn(pos.Update(m))
	case session.Checked:
		if m.Err != nil && a.at == screenOpen {
			a.open.wrong = m.Err
		}
		return a.takeFact(m)
	case session.Resolved:
		if a.open = a.open.resolved(m); m.Err != nil {
			return a.refresh() // it may be another than the list shows
		}
	case session.ReceiptTyped:
		a.typed(m)
		return a.takeFact(m)
	case shopMsg:
		return a.learnShop(m)
	case session.DayRead:
		a.ledger.day.Read(m)
	case session.MonthRead:
		a.ledger = a.ledger.monthRead(m)
	case session.Found:
		var cmd tea.Cmd
		a.ledger, cmd = a.ledger.foundRows(m, a.commands)
		return cmd
	case session.EventsRead:
		if m.Attempt.ID == a.looking {
			a.looking, a.evidence = "", m
		}
		for _, d := range a.details() {
			if *d != nil {
				next := (*d).learned(m)
				*d = &next
			}
		}
	case smsMsg:
		a.phones.sms = session.SMS(m)
	case promptsMsg:
		if len(m) == 0 && len(a.phones.prompts) > 0 {
			if a.hand {
				a.hand, a.handLeft = false, a.now // nothing left to do there: back to the till
			}
		}
		a.phones.prompts, a.phones.err = m, nil
	case actedMsg:
		if a.phones.err = m.err; m.err == nil {
			a.hand = false // back to the till, where the result will be
		}
	case session.Fact:
		return a.takeFact(m)
	}
	return nil
}

// lookAt reads what happened with the row in front of a list where the window has room to show it;
// one reading at a time, and again when there is more.
func (a *app) lookAt() tea.Cmd {
	var front pos.Attempt
	var ok bool
	switch {
	case a.at == screenLedger && a.ledger.detail == nil && a.ledger.month == nil:
		front, ok = a.ledger.front()
	case a.at == screenOpen && a.open.detail == nil:
		front, ok = a.open.front()
	}
	known := a.evidence.Attempt.ID == front.ID && (a.evidence.Err != nil || a.evidence.Attempt.Events >= front.Events)
	if !ok || known || a.looking != "" {
		return nil
	}
	if _, l := a.layout(); !splitOf(l).beside {
		return nil
	}
	a.looking = front.ID
	return a.commands.do(session.ReadEvents{ID: front.ID})
}

// schedule asks for the next tick: by the second while something moves, and otherwise by the minute
// for the clock.
func (a *app) schedule() tea.Cmd {
	step := time.Minute
	if a.moves() {
		step = time.Second
	}
	due := a.now.Truncate(step).Add(step)
	if until := a.nextAt.Add(stands); a.typesAhead() && until.Before(due) {
		due = until
	}
	if until := a.anywayAt.Add(alone); !a.anywayAt.IsZero() && until.Before(due) {
		due = until
	}
	if a.cfg.NoMotion && a.session.Front != nil {
		if turn := a.session.Front.Turn(a.now); !turn.IsZero() && turn.Before(due) {
			due = turn
		}
	}
	if !a.due.IsZero() && !due.Before(a.due) && a.due.After(a.now) {
		return nil
	}
	a.due = due
	a.tick++
	return a.commands.tickCmd(a.tick, due.Sub(a.now))
}

// moves reports whether something on the screen changes by the second.
func (a *app) moves() bool {
	switch {
	case a.cfg.NoMotion:
		return false
	case a.at == screenSale && a.session.Front != nil:
		return a.front().moves(a.now)
	case a.at == screenOpen:
		return a.open.moves(a.now)
	}
	return false
}

// refresh reads the shop's figures; one reading at a time.
func (a *app) refresh() tea.Cmd {
	if a.reading {
		a.stale = true
		return nil
	}
	a.reading, a.stale, a.readAt = true, false, a.now
	var month session.Effect
	if a.ledger.month != nil {
		month = session.ReadMonth{Month: a.ledger.month.month}
	}
	return a.commands.shopCmd(pos.DayOf(a.now), a.ledger.day.Day, month, a.session.Unsettled.Why)
}

// learnShop takes the shop's figures.
func (a *app) learnShop(m shopMsg) tea.Cmd {
	a.reading, a.read = false, true
	var bell tea.Cmd
	warned := a.warning() != nil
	if a.shop = m; !warned && a.warning() != nil {
		bell = a.commands.bellCmd(2)
	}
	if read, ok := m.month.(session.MonthRead); ok {
		a.ledger = a.ledger.monthRead(read)
	}
	if m.err == nil || len(m.unsettled) > 0 { // the status line says that something could not be read
		a.session.Unsettled.Read(m.unsettled, m.why)
	}
	if m.err == nil {
		if m.shown == a.ledger.day.Day {
			a.ledger.day.Totals = m.listed
		}
		if !a.stale { // else something has changed since it was read
			for _, o := range m.unsettled { // what has ended since is told by the till
				if o.Open() {
					a.session.Know(o)
				}
			}
		}
		if !slices.ContainsFunc(m.unsettled, pos.Attempt.Open) {
			a.session.Resumed = 0
		}
	}
	if a.stale {
		return tea.Batch(bell, a.refresh())
	}
	return bell
}

// paste gives pasted text to the field in front.
func (a *app) paste(text string) tea.Cmd {
	var cmd tea.Cmd
	switch {
	case a.help != nil || a.covered() || a.hand || sizeOf(a.width, a.height) == sizeTiny:
	case a.at == screenSale && a.session.Front == nil:
		a.sale.paste(text)
	case a.at == screenLedger:
		a.ledger, cmd = a.ledger.paste(text, a.commands, a.now)
	case a.at == screenOpen:
		a.open = a.open.paste(text)
	}
	return cmd
}
