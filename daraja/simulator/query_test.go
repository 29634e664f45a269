package simulator

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestQueryAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		id := w.accepted("254712345600")
		w.until(time.Minute)
		_, body := w.send("POST", pathQuery, "Bearer "+w.token, encode(goodQuery(id)))
		answer := decode(t, body)
		want := map[string]any{
			"ResponseCode": "0", "ResponseDescription": "The service request has been accepted successfully",
			"MerchantRequestID": w.sim.Journal().Payments[0].MerchantRequestID, "CheckoutRequestID": id,
			"ResultCode": "0", "ResultDesc": "The service request is processed successfully.",
		}
		if encode(answer) != encode(want) {
			t.Errorf("%v\nwant %v", answer, want)
		}
	})
}

func TestQueryPending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for platform, want := range map[Platform]string{
			"":          `"ResultCode":"4999","ResultDesc":"The transaction is still under processing"`,
			PlatformNew: `"ResultCode":"4999","ResultDesc":"The transaction is still under processing"`,
			PlatformOld: `"errorCode":"500.001.1001","errorMessage":"The transaction is being processed"`,
		} {
			w := newWorld(t, Options{Platform: platform})
			id := w.accepted("254712345600")
			status, body := w.send("POST", pathQuery, "Bearer "+w.token, encode(goodQuery(id)))
			if (status == 500) != (platform == PlatformOld) || !strings.Contains(body, want) {
				t.Errorf("platform %q: %d %s", platform, status, body)
			}
			if platform == PlatformOld && decode(t, body)["requestId"] != id {
				t.Errorf("requestId is not the CheckoutRequestID: %s", body)
			}
			w.until(time.Minute)
			w.start = time.Now()
			if got := w.query(id); got != "200 0" {
				t.Errorf("platform %q: paid as %s", platform, got)
			}
		}
	})
}

func TestQueryRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{ShortCode: shortCode, Passkey: passkey})
		id := w.accepted("254712345600")
		for _, test := range []struct {
			field string
			value any
			want  string
		}{
			{"CheckoutRequestID", "ws_CO_01012000030000000712345699", "Bad Request - Invalid CheckoutRequestID"},
			{"CheckoutRequestID", nil, "Bad Request - Invalid CheckoutRequestID"},
			{"BusinessShortCode", nil, "Bad Request - Invalid BusinessShortCode"},
			{"BusinessShortCode", "600000", "Merchant does not exist"},
			{"Password", password(shortCode, "other", timestamp), "Wrong credentials"},
			{"Timestamp", "20260314150927", "Wrong credentials"},
		} {
			query := goodQuery(id)
			query[test.field] = test.value
			_, body := w.send("POST", pathQuery, "Bearer "+w.token, encode(query))
			if got := decode(t, body)["errorMessage"]; got != test.want {
				t.Errorf("%s %v: %s, want %q", test.field, test.value, body, test.want)
			}
		}
		if _, body := w.send("POST", pathQuery, "Bearer "+w.token, "{"); !strings.Contains(body, "400.002.05") {
			t.Errorf("malformed: %s", body)
		}
	})
}

func TestRateLimit(t *testing.T) {
	const limited = "429 policies.ratelimit.SpikeArrestViolation"
	for _, test := range []struct {
		speed  float64
		period time.Duration
	}{{1, 12 * time.Second}, {4, 3 * time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, Options{RateLimit: RateLimitSandbox, Speed: test.speed})
			one, two := w.accepted("254712345656"), w.accepted("254112345656")
			ask := func(at time.Duration, id, want string) {
				t.Helper()
				w.until(at)
				if got := w.query(id); got != want {
					t.Errorf("speed %v, query at %v: %s, want %s", test.speed, at, got, want)
				}
			}
			ask(0, one, "200 4999")
			ask(0, two, limited) // the limit is over all payments
			ask(test.period/2, one, limited)
			ask(test.period-1, one, limited)
			ask(test.period, one, "200 4999") // a refused query has not put it off
			ask(2*test.period-1, two, limited)
			ask(10*test.period, two, "200 4999") // nothing was saved up
			ask(10*test.period, two, limited)
			if status, _ := w.push(nil); status != 200 {
				t.Errorf("a push was limited: %d", status)
			}
		})
	}
}
