package simulator

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestJournal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		sent := encode(goodPush(nil))
		w.send("POST", pathPush, "Bearer "+w.token, sent)
		w.push(map[string]any{"PhoneNumber": "254712345664"})
		w.push(map[string]any{"Amount": 0})
		id := w.sim.Prompts()[1].CheckoutRequestID
		w.query(id)
		w.send("POST", pathToken, basic("key:secret"), "client_secret=hidden")
		w.send("GET", "/nowhere?x=1", "", "")
		w.until(time.Minute)

		_, body := w.send("GET", "/simulator/journal", "", "")
		var got []string
		page := decode(t, body)
		for _, entry := range page["requests"].([]any) {
			r := entry.(map[string]any)
			got = append(got, r["method"].(string)+" "+r["path"].(string)+" "+wireCode(r["status"]))
			if _, err := time.Parse(time.RFC3339Nano, r["time"].(string)); err != nil {
				t.Error(err)
			}
			if r["path"] == pathToken && r["body"] != "" {
				t.Errorf("the journal holds the body of a request for a token: %v", r["body"])
			}
		}
		if want := []string{
			"GET " + pathToken + " 200", "POST " + pathPush + " 200", "POST " + pathPush + " 0", "POST " + pathPush + " 400",
			"POST " + pathQuery + " 200", "POST " + pathToken + " 200", "GET /nowhere 404",
		}; !slices.Equal(got, want) {
			t.Errorf("requests\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if got := page["requests"].([]any)[1].(map[string]any)["body"]; got != sent {
			t.Errorf("body %v, want as sent", got)
		}
		for _, secret := range []string{"hidden", w.token, basic("key:secret"), "Bearer"} {
			if strings.Contains(body, secret) {
				t.Errorf("the journal holds %q", secret)
			}
		}

		payments := page["payments"].([]any)
		i := slices.IndexFunc(payments, func(p any) bool { return p.(map[string]any)["checkout_request_id"] == id })
		if len(payments) != 2 || i < 0 {
			t.Fatalf("payments %v", payments)
		}
		payment := payments[i].(map[string]any)
		if payment["phone"] != "254712345600" || wireCode(payment["amount"]) != "450" || payment["merchant_request_id"] == "" {
			t.Errorf("payment %v", payment)
		}
		callbacks := page["callbacks"].([]any)
		if len(callbacks) != 2 {
			t.Fatalf("callbacks %v", callbacks)
		}
		callback := callbacks[i].(map[string]any)
		if callback["url"] != "https://till.example/callback/3f9a" || wireCode(callback["status"]) != "200" ||
			!strings.Contains(callback["body"].(string), payment["receipt"].(string)) {
			t.Errorf("callback %v", callback)
		}
	})
}

func TestJournalOfNothing(t *testing.T) {
	s := New(Options{})
	defer s.Close()
	if got, want := encode(s.Journal()), `{"requests":[],"payments":[],"callbacks":[]}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestJournalKeepsTheNewest(t *testing.T) {
	var list []int
	for i := range 3*kept + 7 {
		list = keep(list, i)
	}
	if len(list) != kept || list[0] != 2*kept+7 || list[kept-1] != 3*kept+6 {
		t.Errorf("%d entries from %d to %d", len(list), list[0], list[len(list)-1])
	}
	if cap(list) > 3*kept {
		t.Errorf("room for %d entries is held", cap(list))
	}
}

func TestOwnPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		w.accepted("254712345600")
		for path, want := range map[string]string{
			"/":                   "63          push answered 500.003.1001",
			"/simulator/prompts":  `{"prompts":[{"phone":"254712345600","amount":450,"account_reference":"Table 4"`,
			"/simulator/journal":  `"path":"` + pathPush + `"`,
			"/simulator/nothing":  "404",
			"/simulator/phones/1": "Method Not Allowed",
		} {
			if _, body := w.send("GET", path, "", ""); !strings.Contains(body, want) {
				t.Errorf("%s: %s", path, body)
			}
		}
		if n := len(w.sim.Journal().Requests); n != 2 {
			t.Errorf("%d requests in the journal, want 2: own pages are not Daraja's", n)
		}
	})
}
