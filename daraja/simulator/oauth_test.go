package simulator

import (
	"encoding/base64"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func basic(pair string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(pair))
}

func TestToken(t *testing.T) {
	const (
		good   = pathToken + "?grant_type=client_credentials"
		exact  = true
		anyone = false
	)
	for _, test := range []struct {
		name          string
		exact         bool // the simulator has a key and a secret
		method        string
		path          string
		authorization string
		body          string
		status        int
		want          string // errorCode; "token"; or the whole body
	}{
		{"right pair", exact, "GET", good, basic("key:secret"), "", 200, "token"},
		{"wrong secret", exact, "GET", good, basic("key:secreT"), "", 400, ""},
		{"wrong key", exact, "GET", good, basic("Key:secret"), "", 400, ""},
		{"any pair", anyone, "GET", good, basic("k:s"), "", 200, "token"},
		{"small letters", anyone, "GET", good, strings.Replace(basic("k:s"), "Basic", "basic", 1), "", 200, "token"},
		{"no secret", anyone, "GET", good, basic("k:"), "", 400, ""},
		{"no key", anyone, "GET", good, basic(":s"), "", 400, ""},
		{"no header", anyone, "GET", good, "", "", 400, ""},
		{"no base64", anyone, "GET", good, "Basic ***", "", 400, ""},
		{"wrong scheme", anyone, "GET", good, "Bearer abc", "", 400, "400.008.01"},
		{"no grant type", anyone, "GET", pathToken, basic("k:s"), "", 400, "400.008.02"},
		{"wrong grant type", anyone, "GET", pathToken + "?grant_type=password", basic("k:s"), "", 400, "400.008.02"},
		{"blank at the end", anyone, "GET", good + "%20", basic("k:s"), "", 400, "400.008.02"},
		{"POST", anyone, "POST", pathToken, basic("k:s"), "grant_type=client_credentials", 200, "grant_type=client_credentials"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var opts Options
				if test.exact {
					opts = Options{ConsumerKey: "key", ConsumerSecret: "secret"}
				}
				w := newWorld(t, opts)
				rec := httptest.NewRecorder()
				r := httptest.NewRequest(test.method, test.path, strings.NewReader(test.body))
				r.Header.Set("Authorization", test.authorization)
				w.sim.ServeHTTP(rec, r)
				body := rec.Body.String()
				if rec.Code != test.status {
					t.Fatalf("%d %s, want %d", rec.Code, body, test.status)
				}
				wantType := "application/json;charset=UTF-8"
				switch {
				case test.want == "token":
					token := decode(t, body)
					if len(token) != 2 || len(token["access_token"].(string)) != 28 || token["expires_in"] != "3599" {
						t.Errorf("%s", body)
					}
				case strings.HasPrefix(test.want, "400."):
					if got := decode(t, body)["errorCode"]; got != test.want {
						t.Errorf("%s, want %s", body, test.want)
					}
				default:
					wantType = "text/plain"
					if body != test.want {
						t.Errorf("%q, want %q", body, test.want)
					}
				}
				if got := rec.Header().Get("Content-Type"); got != wantType {
					t.Errorf("Content-Type %q, want %q", got, wantType)
				}
			})
		})
	}
}

func TestTokenIsChecked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		for _, authorization := range []string{"", "Bearer ", "Bearer nobody", "Basic " + w.token, w.token} {
			for _, path := range []string{pathPush, pathQuery} {
				status, body := w.send("POST", path, authorization, encode(goodPush(nil)))
				answer := decode(t, body)
				if status != 404 || answer["errorCode"] != "404.001.03" || answer["errorMessage"] != "Invalid Access Token" {
					t.Errorf("%s with %q: %d %s", path, authorization, status, body)
				}
			}
		}
		if len(w.sim.Prompts()) != 0 {
			t.Error("a push without a token opened a prompt")
		}
	})
}

func TestTokenLivesAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{Speed: 100}) // which does not shorten it
		w.until(time.Hour)
		w.accepted("254712345600")
		w.until(time.Hour + time.Second)
		if status, _ := w.push(nil); status != 404 {
			t.Errorf("a push with an expired token got %d", status)
		}
		w.newToken()
		if n := len(w.sim.tokens); n != 1 {
			t.Errorf("%d tokens remembered, want 1: the expired one is forgotten", n)
		}
	})
}

func TestInvalidateTokens(t *testing.T) {
	for _, invalidate := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, Options{InvalidateTokens: invalidate})
			if _, body := w.send("GET", pathToken+"?grant_type=client_credentials", basic("other:secret"), ""); !strings.Contains(body, "access_token") {
				t.Fatal(body)
			}
			if status, _ := w.push(nil); status != 200 {
				t.Errorf("another key's token ended ours: %d", status)
			}
			w.newToken()
			want := 200
			if invalidate {
				want = 404
			}
			if status, _ := w.push(map[string]any{"PhoneNumber": "254712345699"}); status != want {
				t.Errorf("invalidate %t: push with the earlier token got %d, want %d", invalidate, status, want)
			}
		})
	}
}
