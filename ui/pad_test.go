package ui

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kaunta/pos"
)

// pads are the bytes that terminals send for the number pad: each of its keys by what is printed on
// it, and "\n" for its Enter.
func pads() map[string]func(key rune) string {
	kitty := func(codes map[rune]string) func(rune) string {
		return func(k rune) string { return "\x1b[" + codes[k] + "u" }
	}
	pads := map[string]func(rune) string{
		"Num Lock on": func(k rune) string {
			if k == '\n' {
				return "\r"
			}
			return string(k)
		},
		"application keypad, as xterm": func(k rune) string {
			return "\x1bO" + map[rune]string{
				'0': "p", '1': "q", '2': "r", '3': "s", '4': "t", '5': "u", '6': "v", '7': "w", '8': "x", '9': "y",
				'.': "n", '+': "k", '-': "m", '*': "j", '/': "o", '\n': "M",
			}[k]
		},
		"Kitty's protocol, Num Lock on": kitty(map[rune]string{
			'0': "57399", '1': "57400", '2': "57401", '3': "57402", '4': "57403", '5': "57404", '6': "57405", '7': "57406", '8': "57407",
			'9': "57408", '.': "57409", '/': "57410", '*': "57411", '-': "57412", '+': "57413", '\n': "57414",
		}),
		"Kitty's protocol, Num Lock off": kitty(map[rune]string{
			'0': "57425", '1': "57424", '2': "57420", '3': "57422", '4': "57417", '5': "57427", '6': "57418", '7': "57423", '8': "57419",
			'9': "57421", '.': "57426", '/': "57410", '*': "57411", '-': "57412", '+': "57413", '\n': "57414",
		}),
	}
	pads["application keypad, as PuTTY"] = func(k rune) string {
		if other := map[rune]string{'/': "Q", '*': "R", '-': "S", '+': "l"}[k]; other != "" {
			return "\x1bO" + other
		}
		return pads["application keypad, as xterm"](k)
	}
	return pads
}

// TestNumberPadInEveryMode takes a payment with the bytes of a number pad: 15 keys for a new
// customer, one to ask again, none or one for the next sale, and from there to every other screen
// and back.
func TestNumberPadInEveryMode(t *testing.T) {
	for name, key := range pads() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newEmulated(t)
				keys := 0
				pad := func(printed string) {
					for _, k := range printed {
						keys++
						s.types(key(k))
					}
				}
				attempt := func() pos.Attempt {
					return pos.Attempt{
						ID: "attempt", AskedAt: time.Now(), State: pos.Sending, Events: 1,
						Asked: pos.Asked{Sale: "sale", Phone: "254712345678", Amount: 450},
					}
				}
				pad("450\n0712345678\n")
				if len(s.till.Charges) != 1 || keys != 15 {
					t.Fatalf("%d keys asked for %+v:\n%s", keys, s.till.Charges, s.screen())
				}
				s.sees("◔ SENDING", "0712 345 678")
				s.tell(refused(attempt(), "1032", "Request Cancelled by user."))
				<-time.After(time.Second)
				s.sees("× NOT PAID")
				pad("\n")
				if len(s.till.Charges) != 2 || s.till.Charges[1].Sale != "sale" {
					t.Fatalf("one key asked for %+v", s.till.Charges[1:])
				}
				s.tell(paid(accepted(attempt()), "SKN4T7W2QX"))
				<-time.After(time.Second)
				s.sees("✓ PAID")
				<-time.After(time.Second)
				pad("9") // the next sale's own first digit
				s.sees("KES 9", "KES 9_")
				pad("*2.5") // a sum, rubbed out and typed again
				s.sees("= 22.50 → 23?")
				pad("+-\n") // − takes another operator away
				<-time.After(time.Second)
				pad("\n")
				s.sees("Type the customer's phone number.")
				pad("0712-")
				s.sees("│ 071_")
				pad("---")
				pad("-") // from the empty phone back to the amount
				if strings.Contains(s.screen(), "Type the customer's") {
					t.Errorf("still in the phone:\n%s", s.screen())
				}
				s.types("\x15") // Ctrl-U, which no pad has: an empty sale
				pad(".")
				s.sees("│ 1  ledger", "│ 0  help")
				pad("1")
				s.sees("LEDGER")
				pad("0")
				s.sees("MONTH")
				pad("4")
				pad("-")
				s.sees("LEDGER")
				pad("/")
				s.sees("Find")
				pad("45-")
				s.sees("Find  4 ")
				pad("-")
				pad("-")
				s.sees("LEDGER")
				pad("-")
				s.sees("SALE")
				pad(".2")
				s.sees("TO SETTLE")
				pad("-.9")
				s.sees("Weka kiasi")
				pad(".9.0")
				s.sees("I want to")
				pad("-")
				s.sees("Type the amount.")
				pad("450\n0712345678\n")
				s.tell(accepted(attempt()))
				<-time.After(time.Second)
				pad("-")
				s.sees("Stop waiting?")
				pad("-")
				s.sees("WAITING")
				pad("+")
				s.sees("Type the amount.")
				s.close()
			})
		})
	}
}

// TestNumLockOffWithoutATell: most terminals send the arrows themselves, which cannot be told from
// real ones. Where they have nothing else to do the till says so.
func TestNumLockOffWithoutATell(t *testing.T) {
	for printed, bytes := range map[string]string{
		"0": "\x1b[2~", "1": "\x1b[F", "3": "\x1b[6~", "4": "\x1b[D", "5": "\x1b[E", "6": "\x1b[C", "7": "\x1b[H", "9": "\x1b[5~", ".": "\x1b[3~",
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newEmulated(t)
			s.types(bytes)
			if got := s.screen(); !strings.Contains(got, "Press Num Lock") {
				t.Errorf("%s with Num Lock off is not told:\n%s", printed, got)
			}
			s.types("4")
			s.sees("KES 4")
			s.close()
		})
	}
}
