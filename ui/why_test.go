package ui

import (
	"strings"
	"testing"
	"time"

	"kaunta/pos"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// words of a screen, in one line: where it breaks them is not of interest.
func (c *cashier) oneLine() string { return strings.Join(strings.Fields(c.text()), " ") }

// TestWhyItDoesNotMatch: F3 and the payment's own screen say why something does not match and from
// when a person can clear it up, in both languages and in the smallest window too, and read its
// evidence once.
func TestWhyItDoesNotMatch(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {40, 12}} {
		for _, ended := range []bool{false, true} {
			c := newCashier(t)
			c.size(size[0], size[1])
			a := c.row(10, 888, phoneA)
			a.Notices |= pos.DoesNotMatch
			if ended {
				a = paid(a, "SKN1P2M4XQ")
			} else {
				a = unclear(a)
			}
			c.book.Put(a)
			c.book.Evidence = map[pos.AttemptID][]pos.Event{a.ID: wrongAmount(a, 889, "SKN7P2M4XQ")}
			c.do(c.app.refresh())
			from, kuanzia := "You can settle this yourself from 25 Nov 14:22.", "Unaweza kuyatatua mwenyewe kuanzia 25 Nov 14:22."
			if ended {
				from, kuanzia = "You can settle this yourself now.", "Unaweza kuyatatua mwenyewe sasa."
			}
			see := func(want ...string) {
				t.Helper()
				for _, s := range want {
					if got := c.oneLine(); !strings.Contains(got, s) {
						t.Errorf("%v, ended %v: the screen does not show %q:\n%s", size, ended, s, c.text())
					}
				}
			}
			c.press("<f3>")
			see("does not match", "Asked KES 888, paid KES 889, code SKN7P2M4XQ.", from)
			if size[0] == 80 {
				see("paid 889") // in the row itself
			}
			c.press("<f9>")
			see("hailingani", "Iliombwa KES 888, zimelipwa KES 889, code SKN7P2M4XQ.", kuanzia)
			c.press("<f9>", "<f2>", "<enter>")
			see("Asked KES 888, paid KES 889, code SKN7P2M4XQ.", from)
		}
	}
}

// TestWhyIsReadOnce: what has not changed is not read again.
func TestWhyIsReadOnce(t *testing.T) {
	book := &fakeBook{}
	a := pos.Attempt{ID: "a", Asked: pos.Asked{Amount: 888}, AskedAt: noon, Notices: pos.DoesNotMatch, State: pos.StillChecking, Events: 3}
	book.Evidence = map[pos.AttemptID][]pos.Event{a.ID: wrongAmount(a, 889, "SKN7P2M4XQ")}
	known := session.Whys(nil).Of([]pos.Attempt{a}, book)
	if known[a.ID].Paid != 889 {
		t.Fatalf("%+v", known)
	}
	book.Evidence[a.ID] = wrongAmount(a, 890, "SKN7P2M4XQ")
	if again := known.Of([]pos.Attempt{a}, book); again[a.ID].Paid != 889 {
		t.Error("it was read again without need")
	}
	a.Events++
	if again := known.Of([]pos.Attempt{a}, book); again[a.ID].Paid != 890 || known[a.ID].Paid != 889 {
		t.Errorf("%+v, was %+v", again, known)
	}
	if again := known.Of(nil, book); len(again) != 0 {
		t.Errorf("%+v", again)
	}
}

// TestWhyForAll: whatever is unsettled says why, and no key is named that the other screens do not
// have.
func TestWhyForAll(t *testing.T) {
	c := newCashier(t)
	c.day(12)
	for _, a := range c.app.session.Unsettled.Rows {
		why := c.app.say.Why(a, c.app.session.Unsettled.Why[a.ID].Known, c.now)
		if len(why) == 0 || strings.Contains(strings.Join(why, ""), "%!") {
			t.Errorf("%s: %q", a.ID, why)
		}
	}
	if late := c.app.say.Why(unclear(c.row(49*60, 200, phoneB)), text.Known{}, c.now); len(late) != 2 || late[1] != c.app.say.ByHandNow {
		t.Errorf("%q", late)
	}
	if early := c.app.say.Why(accepted(c.row(1, 200, phoneB)), text.Known{}, c.now.Add(time.Second)); early != nil {
		t.Errorf("what is under way needs nobody: %q", early)
	}
}

// TestWhoStillAsks: from when a payment can be cleared up is said with what the till does until
// then, which is not to ask M-PESA where there is nothing to ask with.
func TestWhoStillAsks(t *testing.T) {
	for _, tc := range []struct {
		id        string
		reachable bool
		en, sw    string
	}{
		{"ws_CO_1", false, "Kaunta is still asking M-PESA. You can settle this yourself from 25 Nov 14:22.", "Kaunta bado inauliza M-PESA."},
		{"ws_CO_1", true, "Kaunta is still asking M-PESA. You can settle this yourself from 25 Nov 14:22.", "Kaunta bado inauliza M-PESA."},
		{"", true, "Kaunta cannot ask M-PESA, whose answer may still come. You can settle this yourself from 25 Nov 14:22.", "Kaunta haiwezi kuuliza M-PESA; huenda"},
		{"", false, "Kaunta cannot ask M-PESA. You can settle this yourself from 23 Nov 14:25.", "Kaunta haiwezi kuuliza M-PESA. Unaweza kuyatatua mwenyewe kuanzia 23 Nov 14:25."},
	} {
		a := pos.Attempt{
			ID: "a", State: pos.StillChecking, AskedAt: noon.Add(-10 * time.Minute),
			Asked: pos.Asked{Amount: 450, Phone: "254712345678", Reachable: tc.reachable}, CheckoutRequestID: tc.id,
		}
		for lang, want := range map[text.Language]string{text.English: tc.en, text.Kiswahili: tc.sw} {
			if says := text.New(lang).Why(a, text.Known{}, a.AskedAt.Add(time.Minute)); len(says) != 2 || !strings.HasPrefix(says[1], want) {
				t.Errorf("%q, %v: %q, want %q", tc.id, tc.reachable, says, want)
			}
		}
	}
}

// TestWhyIsSaidToItsEnd: why money may have moved is said whole or not at all, at every size, with
// and without a sale typed below it.
func TestWhyIsSaidToItsEnd(t *testing.T) {
	said := 0
	for _, lang := range []text.Language{text.English, text.Kiswahili} {
		for name, end := range unclearEnds() {
			a := end(accepted(pos.Attempt{ID: "a", AskedAt: noon, Asked: pos.Asked{Phone: "254712345678", Amount: 450, Reachable: true}}))
			what := text.WhyUnclear(a)
			for _, next := range []string{"", "next"} {
				for _, size := range [][2]int{{40, 8}, {40, 9}, {56, 14}, {60, 16}, {80, 20}} {
					l := style{say: text.New(lang), width: size[0], height: size[1], now: noon.Add(20 * time.Second)}
					p := pay{&session.Payment{Request: pos.Request{Phone: a.Phone, Amount: a.Amount}, Attempt: a}}
					text := strings.Join(strings.Fields(strings.Join(p.view(l, next).Lines, " ")), " ")
					whole := l.say.Text(what)
					begin := strings.Join(strings.Fields(whole)[:3], " ")
					switch {
					case a.ForOwner(), !strings.Contains(text, begin):
					case !strings.Contains(text, whole):
						t.Errorf("%s, %v, %v: %q is cut in %q", name, size, lang, whole, text)
					default:
						said++
					}
				}
			}
		}
	}
	if said == 0 {
		t.Error("it is never said")
	}
}
