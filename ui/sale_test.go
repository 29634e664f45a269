package ui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"kaunta/pos"
	"kaunta/ui/session"
)

// TestFifteenKeys is the promise of a new customer's sale in 15 keys.
func TestFifteenKeys(t *testing.T) {
	c := newCashier(t)
	keys := append(strings.Split("450", ""), "<enter>")
	keys = append(append(keys, strings.Split(phoneA, "")...), "<enter>")
	if len(keys) != 15 {
		t.Fatalf("%d keys", len(keys))
	}
	c.press(keys...)
	if len(c.till.Charges) != 1 {
		t.Fatalf("%d payments were asked for", len(c.till.Charges))
	}
	want := pos.Request{Phone: "254712345678", Amount: 450}
	if got := c.till.Charges[0]; got != want {
		t.Errorf("asked for %+v, want %+v", got, want)
	}
	c.sees("0712 345 678", "KES 450", "Keep the goods.")
	c.tell(paid(c.app.session.Front.Attempt, "SKN4T7W2QX"), pos.EventCalledBack)
	c.tick(2 * time.Second)
	c.press("8") // and the next sale begins with its own first digit
	c.sees("KES 8_")
	if c.app.session.Front != nil {
		t.Error("the payment is still in front")
	}
}

// TestNumberPadAlone takes, corrects and repeats a sale without any other key, in
// application-keypad mode.
func TestNumberPadAlone(t *testing.T) {
	c := newCashier(t)
	pad := func(keys string) {
		for _, r := range keys {
			code := map[rune]rune{
				'*': tea.KeyKpMultiply, '+': tea.KeyKpPlus, '-': tea.KeyKpMinus, '/': tea.KeyKpDivide, '.': tea.KeyKpDecimal, '\n': tea.KeyKpEnter,
			}[r]
			if r >= '0' && r <= '9' {
				code = tea.KeyKp0 + r - '0'
			}
			c.send(tea.KeyPressMsg{Code: code})
			c.app.burst.last = time.Time{} // a person types them one by one
		}
	}
	pad("3*150+56--0\n0712345699--78\n")
	if len(c.till.Charges) != 1 || c.till.Charges[0].Amount != 500 || c.till.Charges[0].Phone != "254712345678" {
		t.Fatalf("asked for %+v", c.till.Charges)
	}
	c.tell(refused(c.app.session.Front.Attempt, "1037", "DS timeout"), pos.EventCalledBack)
	c.tick(2e9)
	pad("-0712345601\n")
	if got := c.till.Charges; len(got) != 2 || got[1].Amount != 500 || got[1].Phone != "254712345601" || got[1].Sale == "" {
		t.Fatalf("another number: asked for %+v", got)
	}
	c.tell(paid(c.app.session.Front.Attempt, "SKN4T7W2QX"), pos.EventCalledBack)
	c.tick(2e9)
	pad("+.1")
	c.sees("LEDGER")
	pad("-.2")
	c.sees("TO SETTLE")
	pad("/")
	c.sees("Find")
	pad("--.0")
	c.sees("I want to")
	pad("-")
	c.sees("Type the amount.")
}

// TestNumLockOff: the digits still count where the terminal tells the number pad from the arrows,
// and where it does not, the till says what is wrong.
func TestNumLockOff(t *testing.T) {
	c := newCashier(t)
	c.send(tea.KeyPressMsg{Code: tea.KeyKpLeft})
	c.send(tea.KeyPressMsg{Code: tea.KeyKpBegin})
	c.send(tea.KeyPressMsg{Code: tea.KeyKpInsert})
	c.sees("KES 450")
	c.press("<ctrl+u>", "<insert>")
	c.sees("Press Num Lock")
	c.press("4")
	c.seesNot("Press Num Lock")
}

func TestSaleEntry(t *testing.T) {
	for _, tc := range []struct {
		name string
		keys []string
		sees []string
		not  []string
	}{
		{"a sum grows as it is typed", []string{"3*150+5"}, []string{"KES 3*150+5_  = 455"}, nil},
		{"an unfinished sum shows what it comes to so far", []string{"3*150+"}, []string{"= 450"}, nil},
		{"letters are not typed into an amount", []string{"4a5b0"}, []string{"KES 450_"}, nil},
		{"an operator replaces the one before", []string{"450+*2"}, []string{"= 900"}, nil},
		{"a sum does not begin with an operator", []string{"+45"}, []string{"KES 45_"}, nil},
		{"backspace", []string{"455", "<backspace>", "0"}, []string{"KES 450"}, nil},
		{"ctrl-u", []string{"455", "<ctrl+u>", "7"}, []string{"KES 7"}, nil},
		{"in the middle", []string{"40", "<left>", "5"}, []string{"KES 450"}, nil},
		{"esc goes back and drops nothing", []string{"450", "<enter>", "07", "<esc>", "9"}, []string{"KES 4509_", "Phone  07"}, nil},
		{"then it asks whether to clear", []string{"450", "<enter>", "07", "<esc>", "<esc>"}, []string{"Clear what is typed?", "enter clear all · - go on"}, nil},
		{"and clears with Enter", []string{"450", "<enter>", "07", "<esc>", "<esc>", "<pause>", "<enter>"}, []string{"Type the amount."}, []string{"450"}},
		{"and not with another esc", []string{"450", "<enter>", "07", "<esc>", "<esc>", "<esc>"}, []string{"KES 450_", "Phone  07"}, []string{"Clear"}},
		{"esc on an empty sale does nothing", []string{"<esc>", "<esc>"}, []string{"Type the amount."}, nil},
		{"no amount", []string{"<enter>"}, []string{"Type the amount in shillings."}, nil},
		{"nought", []string{"0", "<enter>"}, []string{"at least KES 1"}, nil},
		{"too much, said while it is typed", []string{"250001"}, []string{"KES 250,000 in one payment"}, nil},
		{"cents, said while they are typed", []string{"12.5"}, []string{"whole shillings only"}, nil},
		{"cents are offered as whole shillings, and the sum stays", []string{"12.50", "<enter>"}, []string{"12.50 → 13? Press Enter for KES 13.", "KES 12.50_  → 13?"}, []string{"customer's phone"}},
		{"and taken by a second Enter", []string{"12.50", "<enter>", "<pause>", "<enter>"}, []string{"KES 13 ", "Type the customer's phone number."}, []string{"13?"}},
		{"a sum that does not come out", []string{"100/3", "<enter>", "<pause>", "<enter>"}, []string{"KES 33 "}, []string{"33?"}},
		{"what was agreed to is another sum now", []string{"12.50", "<enter>", "<pause>", "<enter>", "<up>", "<backspace>", "1", "<enter>"}, []string{"12.51 → 13? Press Enter for KES 13."}, nil},
		{"and as it was agreed to again", []string{"12.50", "<enter>", "<pause>", "<enter>", "<up>", "1", "<backspace>", "<enter>"}, []string{"Type the customer's phone number."}, nil},
		{"the offer comes up from the phone too", []string{"12.50", "<tab>", phoneA, "<enter>"}, []string{"12.50 → 13? Press Enter for KES 13."}, []string{"SENDING"}},
		{"nothing to offer", []string{"0.4", "<enter>", "<enter>"}, []string{"whole shillings only."}, []string{"→", "customer's phone"}},
		{"a landline", []string{"450", "<enter>", "0202345678", "<enter>"}, []string{"landline"}, []string{"SENDING"}},
		{"no phone", []string{"450", "<enter>", "<enter>"}, []string{"Phone"}, []string{"SENDING"}},
		{"the network is a hint", []string{"450", "<enter>", "0733123456"}, []string{"Airtel"}, nil},
		{"tab reaches the reference", []string{"450", "<tab>", phoneA, "<tab>", "inv 7/8!"}, []string{"─ Ref ─", "│ inv 78_", "0712 345 678"}, nil},
		{"up and down go around", []string{"<up>", "A1", "<down>", "9"}, []string{"Ref    A1", "KES 9_"}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newCashier(t)
			c.press(tc.keys...)
			c.sees(tc.sees...)
			c.seesNot(tc.not...)
			if len(c.till.Charges) != 0 {
				t.Errorf("asked for %+v", c.till.Charges)
			}
		})
	}
}

// TestLargeAmountIsTypedTwice: above retype_above, and again whenever it has changed.
func TestLargeAmountIsTypedTwice(t *testing.T) {
	c := newCashier(t)
	c.press("12500", "<enter>")
	c.sees("Again")
	c.press("12600", "<enter>")
	c.sees("Not the same: you typed KES 12,500 first.")
	c.press("12500", "<enter>", phoneA)
	c.seesNot("Again")
	c.press("<up>", "0", "<tab>", "<enter>") // 125,000 now, and the phone is there already
	c.sees("Again")
	if len(c.till.Charges) != 0 {
		t.Fatalf("asked for %+v", c.till.Charges)
	}
	c.press("125000", "<enter>", "<enter>")
	if len(c.till.Charges) != 1 || c.till.Charges[0].Amount != 125_000 {
		t.Errorf("asked for %+v", c.till.Charges)
	}
}

// TestRoundedAmountIsAsked: what was agreed to is what the customer is asked for, and a large one
// is typed twice as any other.
func TestRoundedAmountIsAsked(t *testing.T) {
	c := newCashier(t)
	c.press("3*33.35", "<enter>", "<pause>", "<enter>", phoneA, "<enter>")
	if len(c.till.Charges) != 1 || c.till.Charges[0].Amount != 100 {
		t.Errorf("asked for %+v", c.till.Charges)
	}
	c = newCashier(t)
	c.press("12500.50", "<enter>", "<pause>", "<enter>")
	c.sees("Again")
	c.press("12500", "<enter>")
	c.sees("Not the same: you typed KES 12,501 first.")
	c.press("12500.50", "<enter>", phoneA, "<enter>")
	if len(c.till.Charges) != 1 || c.till.Charges[0].Amount != 12_501 {
		t.Errorf("asked for %+v", c.till.Charges)
	}
}

func TestPaste(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		phone      bool
		want       string // in the field
		wrong      string
	}{
		{"plain", "450", false, "450", ""},
		{"as people write it", " Ksh. 1,500/= \nthanks", false, "1,500", ""},
		{"as a contact list has it", "\u2068KES\u00a01\u202f500.00\u2069", false, "1,500.00", ""},
		{"two numbers", "450 50", false, "450,50", ""},
		{"the end of a line as a key sends it", "450\r0712345632", false, "450", ""},
		{"letters refuse the whole of it", "1O0", false, "", "not an amount"},
		{"control characters", "45\x1b0", false, "450", ""},
		{"a phone as people write it", "+254 (712) 345-678\n", true, "0712 345 678", ""},
		{"a phone with its marks", "\u202a+254712345678\u202c", true, "0712 345 678", ""},
		{"a phone that is none", "1234", true, "", "too short"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newCashier(t)
			f := session.Amount
			if tc.phone {
				f = session.Phone
				c.press("<tab>")
			}
			c.send(tea.PasteMsg{Content: tc.text})
			if got := c.app.sale.Text[f]; got != tc.want {
				t.Errorf("the field holds %q, want %q", got, tc.want)
			}
			if tc.wrong != "" {
				c.sees(tc.wrong)
			}
			if c.app.session.Front != nil {
				t.Error("pasting asked for a payment")
			}
		})
	}
}

// TestCursor is the terminal's own, behind what is typed, where screen readers find it.
func TestCursor(t *testing.T) {
	c := newCashier(t)
	c.press("450", "<left>")
	for _, size := range goldenSizes {
		c.size(size[0], size[1])
		v := c.app.View()
		if v.Cursor == nil {
			t.Fatalf("no cursor at %v", size)
		}
		line := []rune(strings.Split(c.text(), "\n")[v.Cursor.Y])
		if got := string(line[v.Cursor.X-2 : v.Cursor.X+1]); got != "450" {
			t.Errorf("at %v the cursor stands on %q of %q", size, got, string(line))
		}
	}
	c.press("<enter>", phoneA, "<enter>")
	if v := c.app.View(); v.Cursor != nil {
		t.Error("a cursor where nothing can be typed")
	}
}

// TestRoundingIsSeenFirst: two Enters in one moment do not take an offer that nobody has seen.
func TestRoundingIsSeenFirst(t *testing.T) {
	c := newCashier(t)
	c.press("12.50", "<enter>", "<enter>", phoneA, "<enter>")
	if len(c.till.Charges) != 0 {
		t.Errorf("KES %v asked for 12.50", c.till.Charges[0].Amount)
	}
}

// TestBurstThroughNews: keys that come too fast for a person are one burst, whatever is heard of
// another payment meanwhile.
func TestBurstThroughNews(t *testing.T) {
	c := newCashier(t)
	other := accepted(c.attempt(pos.Request{Phone: "254712345678", Amount: 70}))
	for _, r := range "40x1" {
		c.send(tea.KeyPressMsg{Code: r, Text: string(r)})
		if r == '0' {
			c.tell(other, pos.EventPushed)
		}
	}
	if got := c.app.sale.Text[session.Amount]; got != "" {
		t.Errorf("a part of a burst was taken: %q", got)
	}
}
