package simulator

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestHand acts by hand on phones whose digits say otherwise.
func TestHand(t *testing.T) {
	const sec = time.Second
	for _, test := range []struct {
		name     string
		digits   string
		action   Action
		pays     bool
		callback time.Duration // after the push; the hand comes at 1 s; 0 is none
		code     string
		query    string
	}{
		{"pay", "32", ActionPay, true, 2 * sec, "0", "200 0"},
		{"cancel", "00", ActionCancel, false, 1 * sec, "1032", "200 1032"},
		{"wrong PIN", "00", ActionWrongPIN, false, 1 * sec, "2001", "200 2001"},
		{"ignore", "00", ActionIgnore, false, 25 * sec, "1037", "200 1037"},
		{"pay on the silent phone", "51", ActionPay, true, 0, "", "200 0"},
		{"pay on the late phone", "52", ActionPay, true, 2 * sec, "0", "200 0"},
		{"pay on the endless phone", "56", ActionPay, true, 0, "", "200 4999"},
		{"cancel where the amount would be wrong", "55", ActionCancel, false, 1 * sec, "1032", "200 1032"},
		{"cancel after a 500", "63", ActionCancel, false, 1 * sec, "1032", "200 1032"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, Options{})
				w.push(map[string]any{"PhoneNumber": "2547123456" + test.digits})
				id := w.sim.Prompts()[0].CheckoutRequestID
				w.until(sec)
				if err := w.sim.Act("07123456"+test.digits, test.action); err != nil {
					t.Fatal(err)
				}
				if open := len(w.sim.Prompts()) == 1; open != (test.action == ActionIgnore) {
					t.Errorf("prompt open after %s: %t", test.action, open)
				}
				w.until(10 * time.Minute)
				if paid := len(w.sim.Journal().Payments); (paid == 1) != test.pays {
					t.Errorf("%d payments", paid)
				}
				caught := w.caught()
				switch {
				case test.callback == 0:
					if len(caught) != 0 {
						t.Errorf("callbacks %v", caught)
					}
				case len(caught) != 1:
					t.Errorf("%d callbacks, want 1", len(caught))
				default:
					if at := caught[0].at.Sub(w.start); at != test.callback {
						t.Errorf("callback at %v, want %v", at, test.callback)
					}
					if code := wireCode(stkCallbackOf(t, caught[0].body)["ResultCode"]); code != test.code {
						t.Errorf("callback %s, want %s", code, test.code)
					}
				}
				if got := w.query(id); got != test.query {
					t.Errorf("query %s, want %s", got, test.query)
				}
			})
		})
	}
}

func TestIgnoredPromptCanStillBePaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		w.accepted("254712345632") // would cancel after 5 to 8 s
		act := func(want error, action Action) {
			t.Helper()
			if err := w.sim.Act("254712345632", action); !errors.Is(err, want) {
				t.Fatalf("%s: %v, want %v", action, err, want)
			}
		}
		act(nil, ActionIgnore)
		w.until(24 * time.Second)
		act(nil, ActionIgnore)
		act(nil, ActionPay)
		act(ErrNoPrompt, ActionPay)
		w.until(time.Minute)
		act(ErrNoPrompt, ActionCancel)
		if n := len(w.sim.Journal().Payments); n != 1 {
			t.Errorf("%d payments, want 1", n)
		}
		if caught := w.caught(); len(caught) != 1 || caught[0].at.Sub(w.start) != 25*time.Second {
			t.Errorf("callbacks %v", caught)
		}
	})
}

// TestPromptsOfOnePhoneAreApart has a second prompt on a phone when the time comes at which the
// first, ended by hand, would have ended by itself.
func TestPromptsOfOnePhoneAreApart(t *testing.T) {
	for _, test := range []struct {
		name         string
		hand         []Action
		second, then time.Duration // the second push; the end of the first one's time
	}{
		{"cancels after 5 to 8 s", []Action{ActionPay}, 4 * time.Second, 8 * time.Second},
		{"runs out after 25 s", []Action{ActionIgnore, ActionPay}, 21 * time.Second, 25 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, Options{})
				w.accepted("254712345632")
				for _, action := range test.hand {
					if err := w.sim.Act("254712345632", action); err != nil {
						t.Fatal(err)
					}
				}
				w.until(test.second)
				second := w.accepted("254712345632")
				w.until(test.then)
				if got := w.query(second); got != "200 4999" || len(w.sim.Prompts()) != 1 {
					t.Errorf("the first prompt's time ended the second: %s", got)
				}
				w.until(time.Minute)
				if got := w.query(second); got != "200 1032" {
					t.Errorf("the second prompt: %s", got)
				}
			})
		})
	}
}

// TestOldAttemptsAreForgotten fills a closed simulator, in which prompts need no goroutines.
func TestOldAttemptsAreForgotten(t *testing.T) {
	s := New(Options{})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	first := s.prompt(pushRequest{msisdn: "254700000000"}, endingOf("254700000000"))
	for i := range kept {
		phone := fmt.Sprintf("254712%06d", i)
		s.prompt(pushRequest{msisdn: phone}, endingOf(phone))
	}
	if len(s.attempts) != kept || s.attempts[first.checkoutRequestID] != nil {
		t.Errorf("%d attempts, want %d without the first", len(s.attempts), kept)
	}
}

func TestPromptsNewestFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		if got := w.sim.Prompts(); got == nil || len(got) != 0 {
			t.Errorf("prompts of an idle simulator: %#v", got)
		}
		first := w.accepted("254712345637")
		second := w.accepted("254112345637") // at the same moment
		w.until(time.Second)
		third := w.accepted("254712345656")
		var got []string
		for _, p := range w.sim.Prompts() {
			got = append(got, p.CheckoutRequestID)
		}
		if want := third + " " + second + " " + first; strings.Join(got, " ") != want {
			t.Errorf("%v, want %s", got, want)
		}
		p := w.sim.Prompts()[0]
		if p.MSISDN != "254712345656" || p.Amount != 450 || p.AccountReference != "Table 4" || p.ShortCode != shortCode ||
			!p.Since.Equal(w.start.Add(time.Second)) {
			t.Errorf("%+v", p)
		}
	})
}

// TestLastPayment is what the customer's SMS says, at once when it is paid.
func TestLastPayment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		if p := w.sim.LastPayment(); p != (Payment{}) {
			t.Errorf("nobody has paid, and it is %+v", p)
		}
		w.accepted("254712345632") // cancels
		w.accepted("254712345656")
		changed := w.sim.Changed()
		if err := w.sim.Act("254712345656", ActionPay); err != nil {
			t.Fatal(err)
		}
		<-changed
		p := w.sim.LastPayment()
		if p.Phone != "254712345656" || p.Amount != 450 || p.ShortCode != shortCode || len(p.Receipt) != 10 || p.Receipt != w.sim.Journal().Payments[0].Receipt {
			t.Errorf("%+v", p)
		}
	})
}

func TestChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		changed := func(c <-chan struct{}) bool {
			select {
			case <-c:
				return true
			default:
				return false
			}
		}
		wait := w.sim.Changed()
		if changed(wait) {
			t.Fatal("changed before anything happened")
		}
		w.accepted("254712345637")
		if !changed(wait) {
			t.Error("not told of a new prompt")
		}
		wait = w.sim.Changed()
		w.push(map[string]any{"Amount": 0})
		if changed(wait) {
			t.Error("told of a refused push")
		}
		w.until(25 * time.Second)
		if !changed(wait) {
			t.Error("not told of an ended prompt")
		}
	})
}

func TestPhonesPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		for _, test := range []struct {
			name, phone, body string
			prompt            bool
			status            int
		}{
			{"local form", "0712345637", `{"action":"pay"}`, true, 200},
			{"international form", "254712345637", `{"action":"cancel"}`, true, 200},
			{"with a plus", "+254712345637", `{"action":"wrong_pin","why":"practice"}`, true, 200},
			{"no prompt", "0712345637", `{"action":"pay"}`, false, 404},
			{"unknown action", "0712345637", `{"action":"explode"}`, true, 400},
			{"no action", "0712345637", `{}`, false, 400},
			{"no body", "0712345637", ``, false, 400},
			{"no JSON", "0712345637", `action=pay`, false, 400},
			{"landline", "0202345637", `{"action":"pay"}`, false, 400},
			{"word", "mother", `{"action":"pay"}`, false, 400},
		} {
			if test.prompt && len(w.sim.Prompts()) == 0 {
				w.accepted("254712345637")
			}
			status, body := w.send("POST", "/simulator/phones/"+test.phone, "", test.body)
			answer := decode(t, body)
			if status != test.status {
				t.Errorf("%s: %d %s, want %d", test.name, status, body, test.status)
			}
			if sentence, _ := answer["error"].(string); (status == 200) != (answer["ok"] == true) || (status != 200) != (sentence != "") ||
				strings.Contains(sentence, "712345637") {
				t.Errorf("%s: %s", test.name, body)
			}
		}
	})
}

// FuzzAct gives any phone and action: none may panic, and none may act where there is no prompt.
func FuzzAct(f *testing.F) {
	f.Add("0712345637", "pay")
	f.Add("+254712345637", "ignore")
	f.Add("0", "")
	f.Add("254", "wrong_pin")
	f.Fuzz(func(t *testing.T, phone, action string) {
		s := New(Options{})
		if err := s.Act(phone, Action(action)); err == nil {
			t.Errorf("Act(%q, %q) acted on an idle phone", phone, action)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// TestRestore: a push of an earlier simulator goes on under its own ids.
func TestRestore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		push := Push{
			MSISDN: "254712345678", Amount: 450, AccountReference: "Table 4", ShortCode: shortCode, CallBackURL: "https://shop.example/cb/1",
			MerchantRequestID: "m-before", CheckoutRequestID: "ws_CO_before",
		}
		w.sim.Restore(push)
		w.sim.Restore(push) // twice is once
		lost := push
		lost.MSISDN, lost.CheckoutRequestID, lost.MerchantRequestID = "254712345664", "", ""
		w.sim.Restore(lost)
		never := push
		never.MSISDN, never.CheckoutRequestID = "254712345665", "ws_CO_never"
		w.sim.Restore(never)
		if n := len(w.sim.Prompts()); n != 2 {
			t.Errorf("%d prompts, want those of the first phone and of the lost answer", n)
		}
		if code := w.query("ws_CO_before"); code != "200 4999" {
			t.Errorf("before the customer acts the query says %s", code)
		}
		w.until(15 * time.Second)
		if code := w.query("ws_CO_before"); code != "200 0" {
			t.Errorf("after the customer has paid the query says %s", code)
		}
		if payments, callbacks := w.sim.Journal().Payments, w.caught(); len(payments) != 2 || len(callbacks) != 2 {
			t.Errorf("%d payments, %d callbacks; want one of each for two pushes", len(payments), len(callbacks))
		}
	})
}
