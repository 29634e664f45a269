package tunnel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A script is a provider that plays one function for each session; after the
// last one it plays that again.
type script struct {
	volatile bool
	sessions []func(ctx context.Context, up func(string)) error

	mu      sync.Mutex
	started []time.Time
	addrs   []string
}

func (s *script) Run(ctx context.Context, localAddr string, up func(string)) error {
	s.mu.Lock()
	n := min(len(s.started), len(s.sessions)-1)
	s.started = append(s.started, time.Now())
	s.addrs = append(s.addrs, localAddr)
	s.mu.Unlock()
	return s.sessions[n](ctx, up)
}

// starts returns when sessions began so far.
func (s *script) starts() []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.started)
}

func (s *script) Volatile() bool { return s.volatile }

// session is up at once with url and ends after life with err; life 0 is for
// ever.
func session(url string, life time.Duration, err error) func(context.Context, func(string)) error {
	return func(ctx context.Context, up func(string)) error {
		if url != "" {
			up(url)
		}
		var end <-chan time.Time
		if life != 0 {
			end = time.After(life)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-end:
			return err
		}
	}
}

func proof(nonce string) string { return "proof of " + nonce }

// An internet is a transport that answers probes as the test says.
type internet struct {
	answer func(r *http.Request, nonce string) (*http.Response, error)

	mu     sync.Mutex
	probes []time.Time
	urls   []string
}

func (i *internet) RoundTrip(r *http.Request) (*http.Response, error) {
	i.mu.Lock()
	i.probes = append(i.probes, time.Now())
	i.urls = append(i.urls, r.URL.String())
	answer := i.answer
	i.mu.Unlock()
	nonce := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	return answer(r, nonce)
}

// times returns when there were probes so far.
func (i *internet) times() []time.Time {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Clone(i.probes)
}

func (i *internet) set(answer func(*http.Request, string) (*http.Response, error)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.answer = answer
}

func reply(status int, body string) (*http.Response, error) {
	return &http.Response{StatusCode: status, Header: http.Header{"Location": {"https://portal.example/"}}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

func ours(_ *http.Request, nonce string) (*http.Response, error) { return reply(200, proof(nonce)) }

func unreachable(*http.Request, string) (*http.Response, error) {
	return nil, errors.New("no route to host")
}

func silent(r *http.Request, _ string) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// A rig is a running link in a synctest bubble.
type rig struct {
	*Link
	t     *testing.T
	net   *internet
	began time.Time
}

func run(t *testing.T, p Provider, answer func(*http.Request, string) (*http.Response, error)) *rig {
	b := &rig{t: t, net: &internet{answer: answer}, began: time.Now()}
	b.Link = NewLink(p, LinkConfig{LocalAddr: "127.0.0.1:8191", Proof: proof, Transport: b.net})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
		if got := b.Status().State; got != StateOff {
			t.Errorf("after Run the state is %v", got)
		}
		if _, _, ok := b.URL(); ok {
			t.Error("after Run there is a URL")
		}
	})
	return b
}

// at waits until d after the start, and for everything due by then.
func (b *rig) at(d time.Duration) {
	b.t.Helper()
	<-time.After(d - time.Since(b.began))
	synctest.Wait()
}

func (b *rig) wantState(want State) {
	b.t.Helper()
	if got := b.Status(); got.State != want {
		b.t.Errorf("after %v: %v (%v), want %v", time.Since(b.began), got.State, got.Err, want)
	}
}

func (b *rig) wantURL(url string, epoch int, ok bool) {
	b.t.Helper()
	if gotURL, gotEpoch, gotOK := b.URL(); gotURL != url || gotEpoch != epoch || gotOK != ok {
		b.t.Errorf("after %v: URL %q, epoch %d, %t; want %q, %d, %t", time.Since(b.began), gotURL, gotEpoch, gotOK, url, epoch, ok)
	}
}

func (b *rig) wantProbes(want ...time.Duration) {
	b.t.Helper()
	var got []time.Duration
	for _, at := range b.net.times() {
		got = append(got, at.Sub(b.began))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		b.t.Errorf("probes (-want +got):\n%s", diff)
	}
}

const (
	home    = "https://till.example.com"
	second  = time.Second
	forever = time.Duration(0)
)

func TestLinkLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &script{sessions: []func(context.Context, func(string)) error{func(ctx context.Context, up func(string)) error {
			<-time.After(2 * second)
			up(home)
			up("https://other.example.com") // ignored: one session, one URL
			<-ctx.Done()
			return nil
		}}}
		b := run(t, p, ours)
		b.at(1 * second)
		b.wantState(StateConnecting)
		b.wantURL("", 0, false)
		b.at(2 * second)
		b.wantState(StateLive)
		b.wantURL(home, 1, true)
		b.at(100 * second)
		want := Status{State: StateLive, Since: b.began.Add(2 * second), URL: home, Epoch: 1, LastProof: b.began.Add(92 * second)}
		if diff := cmp.Diff(want, b.Status()); diff != "" {
			t.Errorf("status (-want +got):\n%s", diff)
		}
		b.wantProbes(2*second, 32*second, 62*second, 92*second)
		if p.addrs[0] != "127.0.0.1:8191" {
			t.Errorf("the provider was given %q", p.addrs[0])
		}
		seen := map[string]bool{}
		for _, url := range b.net.urls {
			if !strings.HasPrefix(url, home+"/probe/") || !isHex128(url[len(home+"/probe/"):]) || seen[url] {
				t.Errorf("probe of %q", url)
			}
			seen[url] = true
		}
	})
}

func TestProbeIsFresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fresh bool
		b := run(t, &script{sessions: []func(context.Context, func(string)) error{session(home, forever, nil)}},
			func(r *http.Request, nonce string) (*http.Response, error) {
				fresh = r.Close
				return ours(r, nonce)
			})
		b.at(0)
		if !fresh {
			t.Error("the probe may take a connection that was kept")
		}
	})
}

// Whatever answers at the URL, only this process makes it Live.
func TestStrangerIsNeverLive(t *testing.T) {
	tests := []struct {
		name   string
		answer func(*http.Request, string) (*http.Response, error)
		err    string
	}{
		{"not found", func(*http.Request, string) (*http.Response, error) { return reply(404, "not found") }, "something other than this till answers at the public URL (HTTP status 404)"},
		{"another page", func(*http.Request, string) (*http.Response, error) { return reply(200, "<h1>Welcome</h1>") }, "something other"},
		{"another till", func(_ *http.Request, nonce string) (*http.Response, error) { return reply(200, "other "+nonce) }, "something other"},
		{"captive portal", func(*http.Request, string) (*http.Response, error) { return reply(302, "") }, "HTTP status 302"},
		{"proof with another status", func(_ *http.Request, nonce string) (*http.Response, error) { return reply(203, proof(nonce)) }, "HTTP status 203"},
		{"proof and more", func(_ *http.Request, nonce string) (*http.Response, error) { return reply(200, proof(nonce)+"\n") }, "something other"},
		{"endless page", func(*http.Request, string) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: io.NopCloser(zeros{})}, nil
		}, "something other"},
		{"echo", func(_ *http.Request, nonce string) (*http.Response, error) { return reply(200, nonce) }, "something other"},
		{"broken answer", func(*http.Request, string) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: io.NopCloser(io.MultiReader(strings.NewReader("pro"), brokenReader{}))}, nil
		}, "broke off"},
		{"nobody", unreachable, "does not answer: no route to host"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := run(t, &script{volatile: true, sessions: []func(context.Context, func(string)) error{session(home, forever, nil)}}, test.answer)
				b.at(30 * second)
				b.wantState(StateChecking)
				b.wantURL(home, 1, false)
				status := b.Status()
				if status.Err == nil || !strings.Contains(status.Err.Error(), test.err) {
					t.Errorf("Err %v, want one with %q", status.Err, test.err)
				}
				if status.Err != nil && strings.Contains(status.Err.Error(), "/probe/") {
					t.Errorf("Err holds the nonce: %v", status.Err)
				}
				if !status.LastProof.IsZero() {
					t.Errorf("LastProof %v", status.LastProof)
				}
				ms := time.Millisecond
				b.wantProbes(0, 500*ms, 1500*ms, 3*second, 5*second, 7500*ms, 10500*ms, 14*second, 18*second, 22500*ms, 27500*ms)
			})
		})
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestSilentProbeTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := run(t, &script{sessions: []func(context.Context, func(string)) error{session(home, forever, nil)}}, silent)
		b.at(probeTimeout - 1)
		if err := b.Status().Err; err != nil {
			t.Errorf("Err %v before the time is over", err)
		}
		b.at(probeTimeout)
		if err := b.Status().Err; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Err %v, want a time-out", err)
		}
	})
}

func TestLinkDoubtful(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := run(t, &script{volatile: true, sessions: []func(context.Context, func(string)) error{session(home, forever, nil)}}, ours)
		b.at(1 * second)
		b.net.set(unreachable)
		b.at(44 * second)
		b.wantState(StateLive) // the proof of 0 s still holds,
		if b.Status().Err == nil {
			t.Error("but Err does not tell of the probe that failed")
		}
		b.at(50 * second)
		b.wantState(StateDoubtful)
		b.wantURL(home, 1, true) // giving a volatile URL up would change it
		b.net.set(ours)
		b.at(56 * second)
		b.wantState(StateLive)
		if err := b.Status().Err; err != nil {
			t.Errorf("Err %v after a proof", err)
		}

		// The next trouble is probed as eagerly as the first.
		b.net.set(unreachable)
		from := len(b.net.times())
		b.at(90 * second)
		again := b.net.times()[from:]
		if gap := again[1].Sub(again[0]); gap != probeStep {
			t.Errorf("a failed probe was repeated after %v, want %v", gap, probeStep)
		}
	})
}

// Many routers cannot loop back to their own address: callbacks are the proof.
func TestLinkProvedByCallback(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, err := Static(home)
		if err != nil {
			t.Fatal(err)
		}
		b := run(t, p, unreachable)
		b.at(10 * second)
		b.wantState(StateChecking)
		b.wantURL(home, 1, true) // the owner's word is enough for a push
		b.at(20 * second)
		b.Seen()
		b.wantState(StateLive)
		if got := b.Status().LastProof.Sub(b.began); got != 20*second {
			t.Errorf("LastProof after %v", got)
		}
		b.at(64 * second)
		b.wantState(StateLive)
		b.at(71 * second)
		b.wantState(StateDoubtful)
		b.wantURL(home, 1, true)
		b.Seen()
		b.wantState(StateLive)
	})
}

func TestSeenWithoutURLProvesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := run(t, &script{sessions: []func(context.Context, func(string)) error{session("", forever, nil)}}, ours)
		b.at(1 * second)
		b.Seen()
		b.wantState(StateConnecting)
		if !b.Status().LastProof.IsZero() {
			t.Error("a callback proved a URL that is not there")
		}
	})
}

func TestRetry(t *testing.T) {
	failed := errors.New("relay: connection refused")
	ms := time.Millisecond
	delays := []time.Duration{250 * ms, 500 * ms, second, 2 * second, 4 * second, 8 * second, 15 * second, 15 * second, 15 * second, 15 * second}
	tests := []struct {
		name     string
		sessions []func(context.Context, func(string)) error
		life     time.Duration // of each session
		answer   func(*http.Request, string) (*http.Response, error)
		delays   []time.Duration
	}{
		{"never up", []func(context.Context, func(string)) error{session("", 1, failed)}, 1, ours, delays},
		{"up but not proved", []func(context.Context, func(string)) error{session(home, 10*second, failed)}, 10 * second, unreachable, delays},
		{"proved each time", []func(context.Context, func(string)) error{session(home, 10*second, failed)}, 10 * second, ours,
			[]time.Duration{250 * ms, 250 * ms, 250 * ms, 250 * ms}},
		{"ends without a word", []func(context.Context, func(string)) error{session("", 1, nil)}, 1, ours, delays},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &script{sessions: test.sessions}
				b := run(t, p, test.answer)
				b.at(10 * time.Minute)
				started := p.starts()
				if len(started) <= len(test.delays) {
					t.Fatalf("only %d sessions", len(started))
				}
				var jitter bool
				for i, want := range test.delays {
					got := started[i+1].Sub(started[i]) - test.life
					if got < want/2 || got > want {
						t.Errorf("retry %d after %v, want %v to %v", i+1, got, want/2, want)
					}
					jitter = jitter || got != want && got != want/2
				}
				if !jitter {
					t.Error("no chance in the delays")
				}
			})
		})
	}
}

// A payment that is about to be sent finds a link that has just tried, however long the last pause
// was to be.
func TestRetryForAPayment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &script{sessions: []func(context.Context, func(string)) error{session("", 1, errors.New("relay: connection refused"))}}
		b := run(t, p, ours)
		b.at(10 * time.Minute)
		before := len(p.starts())
		b.CheckNow()
		synctest.Wait()
		if after := len(p.starts()); after != before+1 {
			t.Errorf("%d sessions, and %d after a payment was announced", before, after)
		}
	})
}

func TestLinkDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failed := errors.New("relay: connection reset")
		b := run(t, &script{sessions: []func(context.Context, func(string)) error{
			session(home, 10*second, failed), session("", forever, nil),
		}}, ours)
		b.at(10 * second)
		b.wantState(StateDown)
		if got := b.Status().Err; got != failed {
			t.Errorf("Err %v, want %v", got, failed)
		}
		b.wantURL(home, 1, true) // the relay holds callbacks until we are back
		b.at(11 * second)
		b.wantState(StateConnecting)
		b.wantURL(home, 1, true)
		if got := b.Status().Err; got != failed {
			t.Errorf("Err %v, want %v until there is news", got, failed)
		}
		b.at(120 * second)
		b.wantProbes(0) // nothing to probe while there is no session
	})
}

func TestEpochs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failed := errors.New("relay: gone")
		b := run(t, &script{volatile: true, sessions: []func(context.Context, func(string)) error{
			session("https://a.example.com", 10*second, failed), // ends at 10 s
			session("https://b.example.com", 10*second, failed), // ends at 20 s and some
			session("https://b.example.com", 10*second, failed), // the same name again
			session("https://c.example.com", forever, nil),
		}}, ours)
		b.at(9 * second)
		b.wantURL("https://a.example.com", 1, true)
		b.at(10 * second)
		b.wantURL("", 1, false) // gone for good, at once
		b.at(11 * second)
		b.wantURL("https://b.example.com", 2, true)
		b.at(21 * second)
		b.wantURL("https://b.example.com", 2, true)
		b.at(40 * second)
		b.wantURL("https://c.example.com", 3, true)
	})
}

// A session's own URL is not given to Daraja before it is proved: the name may
// have been a stranger's, and a callback holds a customer's number.
func TestVolatileURLMustBeProved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := run(t, &script{volatile: true, sessions: []func(context.Context, func(string)) error{
			session("https://a.example.com", 10*second, nil), session("https://b.example.com", forever, nil),
		}}, ours)
		b.at(5 * second)
		b.net.set(unreachable)
		b.at(11 * second)
		b.wantState(StateChecking)
		b.wantURL("https://b.example.com", 2, false)
		b.net.set(ours)
		b.at(20 * second)
		b.wantURL("https://b.example.com", 2, true)
	})
}

func TestForbiddenURLEndsTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &script{volatile: true, sessions: []func(context.Context, func(string)) error{
			session("https://brave-executive.example.com", forever, nil), session(home, forever, nil),
		}}
		b := run(t, p, ours)
		b.at(0)
		b.wantState(StateDown)
		if err := b.Status().Err; err == nil || !strings.Contains(err.Error(), `"exec"`) {
			t.Errorf("Err %v does not name the word", err)
		}
		b.wantURL("", 0, false)
		b.at(1 * second)
		b.wantState(StateLive)
		b.wantURL(home, 1, true)
	})
}

func TestLinkBlocked(t *testing.T) {
	for _, volatile := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			blocked := fmt.Errorf("relay: %w", &BlockedError{Err: errors.New("the host key has changed: ask whoever runs the relay")})
			p := &script{volatile: volatile, sessions: []func(context.Context, func(string)) error{session(home, 10*second, blocked)}}
			b := run(t, p, ours)
			b.at(24 * time.Hour)
			b.CheckNow()
			b.Seen()
			b.at(25 * time.Hour)
			b.wantState(StateBlocked)
			if got := b.Status().Err; got != blocked {
				t.Errorf("Err %v", got)
			}
			if _, _, ok := b.URL(); ok {
				t.Error("a blocked link has a URL")
			}
			if got := len(p.starts()); got != 1 {
				t.Errorf("%d sessions, want 1", got)
			}
		})
	}
}

func TestLinkOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := run(t, Off(), ours)
		b.CheckNow()
		b.Seen()
		b.at(time.Hour)
		b.wantState(StateOff)
		b.wantURL("", 0, false)
		b.wantProbes()
	})
}

func TestCheckNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := run(t, &script{sessions: []func(context.Context, func(string)) error{session(home, forever, nil)}}, ours)
		b.at(10 * second)
		b.CheckNow()
		b.at(11 * second)
		b.net.set(silent)
		b.CheckNow() // fails at 16 s; the payment does not wait for it
		b.at(12 * second)
		b.CheckNow()
		b.CheckNow() // one more, as soon as the first is over
		b.at(15 * second)
		b.net.set(ours)
		b.at(40 * second)
		b.wantProbes(0, 10*second, 11*second, 16*second)
		b.wantState(StateLive)
	})
}

// An attempt is reachable by the URL that it was pushed with, or not at all.
func TestReaches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone := errors.New("relay: gone")
		b := run(t, &script{volatile: true, sessions: []func(context.Context, func(string)) error{
			session("https://a.example.com", 10*second, gone), session("https://a.example.com.evil.example", 10*second, gone), session("https://b.example.com", forever, nil),
		}}, ours)
		of := func(base string) string { return CallbackURL(base, known) }
		want := func(at time.Duration, callBackURL string, want bool) {
			t.Helper()
			b.at(at)
			if got := b.Reaches(callBackURL); got != want {
				t.Errorf("after %v: %s reaches the till: %t", at, callBackURL, got)
			}
		}
		want(9*second, of("https://a.example.com"), true)
		want(9*second, of("https://b.example.com"), false)
		want(9*second, "", false)
		want(10*second, of("https://a.example.com"), false) // no session
		want(11*second, of("https://a.example.com"), false) // another, with a longer name
		want(25*second, of("https://a.example.com"), false)
		want(25*second, of("https://b.example.com"), true)
	})
}

// The owner's URL reaches the till again once its session is back.
func TestReachesOwnURLWhileDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := run(t, &script{sessions: []func(context.Context, func(string)) error{session(home, 10*second, errors.New("gone")), session("", forever, nil)}}, ours)
		b.at(15 * second)
		b.wantState(StateConnecting)
		if !b.Reaches(CallbackURL(home, known)) {
			t.Error("an outage of the session makes a fixed URL an old one")
		}
	})
}

func TestOffline(t *testing.T) {
	failed := errors.New("no route to host")
	for _, test := range []struct {
		status Status
		want   bool // if Daraja fails too
	}{
		{Status{State: StateOff}, false},
		{Status{State: StateConnecting}, false}, // no trouble yet
		{Status{State: StateConnecting, Err: failed}, true},
		{Status{State: StateChecking, Err: failed}, true},
		{Status{State: StateDoubtful, Err: failed}, true},
		{Status{State: StateDown, Err: failed}, true},
		{Status{State: StateLive}, false},
		{Status{State: StateBlocked, Err: failed}, false}, // waits for a person, with internet or without
	} {
		if got := test.status.Offline(true); got != test.want {
			t.Errorf("%v: offline %t, want %t", test.status.State, got, test.want)
		}
		if test.status.Offline(false) {
			t.Errorf("%v: offline although Daraja answers", test.status.State)
		}
	}
}

func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := run(t, &script{sessions: []func(context.Context, func(string)) error{session(home, 10*second, errors.New("gone"))}}, ours)
		b.at(1 * second)
		statuses, cancel := b.Watch()
		other, cancelOther := b.Watch()
		defer cancelOther()
		if got := (<-statuses).State; got != StateLive {
			t.Errorf("first %v, want the present state", got)
		}
		b.at(5 * second)
		b.Seen()
		b.Seen()
		b.at(10 * second) // Live and Down were not received yet
		if got := (<-statuses).State; got != StateDown {
			t.Errorf("then %v, want the newest", got)
		}
		select {
		case got := <-statuses:
			t.Errorf("and %+v", got)
		default:
		}
		cancel()
		if got, open := <-statuses; open {
			t.Errorf("%+v after cancel", got)
		}
		b.at(30 * second)
		if got := (<-other).Epoch; got != 1 {
			t.Errorf("the other watcher got epoch %d", got)
		}
	})
}

func TestStateString(t *testing.T) {
	var got []string
	for s := StateOff; s <= StateBlocked+1; s++ {
		got = append(got, s.String())
	}
	want := []string{"off", "connecting", "checking", "live", "doubtful", "down", "blocked", "State(7)"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// The parts together, over real HTTP: a server, its static URL, a link.
func TestLinkOverLoopback(t *testing.T) {
	s := start(t, ServerConfig{Deliver: new(book).deliver})
	p, err := Static("http://" + s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	link := NewLink(p, LinkConfig{LocalAddr: s.Addr().String(), Proof: s.Proof})
	statuses, cancelWatch := link.Watch()
	defer cancelWatch()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		link.Run(ctx)
	}()
	tooLong := time.After(10 * time.Second)
	for live := false; !live; {
		select {
		case status := <-statuses:
			live = status.State == StateLive
		case <-tooLong:
			t.Fatalf("not live: %+v", link.Status())
		}
	}
	cancel()
	<-ended
}
