package plain

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"kaunta/pos"
	"kaunta/ui/session"
	"kaunta/ui/session/sessiontest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// startPlain runs the whole plain till on an input and an output, with a till whose updates are
// real.
func startPlain(t *testing.T, ctx context.Context, in io.Reader, out io.Writer) (real *pos.Till, ledger *sessiontest.Ledger, done chan error) {
	t.Helper()
	ledger, done = &sessiontest.Ledger{}, make(chan error, 1)
	real, err := pos.Start(t.Context(), pos.Config{Ledger: ledger})
	if err != nil {
		t.Fatal(err)
	}
	till := &sessiontest.Till{OnSubscribe: real.Subscribe}
	till.OnCharge = func(r pos.Request) (pos.Attempt, error) {
		return pos.Attempt{
			ID: "attempt", AskedAt: time.Now(), State: pos.Sending, Events: 1,
			Asked: pos.Asked{Sale: "sale", Phone: r.Phone, Amount: r.Amount},
		}, nil
	}
	go func() {
		done <- Run(ctx, session.Config{Mode: session.Training, Till: till, Book: &sessiontest.Book{}, Input: in, Output: out, Environ: []string{"LANG=C.UTF-8"}})
	}()
	t.Cleanup(func() {
		if err := real.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return real, ledger, done
}

// TestRun takes a payment through pipes, with updates from a real till's subscription.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, keys := io.Pipe()
		out := &talk{T: t}
		real, ledger, done := startPlain(t, t.Context(), in, out)
		_, _ = io.WriteString(keys, "45")
		_, _ = io.WriteString(keys, "0\r\n0712345678\n\n") // typed ahead, in pieces, and with the line ends of Windows
		synctest.Wait()
		if said := out.all(); !strings.HasSuffix(said, "\nAsking 0712 345 678 for KES 450 …\n") {
			t.Fatalf("said %s", said)
		}
		a := sessiontest.Accepted(pos.Attempt{
			ID: "attempt", AskedAt: time.Now(), State: pos.Sending, Events: 1, Asked: pos.Asked{Sale: "sale", Phone: "254712345678", Amount: 450},
		})
		for _, a := range []pos.Attempt{a, sessiontest.Paid(a, "SKN4T7W2QX")} {
			a.CheckoutRequestID = "" // so that the till has nothing to query
			ledger.Become(a)
			if err := real.StopWaiting(t.Context(), a.ID); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		said := out.all()
		if w, p := strings.Index(said, " WAITING FOR PIN: "), strings.Index(said, " PAID KES 450, TRAINING, M-PESA code SKN4T7W2QX: hand over the goods.\nAmount:\n"); w < 0 || p < w {
			t.Errorf("said %s", said)
		}
		_, _ = io.WriteString(keys, "60") // and no line feed
		_ = keys.Close()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if said := out.all(); said != "KES 60\nPhone:\nKaunta is switched off.\n" {
			t.Errorf("said %s", said)
		}
	})
}

// TestRunEndsAtOnce although nobody types and the read of a real pipe goes on; goleak looks after
// the last test that the read was ended too.
func TestRunEndsAtOnce(t *testing.T) {
	in, keys, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer keys.Close()
	out, said := io.Pipe()
	ctx, end := context.WithCancel(t.Context())
	_, _, done := startPlain(t, ctx, in, said)
	prompt := make(chan struct{})
	go func() {
		defer close(prompt)
		text := ""
		for b := make([]byte, 64); !strings.HasSuffix(text, "Amount:\n"); {
			n, err := out.Read(b)
			if err != nil {
				return
			}
			text += string(b[:n])
		}
		go func() { _, _ = io.Copy(io.Discard, out) }()
	}()
	<-prompt
	end()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it goes on")
	}
	_ = said.Close()
}

// TestRunWithoutReaders: a till that nobody can hear does not go on selling.
func TestRunWithoutReaders(t *testing.T) {
	out, said := io.Pipe()
	_ = out.CloseWithError(errors.New("the line is dead"))
	in, keys := io.Pipe()
	defer keys.Close()
	_, _, done := startPlain(t, t.Context(), in, said)
	if err := <-done; err == nil || err.Error() != "plain till: nobody can read it any more: the line is dead" {
		t.Errorf("ended with %v", err)
	}
	if err := Run(t.Context(), session.Config{}); err == nil {
		t.Error("it runs without a till")
	}
}

// TestReadLines: what is typed comes whole and in its order, whatever it is.
func TestReadLines(t *testing.T) {
	for name, tc := range map[string]struct {
		typed string
		want  []string
	}{
		"nothing":         {"", nil},
		"empty lines":     {"\n\r\n\n", []string{"", "", ""}},
		"no last feed":    {"450\n07", []string{"450", "07"}},
		"as long as fits": {strings.Repeat("1", longestLine-1) + "\n2\n", []string{strings.Repeat("1", longestLine-1), "2"}},
		"too long":        {strings.Repeat("1", 3*longestLine+7) + "\n2\n", []string{strings.Repeat("1", longestLine) + "…", "2"}},
		"no text":         {"\x00\xff\x1b[A\n", []string{"\x00\xff\x1b[A"}},
	} {
		t.Run(name, func(t *testing.T) {
			lines := make(chan string, 10)
			readLines(t.Context(), strings.NewReader(tc.typed), lines)
			close(lines)
			if got := slices.Collect(func(yield func(string) bool) {
				for s := range lines {
					if !yield(s) {
						return
					}
				}
			}); !slices.Equal(got, tc.want) {
				t.Errorf("read %q, want %q", got, tc.want)
			}
		})
	}
}

// TestPlainFromAFile: a script on disk is an input too, which no cancel reader takes.
func TestPlainFromAFile(t *testing.T) {
	name := t.TempDir() + "/script"
	if err := os.WriteFile(name, []byte("12.50\nquit\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var out bytes.Buffer
	_, _, done := startPlain(t, t.Context(), in, &out)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if said := out.String(); !strings.HasSuffix(said, "Amount:\n12.50 is not whole shillings. Press Enter for KES 13.\nAmount:\nKaunta is switched off.\n") {
		t.Errorf("said %s", said)
	}
}

// TestPlainAnything types anything while anything happens. Whatever it is, no more is asked for
// than was asked for in words, a payment is never called PAID without its mode, and nothing is
// written but whole lines of printable text.
func TestPlainAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var out bytes.Buffer
		now := sessiontest.Noon
		till, book := &sessiontest.Till{}, &sessiontest.Book{}
		known := []pos.Attempt{}
		till.OnCharge = func(r pos.Request) (pos.Attempt, error) {
			for _, a := range known {
				if e := (&pos.OpenError{Earlier: a, Left: a.AskedAt.Add(pos.PhoneLock).Sub(now)}); a.Open() && a.Phone == r.Phone && (e.Locked() || !r.MayPayTwice) {
					return pos.Attempt{}, e
				}
			}
			a := pos.Attempt{
				ID: pos.AttemptID(rapid.StringMatching(`[A-Z]{12}`).Draw(t, "id")), AskedAt: now, State: pos.Sending, Events: 1,
				Asked: pos.Asked{Sale: "sale", Phone: r.Phone, Amount: r.Amount, Reference: r.Reference},
			}
			known = append(known, a)
			book.Put(a)
			return a, nil
		}
		p := newConversation(t.Context(), session.Config{
			Shop: "DUKA", Mode: session.Training, Till: till, Book: book, RetypeAbove: 10_000,
			Now: func() time.Time { return now }, Output: &out, Environ: []string{"LANG=C.UTF-8"},
		}, tty{width: func() int { return 0 }})
		p.begin()
		word := rapid.OneOf(
			rapid.SampledFrom([]string{
				"", "450", "3*50", "20000", "0712345678", "0733123456", "INV 7", "stop", "again", "tena", "new", "number", "anyway", "2", "+", "-",
				"*", "/", "?", "back", "check", "check 1", "settle", "code 1 SKN4T7W2QX", "ledger", "find 678", "more", "month", "today", "lugha", "12.50",
			}),
			rapid.String(),
		)
		t.Repeat(map[string]func(*rapid.T){
			"type": func(t *rapid.T) { p.take(word.Draw(t, "line")); p.prompt() },
			"wait": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(1, 200).Draw(t, "seconds")) * time.Second)
				p.tick()
				p.prompt()
			},
			"tell": func(t *rapid.T) {
				if len(known) == 0 {
					t.Skip("nothing was asked for")
				}
				i := rapid.IntRange(0, len(known)-1).Draw(t, "which")
				a := known[i]
				change := rapid.SampledFrom([]func(pos.Attempt) pos.Attempt{
					sessiontest.Accepted, sessiontest.Unclear,
					func(a pos.Attempt) pos.Attempt { return sessiontest.Paid(a, "SKN4T7W2QX") },
					func(a pos.Attempt) pos.Attempt { return sessiontest.Refused(a, "1032", "\x1b[2Jdescription\r\n") },
				}).Draw(t, "change")
				if a = change(a); known[i].State == pos.Paid {
					a.State = pos.Paid // for ever
				}
				a.Notices |= pos.Notice(rapid.IntRange(0, 15).Draw(t, "notices"))
				known[i] = a
				book.Put(a)
				p.learn(pos.Update{Attempt: a, Event: pos.EventQueried, Changed: true})
				p.prompt()
			},
			"": func(t *rapid.T) {
				text := out.String()
				if asked := strings.Count(text, "Asking 0") + strings.Count(text, "Inaomba 0"); asked != len(known) {
					t.Fatalf("asked %d times, said %d times", len(known), asked)
				}
				for line := range strings.Lines(text) {
					if !strings.HasSuffix(line, "\n") {
						t.Fatalf("no whole line: %q", line)
					}
					for _, r := range strings.TrimSuffix(line, "\n") {
						if !unicode.IsPrint(r) {
							t.Fatalf("%q in %q", r, line)
						}
					}
					if strings.Contains(line, ": hand over the goods") && !strings.Contains(line, ", TRAINING, ") {
						t.Fatalf("no mode in %q", line)
					}
				}
				for _, a := range known {
					if p.session.Front != nil && p.session.Front.Attempt.ID == a.ID && p.session.Front.Attempt.State != a.State && p.session.Front.Refused == nil {
						t.Fatalf("in front: %v, known: %v", p.session.Front.Attempt.State, a.State)
					}
				}
			},
		})
	})
}
