package simulator

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestEndings plays every row of the product's table at the speed of life: what the push is
// answered, when money moves, which callbacks come when, and what the query says before and after.
func TestEndings(t *testing.T) {
	const sec = time.Second
	type row struct {
		digits    string
		push      string        // "HTTP-status errorCode"; 0 is a dropped connection
		pays      bool          // money moves, 4 to 9 s after the push
		first     span          // the first callback, from the payment if it pays, else from the push
		callbacks []string      // their ResultCodes as JSON
		apart     time.Duration // between callbacks
		pending   string        // the query right after the push
		final     string        // the query for ever after
		once      string        // the first query then, where it is another
		extra     int           // shillings that the callback has too many
	}
	const (
		ok      = "200"
		still   = "200 4999"
		limited = "429 policies.ratelimit.SpikeArrestViolation"
	)
	second := span{sec, sec}
	rows := []row{
		{digits: "00", push: ok, pays: true, first: second, callbacks: []string{"0"}, pending: still, final: "200 0"},
		{digits: "78", push: ok, pays: true, first: second, callbacks: []string{"0"}, pending: still, final: "200 0"},
		{digits: "01", push: ok, first: seconds(3, 5), callbacks: []string{"1"}, pending: still, final: "200 1"},
		{digits: "20", push: ok, first: seconds(4, 9), callbacks: []string{"2001"}, pending: still, final: "200 2001"},
		{digits: "32", push: ok, first: seconds(5, 8), callbacks: []string{"1032"}, pending: still, final: "200 1032"},
		{digits: "37", push: ok, first: seconds(25, 25), callbacks: []string{"1037"}, pending: still, final: "200 1037"},
		{digits: "19", push: ok, first: seconds(20, 20), callbacks: []string{"1019"}, pending: still, final: "200 1019"},
		{digits: "17", push: ok, first: seconds(2, 3), callbacks: []string{"17"}, pending: still, final: "200 17"},
		{digits: "26", push: ok, first: seconds(2, 3), callbacks: []string{"26"}, pending: still, final: "200 26"},
		{digits: "08", push: ok, first: seconds(3, 5), callbacks: []string{`"E3008"`}, pending: still, final: "200 E3008"},
		{digits: "51", push: ok, pays: true, pending: still, final: "200 0"},
		{digits: "52", push: ok, pays: true, first: seconds(240, 240), callbacks: []string{"0"}, pending: still, final: "200 0"},
		{digits: "53", push: ok, pays: true, first: second, callbacks: []string{"0", "0", "0"}, apart: 2 * sec, pending: still, final: "200 0"},
		{digits: "54", push: ok, pays: true, first: second, callbacks: []string{"0"}, pending: still, final: "200 1032"},
		{digits: "55", push: ok, pays: true, first: second, callbacks: []string{"0"}, pending: still, final: "200 0", extra: 1},
		{digits: "56", push: ok, pending: still, final: still},
		{digits: "57", push: ok, pays: true, first: second, callbacks: []string{"0"}, pending: limited, final: limited},
		{digits: "58", push: ok, pays: true, first: second, callbacks: []string{"9999"}, pending: still, final: "200 0"},
		{digits: "59", push: ok, pays: true, pending: still, once: "200 1032", final: "200 0"},
		{digits: "61", push: "500 500.001.1001"},
		{digits: "62", push: "500 500.003.02"},
		{digits: "63", push: "500 500.003.1001", pays: true, first: second, callbacks: []string{"0"}, final: "200 0"},
		{digits: "64", push: "0", pays: true, first: second, callbacks: []string{"0"}, final: "200 0"},
		{digits: "65", push: "403"},
		{digits: "66", push: "429"},
		{digits: "67", push: "404 404.001.03"},
	}
	for _, e := range endings {
		if e.digits != "" && !slices.ContainsFunc(rows, func(r row) bool { return r.digits == e.digits }) {
			t.Errorf("the ending %s is not tested", e.digits)
		}
	}

	for _, row := range rows {
		t.Run(row.digits, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, Options{})
				phone := "2547123456" + row.digits
				status, answer := w.push(map[string]any{"PhoneNumber": phone, "PartyA": phone})
				got := fmt.Sprint(status)
				if answer["errorCode"] != nil {
					got += fmt.Sprint(" ", answer["errorCode"])
				}
				if got != row.push {
					t.Fatalf("push answered %q, want %q", got, row.push)
				}
				if row.pending != "" {
					if got := w.query(answer["CheckoutRequestID"].(string)); got != row.pending {
						t.Errorf("first query: %s, want %s", got, row.pending)
					}
				}
				prompts := w.sim.Prompts()
				if prompted := row.pays || row.final != ""; (len(prompts) == 1) != prompted {
					t.Fatalf("%d prompts, want one: %t", len(prompts), prompted)
				}

				w.until(10 * time.Minute)
				if left := w.sim.Prompts(); len(left) != 0 {
					t.Errorf("the prompt never went: %v", left)
				}
				journal := w.sim.Journal()
				counted := w.start
				if !row.pays {
					if len(journal.Payments) != 0 {
						t.Errorf("money moved: %+v", journal.Payments)
					}
				} else {
					if len(journal.Payments) != 1 {
						t.Fatalf("%d payments, want 1", len(journal.Payments))
					}
					payment := journal.Payments[0]
					if after := payment.Time.Sub(w.start); after < 4*sec || after > 9*sec {
						t.Errorf("paid after %v, want 4 to 9 s", after)
					}
					if payment.Amount != 450 || payment.Phone != phone || payment.CheckoutRequestID != prompts[0].CheckoutRequestID {
						t.Errorf("payment %+v", payment)
					}
					counted = payment.Time
				}

				var codes []string
				for i, d := range w.caught() {
					c := stkCallbackOf(t, d.body)
					codes = append(codes, wireCode(c["ResultCode"]))
					if i == 0 {
						if after := d.at.Sub(counted); after < row.first.shortest || after > row.first.longest {
							t.Errorf("first callback after %v, want %v", after, row.first)
						}
					} else if gap := d.at.Sub(w.caught()[i-1].at); gap != row.apart {
						t.Errorf("callback %d came %v after the one before, want %v", i, gap, row.apart)
					}
					if c["CheckoutRequestID"] != prompts[0].CheckoutRequestID {
						t.Errorf("callback for %v, want %v", c["CheckoutRequestID"], prompts[0].CheckoutRequestID)
					}
					metadata, _ := c["CallbackMetadata"].(map[string]any)
					if (metadata != nil) != (codes[i] == "0") {
						t.Errorf("callback with code %s and metadata %v", codes[i], metadata)
					}
					if metadata != nil {
						amount := metadata["Item"].([]any)[0].(map[string]any)["Value"]
						if got, _, _ := strings.Cut(fmt.Sprint(amount), "."); got != fmt.Sprint(450+row.extra) {
							t.Errorf("callback with amount %v, want %d", amount, 450+row.extra)
						}
					}
				}
				if !slices.Equal(codes, row.callbacks) {
					t.Errorf("callbacks %v, want %v", codes, row.callbacks)
				}
				if row.once != "" {
					if got := w.query(prompts[0].CheckoutRequestID); got != row.once {
						t.Errorf("first query: %s, want %s", got, row.once)
					}
				}
				if row.final != "" {
					for range 2 {
						if got := w.query(prompts[0].CheckoutRequestID); got != row.final {
							t.Errorf("last query: %s, want %s", got, row.final)
						}
					}
				}
			})
		})
	}
}

func TestQueryKnowsWhenItIsSettled(t *testing.T) {
	for _, test := range []struct {
		digits  string
		settled time.Duration // from the payment, or from the push where nothing is paid
		pays    bool
		final   string
	}{
		{"00", time.Second, true, "200 0"},
		{"52", 4 * time.Minute, true, "200 0"},
		{"54", time.Second, true, "200 1032"},
		{"58", time.Second, true, "200 0"},
		{"37", 25 * time.Second, false, "200 1037"},
		{"19", 20 * time.Second, false, "200 1019"},
	} {
		t.Run(test.digits, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, Options{})
				id := w.accepted("2547123456" + test.digits)
				from := w.start
				if test.pays {
					w.until(9 * time.Second)
					from = w.sim.Journal().Payments[0].Time
				}
				settled := from.Add(test.settled).Sub(w.start)
				if just := settled - time.Millisecond; just > time.Since(w.start) {
					w.until(just)
					if got := w.query(id); got != "200 4999" {
						t.Errorf("just before: %s", got)
					}
				}
				w.until(max(settled, time.Since(w.start)))
				if got := w.query(id); got != test.final {
					t.Errorf("when settled: %s, want %s", got, test.final)
				}
			})
		})
	}
}

func TestTokenRefusedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		send := func(phone, url string) int {
			status, _ := w.push(map[string]any{"PhoneNumber": phone, "PartyA": phone, "CallBackURL": url})
			return status
		}
		const one, two = "https://till.example/a", "https://till.example/b"
		var got []int
		got = append(got, send("254712345667", one), send("254112345667", one), send("254712345667", two), send("254712345667", one))
		w.until(time.Minute)
		got = append(got, send("254712345667", two))
		w.until(2 * time.Minute)
		got = append(got, send("254712345667", two), send("254712345667", two))
		w.until(3 * time.Minute)
		if want := []int{404, 404, 404, 200, 200, 404, 200}; !slices.Equal(got, want) {
			t.Errorf("answers %v, want %v", got, want)
		}
		if n := len(w.sim.Journal().Payments); n != 3 {
			t.Errorf("%d payments, want 3", n)
		}
	})
}

func TestRefusalTexts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		for digits, want := range map[string]string{
			"61": "Unable to lock subscriber, a transaction is already in process for the current subscriber",
			"62": "System is busy",
			"63": "Internal Server Error",
			"65": "Incapsula incident ID",
			"66": `"faultstring":"Spike arrest violation`,
			"67": "Invalid Access Token",
		} {
			phone := "2547123456" + digits
			_, body := w.send("POST", pathPush, "Bearer "+w.token, encode(goodPush(map[string]any{"PhoneNumber": phone})))
			if !strings.Contains(body, want) {
				t.Errorf("%s: %s, want %q in it", digits, body, want)
			}
			if strings.HasPrefix(body, "<") != (digits == "65") {
				t.Errorf("%s: only the firewall answers with a page: %s", digits, body)
			}
		}
	})
}
