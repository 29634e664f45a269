package ui

import (
	"fmt"
	"maps"
	"os"
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

// moments are the scenes, and the states besides in which a key could mean something else.
func moments() []scene {
	ends := func(end func(*cashier, pos.Attempt)) func(*cashier) {
		return func(c *cashier) { end(c, accepted(c.sell("450", phoneA))) }
	}
	return append(scenes(),
		scene{"two sales?", nil, func(c *cashier) {
			perhapsTwice(c)
			c.press("<f3>", "<enter>")
		}},
		scene{"owed", nil, func(c *cashier) {
			c.day(12)
			c.press("<f3>", "<down>")
		}},
		scene{"old enough to be cleared up", nil, func(c *cashier) {
			c.book.Put(unclear(c.row(49*60, 200, phoneB)))
			c.do(c.app.refresh())
			c.press("<f3>")
		}},
		scene{"sale paid before", nil, ends(func(c *cashier, a pos.Attempt) {
			a.State, a.Cause = pos.NotPaid, pos.Cause{NotSent: true, ErrorMessage: "an earlier request has paid this sale"}
			c.tell(a, pos.EventPushed)
		})},
		scene{"for the owner", nil, ends(func(c *cashier, a pos.Attempt) {
			a = unclear(a)
			a.Notices = pos.DoesNotMatch
			c.tell(a, pos.EventGaveUp)
		})},
		scene{"may be asked again", nil, ends(func(c *cashier, a pos.Attempt) {
			c.tell(unclear(a), pos.EventGaveUp)
			c.tick(pos.PhoneLock)
		})},
		scene{"detail without a code", nil, func(c *cashier) {
			c.book.Put(queriesOnly(accepted(c.row(5, 450, phoneA))))
			c.press("<f2>", "<enter>")
		}},
		scene{"typed ahead", nil, ends(func(c *cashier, a pos.Attempt) {
			c.tell(a, pos.EventPushed)
			c.press("250")
			c.tick(2 * time.Second)
		})},
		scene{"another number", nil, ends(func(c *cashier, a pos.Attempt) {
			c.tell(refused(a, "1032", ""), pos.EventCalledBack)
			c.tick(time.Second)
			c.press("-")
		})},
		scene{"clear?", nil, func(c *cashier) { c.press("450", "<enter>", "07", "<esc>", "<esc>") }},
		scene{"no amount", nil, func(c *cashier) { c.press("<down>", "0712", "<up>") }},
		scene{"help over a payment", nil, ends(func(c *cashier, a pos.Attempt) {
			c.tell(a, pos.EventPushed)
			c.press("?")
		})},
		scene{"practice, two phones", func(cfg *session.Config) { cfg.Mode, cfg.Phone = session.Training, &fakePhone{} }, ends(func(c *cashier, a pos.Attempt) {
			c.tell(a, pos.EventPushed)
			c.send(promptsMsg{{Phone: a.Phone, Amount: 450}, {Phone: "254712345632", Amount: 80}})
			c.press("<f8>")
		})},
		scene{"menu over news", nil, func(c *cashier) {
			a := paid(unclear(c.row(1, 450, phoneB)), "SKN4T7W2QX")
			a.Notices = pos.PaidTwice
			c.tell(a, pos.EventCalledBack)
			c.press(".")
		}},
	)
}

// moment is what can be told apart of a till at one moment. Each field is one thing that a key may
// change.
type moment struct {
	Asks                                       string // what has been asked of the till and of the phones
	At, Front, Form, Focus, Ahead              string
	Menu, Question, Help, Hand, Quit, Language string
	News                                       string
	Search, Day, Detail, Month, Raw, Code      string
	ByHand                                     string // a question of the list of what is to be settled, or its answer
	Row                                        string // what is chosen and scrolled
	Said                                       string // why a key did nothing
}

func (c *cashier) moment() moment {
	a, s := c.app, c.app.session
	said := func(list ...any) string { return fmt.Sprint(list...) }
	var acts any
	if p, ok := a.cfg.Phone.(*fakePhone); ok {
		acts = p.acts
	}
	m := moment{
		Asks: said(len(c.till.Charges), len(c.till.Checks), len(c.till.Stops), len(c.till.Codes), len(c.till.Resolutions), acts),
		At:   said(a.at), Form: said(s.Form.Text, s.Form.Sale), Focus: said(s.Form.Focus), Ahead: said(s.Ahead.Text),
		Menu: said(a.menu), Question: said(a.question != nil), Help: said(a.help != nil), Hand: said(a.hand), Quit: said(a.quitting, c.left),
		Language: string(a.say.Language), News: said(len(s.News)),
		Search: said(a.ledger.finding), Day: said(a.ledger.day.Day), Month: said(a.ledger.month != nil),
		Detail: said(a.ledger.detail != nil, a.open.detail != nil), Code: said(a.open.code.on, a.ledger.detail != nil && a.ledger.detail.code.on, a.open.detail != nil && a.open.detail.code.on),
		ByHand: said(a.open.asks(), a.open.wrong), Row: said(a.ledger.at(), a.open.at(), a.phones.chosen), Said: said(s.Form.Wrong),
	}
	if s.Front != nil {
		m.Front, m.Said = said(s.Front.Attempt.ID, s.Front.Phase()), said(m.Said, s.Front.Problem)
	}
	if a.ledger.month != nil {
		m.Row += said(a.ledger.month.chosen)
	}
	for _, d := range []*detail{a.ledger.detail, a.open.detail} {
		if d != nil {
			if m.Row += said(d.chosen, d.rawTop); d.raw {
				m.Raw = "shown"
			}
		}
	}
	if a.help != nil && a.help.top > 0 {
		m.Row += said(a.help.top)
	}
	return m
}

// changes are the fields in which two moments differ.
func changes(before, after moment) []string {
	var names []string
	b, a := reflect.ValueOf(before), reflect.ValueOf(after)
	for i := range b.NumField() {
		if b.Field(i).String() != a.Field(i).String() {
			names = append(names, b.Type().Field(i).Name)
		}
	}
	return names
}

// TestNoKeyHasTwoMeanings presses every key there is in every state in which nothing is typed: what
// it changes is what its one row of the table means, and a key without a row changes nothing.
// Whoever gives a key a second meaning on some screen finds it here.
func TestNoKeyHasTwoMeanings(t *testing.T) {
	may := map[meaning][]string{
		meansBack:     {"At", "Front", "Form", "Focus", "Detail", "Month", "Raw", "ByHand", "Row", "Said", "Question"},
		meansNext:     {"At", "Front", "Form", "Focus", "Ahead", "Detail", "Month", "Raw", "ByHand", "Row", "Said", "News"},
		meansFind:     {"At", "Search", "Day", "Detail", "Month", "Raw", "Row", "ByHand", "Said"},
		meansMenu:     {"Menu", "News"},
		meansMove:     {"Row", "Day", "Focus", "ByHand", "Said"},
		meansHelp:     {"Help"},
		meansSale:     {"At", "ByHand", "News"},
		meansLedger:   {"At", "ByHand", "Row", "Day"},
		meansSettle:   {"At", "ByHand"},
		meansSeen:     {"News"},
		meansPhone:    {"Hand"},
		meansLanguage: {"Language", "ByHand"},
		meansCode:     {"At", "Detail", "Day", "Row", "Code", "Raw", "Said", "ByHand"},
		meansByHand:   {"ByHand", "Row"},
		meansDetail:   {"Detail", "Raw", "Row", "ByHand"},
		meansMonth:    {"Month", "Row"},
		meansToday:    {"Day", "Row"},
		meansRaw:      {"Raw"},
		meansLeave:    {"Quit"},
	}
	does := map[meaning]func(c *cashier, before moment) bool{
		meansNext: func(c *cashier, before moment) bool {
			return c.app.at == screenSale && c.app.menu == menuClosed && c.app.help == nil && !c.app.hand &&
				(c.app.session.Front == nil || c.app.session.Front.Phase() == session.Asking)
		},
		meansFind: func(c *cashier, before moment) bool { return c.app.at == screenLedger && c.app.ledger.finding },
		meansMenu: func(c *cashier, before moment) bool {
			return c.app.menu == menuMain || before.Menu != fmt.Sprint(menuClosed)
		},
		meansSale:   func(c *cashier, _ moment) bool { return c.app.at == screenSale },
		meansLedger: func(c *cashier, _ moment) bool { return c.app.at == screenLedger },
		meansSettle: func(c *cashier, _ moment) bool { return c.app.at == screenOpen },
	}
	for _, s := range moments() {
		if s.name == "quit" {
			continue // any key stays
		}
		var c *cashier
		for _, k := range everyKey() {
			if c == nil {
				c = s.stage(t)
				c.tick(2 * time.Second)
			}
			uncovered := !c.app.covered() && c.app.help == nil && !c.app.hand
			edits := slices.Contains([]string{"<tab>", "<backspace>", "<delete>", "<insert>", "<ctrl+u>", "<ctrl+w>", ","}, k)
			if uncovered && (c.app.typing() || edits && c.app.at == screenSale && c.app.session.Front == nil) {
				continue // it goes into the field
			}
			if q := keyNamed(strings.Trim(k, "<>")).means(); c.app.question != nil && c.app.session.Front == nil && q != meansBack && (q < meansHelp || q > meansLanguage) {
				continue // it closes the question, and goes into the field
			}
			before := c.moment()
			c.press(k)
			after, m := c.moment(), keyNamed(strings.Trim(k, "<>")).means()
			if k == "<insert>" { // 0 without Num Lock
				m = meansNumber
			}
			pressed := c
			if before != after || m == meansGoOn {
				c = nil // the next key finds the scene as it was
			}
			if m == meansGoOn {
				continue // the next right thing of this state
			}
			for _, what := range changes(before, after) {
				allowed := slices.Contains(may[m], what) || m == meansNumber && slices.Contains(numberMay(before), what)
				switch {
				case what == "Menu" && before.Menu != "0", what == "Question" && before.Question == "true", what == "ByHand" && strings.HasPrefix(before.ByHand, "true"):
					allowed = true // a question or the menu closes
				case (what == "Help" || what == "Hand") && (m == meansBack || m >= meansNext && m <= meansFind || m >= meansSale && m <= meansSettle || m == meansPhone):
					allowed = reflect.ValueOf(after).FieldByName(what).String() == "false" || m == meansPhone
				case what == "Hand" && m == meansNumber: // a line of the menu, or what the hand has done
					allowed = before.Menu != "0" || before.Hand == "true"
				}
				if !allowed {
					field := func(m moment) string { return reflect.ValueOf(m).FieldByName(what).String() }
					t.Errorf("%s: %s, which means %d, changes %s from %q to %q", s.name, k, m, what, field(before), field(after))
				}
			}
			if ok := does[m]; ok != nil && !ok(pressed, before) {
				t.Errorf("%s: %s does not do what it means:\n%+v\n%s", s.name, k, after, pressed.text())
			}
			if m == meansNumber && before.Asks != after.Asks && !numbered(t, s) {
				t.Errorf("%s: %s asks the till although no question is in front", s.name, k)
			}
		}
	}
}

// numberMay is what a number may change: a line of what is asked, a figure, or a move.
func numberMay(before moment) []string {
	switch {
	case before.Menu != fmt.Sprint(menuClosed):
		return []string{"At", "Language", "Help", "Code", "News", "Detail", "ByHand", "Row", "Day"}
	case before.Hand == "true":
		return []string{"Asks", "Row"}
	case before.Help == "true":
		return []string{"Row"}
	case before.At == fmt.Sprint(screenSale) && before.Front == "":
		return []string{"Form", "Said"}
	case before.At == fmt.Sprint(screenSale):
		return []string{"Ahead", "Front", "Form", "Focus", "Said", "Asks"}
	case strings.HasPrefix(before.ByHand, "true"): // its answer
		return []string{"Asks", "ByHand", "Row"}
	}
	return []string{"Row", "Day", "Month", "Said", "ByHand"}
}

// numbered reports whether a scene has a question in front whose answers have numbers.
func numbered(t *testing.T, s scene) bool {
	c := s.stage(t)
	c.tick(2 * time.Second)
	return c.app.hand || c.app.open.asks() || c.app.session.Front != nil && c.app.front().numbered(c.now)
}

// everyKey are the keys of the table and all others that a keyboard has.
func everyKey() []string {
	keys := []string{"<tab>", "<backspace>", "<delete>", "<insert>", "<ctrl+u>", "<ctrl+w>"}
	for r := rune('!'); r <= '~'; r++ {
		if r != '<' { // begins a name here
			keys = append(keys, string(r))
		}
	}
	for _, row := range keyTable {
		for _, k := range row.keys {
			if len(k) > 1 {
				keys = append(keys, "<"+k+">")
			}
		}
	}
	return keys
}

// TestKeyTable: every key stands in it once, with what the documentation, the help and the key
// lines say.
func TestKeyTable(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]meaning{}
	for _, row := range keyTable {
		for _, k := range row.keys {
			if other, ok := seen[k]; ok {
				t.Errorf("%s means %d and %d", k, other, row.means)
			}
			seen[k] = row.means
		}
		if !strings.Contains(string(doc), "\n//\t"+keysOf(row.means)+" ") {
			t.Errorf("doc.go has no line for %q", keysOf(row.means))
		}
	}
	w := text.New(text.English)
	c := newCashier(t, func(cfg *session.Config) { cfg.Phone = &fakePhone{} })
	c.size(80, 60)
	c.press("?")
	for _, row := range keyTable {
		if row.want != nil {
			c.sees(fmt.Sprintf("%-9s%s", keysOf(row.means), row.want(w)))
		}
	}
	labels := map[meaning]map[string]bool{}
	for _, s := range moments() {
		c := s.stage(t)
		typing, hints := keyLine(c)
		if typing {
			continue
		}
		for _, h := range hints {
			m := keyNamed(h.key).means()
			if labels[m] == nil {
				labels[m] = map[string]bool{}
			}
			labels[m][h.does] = true
		}
	}
	for m, want := range map[meaning][]string{
		meansBack: {w.KBack, w.KGoOn, w.KNumber, w.KStop, w.KToAskAgain}, meansNext: {w.KNext}, meansFind: {w.KFind}, meansCode: {w.KTypeCode},
		meansByHand: {w.KClearUp}, meansDetail: {w.KDetail}, meansSettle: {w.KOpen}, meansLanguage: {w.KLanguage},
	} {
		for got := range maps.Keys(labels[m]) {
			if !slices.Contains(want, got) {
				t.Errorf("the key line says %q of the key that means %d", got, m)
			}
		}
	}
}

// keyLine is the key line of a screen, and whether something is typed.
func keyLine(c *cashier) (typing bool, hints []hint) {
	arr, l := c.app.layout()
	b, hints := c.app.body(l, arr)
	_, hints = c.app.over(l, b, hints)
	return c.app.lastHint().key == keyFor(meansHelp) && c.app.menu == menuClosed && c.app.question == nil && c.app.help == nil, hints
}

// TestDoubleEscStopsNothing: twice back, in every state, at once or with a look between, stops
// nothing, asks nothing and drops nothing that was typed for a sale.
func TestDoubleEscStopsNothing(t *testing.T) {
	for _, s := range moments() {
		for _, keys := range [][]string{{"<esc>", "<esc>"}, {"<esc>", "<pause>", "<esc>"}, {"-", "-"}, {"-", "<pause>", "-"}} {
			for _, fresh := range []bool{true, false} {
				c := s.stage(t)
				if !fresh {
					c.tick(2 * time.Second)
				}
				if keys[0] == "-" && c.app.typing() {
					continue // it rubs out
				}
				before, open := c.moment(), c.app.session.OpenCount()
				texts := append(c.app.session.Form.Text[:], c.app.session.Ahead.Text[:]...)
				c.press(keys[0])
				if keys[0] == "-" && c.app.typing() {
					continue
				}
				c.press(keys[1:]...)
				after := c.moment()
				if before.Asks != after.Asks || before.News != after.News || c.left || c.app.session.OpenCount() != open {
					t.Errorf("%s: %v: %+v became %+v", s.name, keys, before, after)
				}
				for _, text := range texts {
					if !strings.Contains(after.Form+after.Ahead, text) {
						t.Errorf("%s: %v drops %q", s.name, keys, text)
					}
				}
			}
		}
	}
}

// TestEscIsMinus: outside fields both are the one key that goes back.
func TestEscIsMinus(t *testing.T) {
	for _, s := range moments() {
		var frames []string
		for _, k := range []string{"-", "<esc>"} {
			c := s.stage(t)
			c.tick(2 * time.Second)
			if c.app.typing() && !c.app.covered() && c.app.help == nil && !c.app.hand {
				break
			}
			c.press(k)
			frames = append(frames, c.text())
		}
		if len(frames) == 2 && frames[0] != frames[1] {
			t.Errorf("%s: minus\n%s\nesc\n%s", s.name, frames[0], frames[1])
		}
	}
}

// TestMenu lists only what there is, and a number is one line whatever else there is.
func TestMenu(t *testing.T) {
	lines := func(c *cashier) string {
		var s []string
		for _, h := range c.app.menuHints() {
			s = append(s, h.key+" "+h.does)
		}
		return strings.Join(s, ", ")
	}
	fixed := "1 ledger, 2 to settle, 9 Kiswahili, 0 help"
	c := newCashier(t)
	c.press(".")
	if got := lines(c); got != fixed {
		t.Errorf("a menu of %s", got)
	}
	c.press("5") // not one of them
	c.sees("Type the amount.")
	c.seesNot("1  ledger")
	if got := c.app.session.Form.Text[session.Amount]; got != "" {
		t.Errorf("a number of the menu was typed: %q", got)
	}
	c.press(".", "-")
	c.seesNot("1  ledger")
	c.press(".", ".")
	c.seesNot("1  ledger")

	c = newCashier(t, func(cfg *session.Config) { cfg.Mode, cfg.Phone = session.Training, &fakePhone{} })
	c.press(".")
	if got := lines(c); got != "enter customer's phone, "+fixed {
		t.Errorf("in practice a menu of %s", got)
	}
	c.press("<enter>")
	c.sees("No request on any phone.")

	for range 2 {
		a := paid(unclear(c.row(len(c.app.session.News)+1, 450, phoneB)), "SKN4T7W2QX")
		a.Notices = pos.PaidTwice
		c.tell(a, pos.EventCalledBack)
	}
	c.press("<f1>")
	c.sees("PAID TWICE", ". . seen")
	c.press(".")
	if got := lines(c); got != "enter customer's phone, . seen, "+fixed {
		t.Errorf("with news a menu of %s", got)
	}
	c.press(".")
	if n := len(c.app.session.News); n != 1 {
		t.Errorf("%d notices after one was seen", n)
	}

	// A terminal that pastes as if it typed has not seen the menu.
	c.send(tea.KeyPressMsg{Code: '.', Text: "."})
	c.send(tea.KeyPressMsg{Code: '5', Text: "5"})
	c.send(tea.KeyPressMsg{Code: '1', Text: "1"})
	if c.app.menu != menuClosed || c.app.at != screenSale || c.app.session.Form.Text[session.Amount] != "" {
		t.Errorf("a burst chose of the menu:\n%s", c.text())
	}
}

// TestMenuReachesWhatHasALetter: what a screen does by a letter or a function key, the number pad
// does by the menu, with Num Lock on and off.
func TestMenuReachesWhatHasALetter(t *testing.T) {
	pads := map[string]func(c *cashier, printed rune){
		"on": func(c *cashier, printed rune) {
			c.send(tea.KeyPressMsg{Code: map[rune]rune{'.': tea.KeyKpDecimal, '\n': tea.KeyKpEnter, '1': tea.KeyKp1, '2': tea.KeyKp2, '3': tea.KeyKp3}[printed]})
		},
		"off": func(c *cashier, printed rune) {
			c.send(tea.KeyPressMsg{Code: map[rune]rune{'.': tea.KeyKpDelete, '\n': tea.KeyKpEnter, '1': tea.KeyKpEnd, '2': tea.KeyKpDown, '3': tea.KeyKpPgDown}[printed]})
		},
	}
	reached := map[string]bool{}
	for _, s := range moments() {
		c := s.stage(t)
		if c.app.typing() || c.app.covered() || c.app.hand {
			continue
		}
		for i, h := range c.app.more() {
			direct := s.stage(t)
			direct.tick(2 * time.Second)
			name := h.key
			if len(name) > 1 {
				name = "<" + name + ">"
			}
			direct.press(name)
			for lock, press := range pads {
				c := s.stage(t)
				c.tick(2 * time.Second)
				keys := ".\n"
				if len(c.app.more()) > 1 {
					keys += fmt.Sprint(i + 1)
				}
				for _, k := range keys {
					press(c, k)
					c.app.burst.last = time.Time{}
				}
				if c.text() != direct.text() {
					t.Errorf("%s, Num Lock %s: %q is not %s:\n%s\n%s", s.name, lock, keys, h.key, c.text(), direct.text())
				}
			}
			reached[h.key] = true
		}
	}
	for _, k := range []string{"c", "s", "d", "f8"} {
		if !reached[k] {
			t.Errorf("no screen offers %s", k)
		}
	}
}

// TestNextSaleLeavesThePayment: it goes on, is counted, and its end is told.
func TestNextSaleLeavesThePayment(t *testing.T) {
	c := newCashier(t)
	c.till.OnCharge = func(r pos.Request) (pos.Attempt, error) {
		r.Sale = pos.SaleID(fmt.Sprint("sale-", len(c.till.Charges)))
		a := c.attempt(r)
		c.book.Put(a)
		return a, nil
	}
	a := accepted(c.sell("450", phoneA))
	c.tell(a, pos.EventPushed)
	c.press("+")
	c.sees("WAITING FOR PIN") // what has just changed stays
	c.tick(time.Second)
	c.press("+")
	c.sees("Type the amount.", "? checking 1 (KES 450)")
	c.press("70", "<enter>", phoneB, "<enter>")
	if len(c.till.Charges) != 2 || c.till.Charges[1].Sale != "" || len(c.till.Stops) != 0 {
		t.Fatalf("asked for %+v, stopped %v", c.till.Charges, c.till.Stops)
	}
	c.tell(paid(a, "SKN4T7W2QX"), pos.EventCalledBack)
	c.sees("✓ PAID  KES 450", ". . seen")
	if c.bells != 1 {
		t.Errorf("%d bells", c.bells)
	}
}

// TestBackFromStillChecking: the form as it was, of the same sale, from which Enter asks again past
// the question.
func TestBackFromStillChecking(t *testing.T) {
	c := newCashier(t)
	a := accepted(c.sell("450", phoneA))
	c.tell(unclear(a), pos.EventGaveUp)
	c.press("-")
	c.sees("STILL CHECKING") // meant for the screen before
	c.tick(time.Second)
	c.till.OnCharge = c.inTheWay(0)
	c.press("-", "<enter>")
	if got := c.till.Charges; len(got) != 2 || got[1].Sale != a.Sale || got[1].Phone != a.Phone || got[1].Amount != 450 || got[1].MayPayTwice {
		t.Fatalf("asked for %+v", got)
	}
	c.tick(2 * time.Second)
	c.sees("1 check now · 2 ask anyway")
	c.press("1")
	if len(c.till.Checks) != 1 {
		t.Errorf("checked %v", c.till.Checks)
	}
	c.press("-")
	c.sees("KES 450", "0712 345 678", "Still the same sale.")
}

// TestANewSaleAfterRubbingOut: a form that goes on with a sale is a new one's once nothing of it is
// left, and no banner names a key that is the form's.
func TestANewSaleAfterRubbingOut(t *testing.T) {
	c := newCashier(t)
	c.tell(refused(accepted(c.sell("450", phoneA)), "1032", ""), pos.EventCalledBack)
	c.tick(2 * time.Second)
	c.press("-")
	c.sees("The same sale, with another number.")
	c.press("<up>", "<backspace>", "<backspace>", "<backspace>")
	c.sees("Type the amount.")
	c.press("60")
	late := paid(unclear(c.row(9, 330, phoneB)), "SKN4T7W2QX")
	late.Notices = pos.PaidTwice
	c.tell(late, pos.EventCalledBack)
	c.sees("PAID TWICE")
	c.seesNot("f4 seen")
	c.press("<enter>", phoneB, "<enter>")
	if got := c.till.Charges; len(got) != 2 || got[1].Sale != "" || got[1].Amount != 60 {
		t.Errorf("asked for %+v", got)
	}
}

// TestEarlierIsPaid: while a request waits that was asked in place of another, the end of that one says
// that the customer must not pay a second time.
func TestEarlierIsPaid(t *testing.T) {
	c := newCashier(t)
	first := c.row(9, 330, phoneA)
	a := c.sell("330", phoneA)
	a.Overrides = first.ID
	a = accepted(a)
	c.tell(a, pos.EventPushed)
	c.sees("Ask the customer to enter the PIN.")
	late := paid(unclear(first), "SKN4T7W2QX")
	late.Notices = pos.PaidLate
	c.tell(late, pos.EventCalledBack)
	c.sees("PAID LATE", "The customer must not pay this one.", "- stop waiting")
	c.seesNot("Ask the customer to enter the PIN.")
}
