package ui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"kaunta/pos"
	"kaunta/ui/draw"
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
	cfg      Config
	commands commands

	width, height int
	profile       colorprofile.Profile
	background    draw.Background
	theme         draw.Theme
	say           *text.Words
	ascii         bool
	now           time.Time

	at        screen
	sale      sale
	offeredAt time.Time // when the sale began to offer to round its amount
	pay       *pay      // in front of the form; nil while there is none
	next      sale      // typed while a payment is in front
	nextAt    time.Time // when the last key of it came
	burst     burst
	last      pos.Attempt
	ledger    ledger
	open      openList
	phones    phones
	hand      bool      // keys go to the customer's phone
	handLeft  time.Time // when it was taken off because there was nothing left to do there
	help      *helpPage
	quitting  bool

	banners   []banner
	announced announced                   // what banners and results have said
	states    map[pos.AttemptID]pos.State // of the attempts without an end
	unheard   map[pos.AttemptID]pos.State // what was open at the start and has not been heard of since
	atStart   map[pos.AttemptID]bool      // what was open at the start: whoever waits for it is told of its end
	early     []pos.Update                // came while the till was still taking a request
	resumed   int                         // payments that were open at the start; 0 once that is known to all

	shop    shopMsg
	read    bool // shop has been read
	reading bool // shop is being read
	stale   bool // and must be read again
	readAt  time.Time

	tick int       // the number of the tick that counts
	due  time.Time // when it comes; zero: none
}

// newApp is the screens at their start.
func newApp(cfg Config, crew *runner) *app {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	a := &app{
		cfg:       cfg,
		commands:  commands{till: cfg.Till, book: cfg.Book, phone: cfg.Phone, link: cfg.Link, crew: crew},
		profile:   draw.Profile(cfg.Output, cfg.Environ),
		say:       text.New(cfg.Language),
		ascii:     ascii(cfg),
		now:       cfg.Now(),
		sale:      newSale(cfg.MaxAmount, cfg.RetypeAbove),
		next:      newSale(cfg.MaxAmount, cfg.RetypeAbove),
		announced: make(announced),
		states:    make(map[pos.AttemptID]pos.State),
		unheard:   make(map[pos.AttemptID]pos.State),
		atStart:   make(map[pos.AttemptID]bool),
		resumed:   len(cfg.Resumed),
	}
	for _, r := range cfg.Resumed {
		a.states[r.ID], a.unheard[r.ID], a.announced[r.ID], a.atStart[r.ID] = r.State, r.State, r.Notices, true
	}
	if a.onLinuxConsole() {
		a.background = draw.BackgroundDark
	}
	a.theme = draw.NewTheme(a.profile, a.background)
	return a
}

// onLinuxConsole reports whether the terminal is Linux's own: always dark, and it does not know the
// question.
func (a *app) onLinuxConsole() bool { return getenv(a.cfg.Environ, "TERM") == "linux" }

// Init implements tea.Model.
func (a *app) Init() tea.Cmd {
	cmds := []tea.Cmd{a.refresh(), a.schedule(), a.commands.resumedCmd(a.cfg.Resumed)}
	if !a.onLinuxConsole() {
		cmds = append(cmds, tea.RequestBackgroundColor) // may never be answered
	}
	return tea.Batch(cmds...)
}

// Update implements tea.Model.
func (a *app) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	a.now = a.cfg.Now()
	cmd := a.take(msg)
	return a, tea.Batch(cmd, a.schedule())
}

// take answers one message.
func (a *app) take(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case tea.WindowSizeMsg:
		a.width, a.height = m.Width, m.Height
	case tea.ColorProfileMsg:
		if getenv(a.cfg.Environ, "NO_COLOR") == "" {
			a.profile = m.Profile
			a.theme = draw.NewTheme(a.profile, a.background)
		}
	case tea.BackgroundColorMsg:
		a.background = draw.BackgroundLight
		if m.IsDark() {
			a.background = draw.BackgroundDark
		}
		a.theme = draw.NewTheme(a.profile, a.background)
	case tea.KeyPressMsg:
		return a.press(readKey(m))
	case tea.PasteMsg:
		return a.paste(m.Content)
	case tickMsg:
		if int(m) != a.tick {
			return nil
		}
		a.due = time.Time{}
		if a.now.Sub(a.readAt) >= 10*time.Second {
			return a.refresh()
		}
	case updateMsg:
		return a.learn(pos.Update(m))
	case resumedMsg:
		var cmds []tea.Cmd
		for _, now := range m {
			if was, unheard := a.unheard[now.ID]; unheard && was != now.State {
				a.states[now.ID] = was
				cmds = append(cmds, a.learn(pos.Update{Attempt: now, Changed: true}))
			}
		}
		return tea.Batch(cmds...)
	case chargedMsg:
		return a.charged(m)
	case checkedMsg:
		a.checked(m)
	case byHandMsg:
		if a.open = a.open.settled(m); m.err != nil {
			return a.refresh() // it may be another than the list shows
		}
	case typedMsg:
		if d := a.ledger.detail; d != nil && d.code.on && d.attempt.ID == m.id {
			next := d.typed(m)
			a.ledger.detail = &next
		} else {
			a.open = a.open.typed(m)
		}
	case stoppedMsg:
		if m.err != nil && a.pay != nil && a.pay.attempt.ID == m.id {
			a.pay.problem, a.pay.stopping = m.err, false
		}
	case shopMsg:
		return a.learnShop(m)
	case dayLoadedMsg:
		a.ledger = a.ledger.loaded(m)
	case monthMsg:
		a.ledger = a.ledger.monthRead(m)
	case foundMsg:
		var cmd tea.Cmd
		a.ledger, cmd = a.ledger.foundRows(m, a.commands)
		return cmd
	case eventsMsg:
		if a.ledger.detail != nil {
			d := a.ledger.detail.learned(m)
			a.ledger.detail = &d
		}
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
	}
	return nil
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
	if a.cfg.NoMotion && a.pay != nil {
		if turn := a.pay.turn(a.now); !turn.IsZero() && turn.Before(due) {
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
	case a.at == screenSale && a.pay != nil:
		return a.pay.moves(a.now)
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
	var month pos.Month
	if a.ledger.month != nil {
		month = a.ledger.month.month
	}
	return a.commands.shopCmd(pos.DayOf(a.now), a.ledger.day, month, a.open.whys)
}

// learnShop takes the shop's figures.
func (a *app) learnShop(m shopMsg) tea.Cmd {
	a.reading, a.read = false, true
	var bell tea.Cmd
	warned := a.warning() != nil
	if a.shop = m; !warned && a.warning() != nil {
		bell = a.commands.bellCmd(2)
	}
	a.ledger = a.ledger.monthRead(m.month)
	if m.err == nil || len(m.unsettled) > 0 { // the status line says that something could not be read
		a.open = a.open.learned(m.unsettled)
		a.open.whys = m.whys
	}
	if m.err == nil {
		if m.shown == a.ledger.day {
			a.ledger.totals = m.listed
		}
		if !a.stale { // else something has changed since it was read
			for _, o := range m.unsettled { // what has ended since is told by the till
				if o.Open() {
					a.states[o.ID] = o.State
				}
			}
		}
		if !slices.ContainsFunc(m.unsettled, pos.Attempt.Open) {
			a.resumed = 0
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
	case a.help != nil || a.quitting || a.hand || sizeOf(a.width, a.height) == sizeTiny:
	case a.at == screenSale && a.pay == nil:
		a.sale = a.sale.paste(text)
	case a.at == screenLedger:
		a.ledger, cmd = a.ledger.paste(text, a.commands)
	case a.at == screenOpen:
		a.open = a.open.paste(text)
	}
	return cmd
}
