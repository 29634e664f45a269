package ui

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kaunta/pos"
)

// part is bytes that come together, so long after the ones before.
type part struct {
	after time.Duration
	bytes string
}

// TestKeysThatComeInParts: what the library below is given, in how many readings.
func TestKeysThatComeInParts(t *testing.T) {
	const ms = time.Millisecond
	for _, tc := range []struct {
		name  string
		parts []part
		want  []string
	}{
		{"text", []part{{0, "450\r"}}, []string{"450\r"}},
		{"a key in one part", []part{{0, "\x1b[20~"}}, []string{"\x1b[20~"}},
		{"after its ESC", []part{{0, "\x1b"}, {60 * ms, "[20~"}}, []string{"\x1b[20~"}},
		{"byte by byte", []part{{0, "\x1b"}, {65 * ms, "["}, {200 * ms, "2"}, {400 * ms, "0"}, {900 * ms, "~"}}, []string{"\x1b[20~"}},
		{"a mouse report", []part{{0, "\x1b[<65;"}, {300 * ms, "12;5M"}}, []string{"\x1b[<65;12;5M"}},
		{"an old mouse report", []part{{0, "\x1b[M"}, {300 * ms, "123"}}, []string{"\x1b[M123"}},
		{"a key of the number pad", []part{{0, "4\x1bO"}, {300 * ms, "p0"}}, []string{"4\x1bOp0"}},
		{"the terminal's answer", []part{{0, "\x1b]11;rgb:1e1e/"}, {300 * ms, "1e1e/1e1e"}, {300 * ms, "\x1b\\"}}, []string{"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\"}},
		{"the marks of a paste", []part{{0, "\x1b[20"}, {300 * ms, "0~450\x1b[2"}, {300 * ms, "01~"}}, []string{"\x1b[200~450\x1b[201~"}},
		{"Esc alone", []part{{0, "\x1b"}}, []string{escKey}},
		{"Esc and then a digit", []part{{0, "\x1b"}, {30 * ms, "4"}}, []string{escKey + "4"}},
		{"Esc twice", []part{{0, "\x1b"}, {30 * ms, "\x1b"}}, []string{escKey + escKey}},
		{"Alt and a digit", []part{{0, "\x1b4"}}, []string{"\x1b4"}},
		{"too late for its ESC", []part{{0, "\x1b"}, {300 * ms, "[20~4"}}, []string{escKey, "4"}},
		{"too late, in parts", []part{{0, "\x1b"}, {300 * ms, "[2"}, {300 * ms, "0~4"}}, []string{escKey, "4"}},
		{"long after Esc", []part{{0, "\x1b"}, {2 * time.Second, "O"}}, []string{escKey, "O"}},
		{"the rest never comes", []part{{0, "4\x1b[20"}, {2 * time.Second, "5"}}, []string{"4", "5"}},
		{"broken off by another key", []part{{0, "\x1b[20\r"}}, []string{"\r"}},
		{"broken off by another sequence", []part{{0, "\x1b[20\x1b[A"}}, []string{"\x1b[A"}},
		{"an answer without an end", []part{{0, "\x1b]11;" + strings.Repeat("1", 500)}, {0, strings.Repeat("1", 600)}, {0, "4"}}, []string{"", "4"}},
		{"a line's end of two characters", []part{{0, "450\r\n"}, {0, "7\r"}, {2 * ms, "\n"}, {time.Second, "\n"}}, []string{"450\r", "7\r", "", "\n"}},
		{"Linux's F2 among digits", []part{{0, "4\x1b[["}, {30 * ms, "B5"}}, []string{"4\x1b[12~5"}},
		{"F3, or PuTTY's asterisk", []part{{0, "3\x1bOR150"}}, []string{"3\x1b[61683u150"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sends, in := net.Pipe()
				got := make(chan string)
				go func() {
					defer close(got)
					keys := keyboard(in)
					for {
						buf := make([]byte, 4096)
						n, err := keys.Read(buf)
						if err != nil {
							if !errors.Is(err, io.EOF) {
								t.Error(err)
							}
							return
						}
						got <- string(buf[:n])
					}
				}()
				var all []string
				done := make(chan bool)
				go func() {
					for s := range got {
						all = append(all, s)
					}
					close(done)
				}()
				for _, p := range tc.parts {
					<-time.After(p.after)
					if _, err := io.WriteString(sends, p.bytes); err != nil {
						t.Error(err)
					}
					synctest.Wait()
				}
				<-time.After(5 * time.Second)
				_ = sends.Close()
				<-done
				if strings.Join(all, "|") != strings.Join(tc.want, "|") {
					t.Errorf("read %q, want %q", all, tc.want)
				}
			})
		})
	}
}

// TestPartsOfAKeyTypeNothing: neither into an amount nor on a screen where a digit asks for a
// payment.
func TestPartsOfAKeyTypeNothing(t *testing.T) {
	for _, parts := range [][2]string{{"\x1b", "[20~"}, {"\x1b[", "20~"}, {"\x1b[2", "0~"}, {"\x1b", "[<65;12;5M"}, {"\x1b[<65;", "12;5M"}, {"\x1b", "Or"}} {
		for _, gap := range []time.Duration{30, 60, 65, 200, 500} {
			synctest.Test(t, func(t *testing.T) {
				s := newEmulated(t)
				s.types("4", "5", "0")
				for _, part := range parts {
					if _, err := io.WriteString(s.keys, part); err != nil {
						t.Error(err)
					}
					<-time.After(gap * time.Millisecond)
				}
				s.settle()
				got := s.screen()
				typed := parts[1] == "Or" && gap < 70 // then it is the number pad's 2
				back := parts[0] == "\x1b" && gap > 70
				switch {
				case typed && !strings.Contains(got, "KES 4502_"), back && !strings.Contains(got, "Clear what is typed?"), !typed && !back && !strings.Contains(got, "KES 450_"):
					t.Errorf("%q in %d ms:\n%s", parts, gap, got)
				}
				if parts[1] == "20~" && !strings.Contains(got, "Kiasi") {
					t.Errorf("%q in %d ms is not F9:\n%s", parts, gap, got)
				}
				s.close()
			})
		}
	}
}

// TestEscAtOnce: a person's Esc is on the screen within 100 ms, although it may have been the
// beginning of another key.
func TestEscAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newEmulated(t)
		s.types("4", "5", "0", "\x1b") // types waits 100 ms
		s.sees("Clear what is typed?")
		s.close()
	})
}

// TestPuTTYsNumberPad through a tmux that switches the pad to its other mode: these bytes are F2,
// F3 and F4 too, and are taken for these where no figures are being typed.
func TestPuTTYsNumberPad(t *testing.T) {
	typed := []struct{ bytes, want string }{
		{"450\x1bOl50", "KES 450+50_  = 500"},
		{"3\x1bOR150", "KES 3*150_  = 450"},
		{"100\x1bOQ4", "KES 100/4_  = 25"},
		{"100\x1bOS4", "KES 100-4_  = 96"},
		{"100\x1bOS\x1bOS", "KES 10_"},
		{"450\n0712\x1bOS", "│ 071_"},
		{"\x1bOR", "TO SETTLE"},
		{"450\x1b[13~", "TO SETTLE"},
	}
	for file, want := range map[string]string{"putty-keypad-plus.bin": "= 500", "putty-keypad-times.bin": "= 450"} {
		bytes, err := os.ReadFile(filepath.Join("..", "..", "shared", "corpus", "reports", file))
		if err != nil {
			t.Logf("without the corpus: %v", err)
			continue
		}
		typed = append(typed, struct{ bytes, want string }{string(bytes), want})
	}
	for _, tc := range typed {
		synctest.Test(t, func(t *testing.T) {
			s := newEmulated(t)
			s.types(tc.bytes)
			s.sees(tc.want)
			s.close()
		})
	}
}

// TestABurstIsTakenWholeOrNot: what comes faster than a person types and holds what the field has
// no use for changes nothing.
func TestABurstIsTakenWholeOrNot(t *testing.T) {
	for _, tc := range []struct {
		keys []string // each in one go
		sees []string
	}{
		{[]string{"3*150+50"}, []string{"= 500"}},
		{[]string{"450\r"}, []string{"KES 450", "customer's phone"}},
		{[]string{"450\r\n"}, []string{"KES 450", "customer's phone"}},
		{[]string{"Ksh 450/="}, []string{"KES 0", "That is not an amount"}}, // no key of it leads to another screen
		{[]string{"x*"}, []string{"SALE"}},
		{[]string{"x-"}, []string{"SALE"}},
		{[]string{"450/="}, []string{"KES 450/=_"}},
		{[]string{"450/=\r"}, []string{"KES 450", "customer's phone"}},
		{[]string{"450+\r"}, []string{"KES 450", "The sum is not finished"}},
		{[]string{"4", "5", "=", "0"}, []string{"KES 450"}},
		{[]string{"7", "5KX20"}, []string{"KES 7_", "That is not an amount"}},
		{[]string{"7", "X520\r"}, []string{"KES 7_", "That is not an amount"}},
		{[]string{"7", "[20~"}, []string{"KES 7_", "That is not an amount"}},
		{[]string{"7", "0~"}, []string{"KES 7_", "That is not an amount"}},
		{[]string{"7", "5KX20\r", "5"}, []string{"KES 75_"}},
		{[]string{"4", "a", "5", "b", "0"}, []string{"KES 450"}}, // a person's slips
		{[]string{"450\r", "0712[20~"}, []string{"─ Phone ─", "KES 450", "A phone number has only"}},
		{[]string{"450\r", "0", "7", "712345678"}, []string{"│ 07712345678_"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newEmulated(t)
			s.types(tc.keys...)
			s.sees(tc.sees...)
			s.close()
		})
	}
	synctest.Test(t, func(t *testing.T) { // 9600 baud: a character a millisecond
		s := newEmulated(t)
		for _, k := range "3*150+50" {
			if _, err := io.WriteString(s.keys, string(k)); err != nil {
				t.Error(err)
			}
			<-time.After(time.Millisecond)
		}
		s.settle()
		s.sees("= 500")
		s.close()
	})
}

// TestTypingAsAResultLands types 250 at a person's pace while the payment ends, in the whole
// program.
func TestTypingAsAResultLands(t *testing.T) {
	ends := map[string]func(pos.Attempt) pos.Attempt{
		"PAID":           func(a pos.Attempt) pos.Attempt { return paid(a, "SKN4T7W2QX") },
		"NOT PAID":       func(a pos.Attempt) pos.Attempt { return refused(a, "1032", "Request Cancelled by user.") },
		"STILL CHECKING": unclear,
	}
	for word, end := range ends {
		for before := range 4 { // so many digits come before the result
			synctest.Test(t, func(t *testing.T) {
				s := newEmulated(t)
				s.types("450\r", "0712345678\r")
				a := accepted(pos.Attempt{
					ID: "attempt", AskedAt: time.Now(), State: pos.Sending, Events: 1,
					Asked: pos.Asked{Sale: "sale", Phone: "254712345678", Amount: 450},
				})
				s.tell(a)
				s.settle()
				for n, digit := range []string{"2", "5", "0"} {
					if n == before {
						s.tell(end(a))
					}
					s.types(digit)
				}
				if before == 3 {
					s.tell(end(a))
					s.settle()
				}
				s.sees(word, "next sale: 250")
				<-time.After(2 * time.Second)
				s.settle()
				s.sees(word, "next sale: 250") // nothing goes away by itself
				leave := "\r"
				if word != "PAID" {
					leave = "+"
				}
				s.types(leave)
				s.sees("KES 250", "KES 250_")
				if len(s.till.Charges) != 1 || len(s.till.Stops) != 0 || len(s.till.Checks) != 0 {
					t.Errorf("charged %d, stopped %d, checked %d", len(s.till.Charges), len(s.till.Stops), len(s.till.Checks))
				}
				s.close()
			})
		}
	}
}
