//go:build unix

package setup

import (
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"

	"kaunta/ui/app/settings"
	"kaunta/ui/text"
)

// owner sits at a real pseudo-terminal before the form.
type owner struct {
	*testing.T
	cfg    Config
	end    context.CancelFunc
	tty    *os.File // the owner's side
	choice Choice
	err    error
	done   chan struct{} // closed when the form has ended

	mu      sync.Mutex // guards what is drawn
	screen  *vt.Emulator
	all     []byte
	changed chan struct{} // closed when something was drawn
}

// wrongPasskey looks like a passkey.
var wrongPasskey = strings.Repeat("0badcafe", 8)

// sit starts the form in a window. Safaricom takes any key but "wrong", and any passkey but
// wrongPasskey.
func sit(t *testing.T, width, height int, change func(*Config)) *owner {
	t.Helper()
	if raced {
		t.Skip("without the race detector: the terminal library closes its reader while it is read")
	}
	o := &owner{T: t, screen: vt.NewEmulator(width, height), changed: make(chan struct{}), done: make(chan struct{})}
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(master, &pty.Winsize{Rows: uint16(height), Cols: uint16(width)}); err != nil {
		t.Fatal(err)
	}
	o.tty = master
	env := map[string]string{"TERM": "xterm-256color", "LANG": "C.UTF-8"}
	o.cfg = Config{
		Path: filepath.Join(t.TempDir(), "kaunta", "kaunta.toml"), Input: slave, Output: slave,
		Getenv: func(name string) string { return env[name] }, Environ: []string{"TERM=xterm-256color", "LANG=C.UTF-8"},
		Account: func(_ context.Context, s settings.Settings) (Verdict, Verdict) {
			say := func(good bool, what string) Verdict {
				return Verdict{good, text.Both(what+map[bool]string{true: " taken.", false: " refused."}[good], what+".")}
			}
			return say(s.Daraja.ConsumerKey != "wrong", "Keys"), say(s.Daraja.Passkey.Reveal() != wrongPasskey, "Passkey")
		},
		Parts: Parts{
			Key:      func(path string) (string, error) { return "ssh-ed25519 AAAA kaunta", settings.Save(path, "private") },
			HostKeys: hostKeys,
		},
	}
	if change != nil {
		change(&o.cfg)
	}
	ctx, cancel := context.WithCancel(context.Background())
	o.end = cancel
	go func() {
		defer close(o.done)
		o.choice, o.err = Run(ctx, o.cfg)
	}()
	go func() { _, _ = io.Copy(master, o.screen) }() // what the terminal answers to questions
	go func() {
		buffer := make([]byte, 4096)
		for {
			n, err := master.Read(buffer)
			if err != nil {
				return
			}
			o.mu.Lock()
			_, _ = o.screen.Write(buffer[:n])
			o.all = append(o.all, buffer[:n]...)
			close(o.changed)
			o.changed = make(chan struct{})
			o.mu.Unlock()
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-o.done
		// not the slave: the library may still be reading it for a moment, and finds its end so
		_ = master.Close()
		_ = o.screen.InputPipe().(io.Closer).Close()
	})
	return o
}

func hostKeys(_ context.Context, server string) ([]HostKey, error) {
	if strings.HasPrefix(server, "absent") {
		return nil, errors.New("the server does not answer")
	}
	return []HostKey{{"ssh-ed25519", "SHA256:abcdef", server + " ssh-ed25519 AAAA"}}, nil
}

// see waits until the screen shows text.
func (o *owner) see(text string) {
	o.Helper()
	patience := time.After(20 * time.Second)
	for {
		o.mu.Lock()
		changed, shown := o.changed, o.screen.String()
		o.mu.Unlock()
		if strings.Contains(shown, text) {
			return
		}
		select {
		case <-changed:
		case <-patience:
			select {
			case <-o.done:
				o.Fatalf("the form ended with %v, %v, before %q appeared", o.choice, o.err, text)
			default:
			}
			o.Fatalf("%q does not appear on the screen:\n%s", text, shown)
		}
	}
}

// go through: what must be seen, and what is then typed, in turn.
func (o *owner) through(script ...string) {
	o.Helper()
	for i := 0; i < len(script); i += 2 {
		o.see(script[i])
		if _, err := io.WriteString(o.tty, script[i+1]); err != nil {
			o.Fatal(err)
		}
	}
}

// ended waits for the end of the form.
func (o *owner) ended(choice Choice) {
	o.Helper()
	select {
	case <-o.done:
	case <-time.After(30 * time.Second):
		o.Fatal("the form does not end")
	}
	if o.err != nil || o.choice != choice {
		o.Errorf("the form ended with %v, %v, want %v", o.choice, o.err, choice)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if strings.Contains(string(o.all), "canary") {
		o.Error("a secret was drawn")
	}
}

func (o *owner) written() settings.Values {
	o.Helper()
	v, err := settings.ReadValues(o.cfg.Path)
	if err != nil {
		o.Fatal(err)
	}
	return v
}

func (o *owner) nothingWritten() {
	o.Helper()
	if entries, err := os.ReadDir(filepath.Dir(o.cfg.Path)); err == nil {
		o.Errorf("something was written: %v", entries)
	}
}

// sandbox are the steps of a sandbox till up to the question of the way.
var sandbox = []string{
	"Unaanzaje?", "2\r", "Language / Lugha", "\r", "The shop's name", "Duka la Mama\r",
	"Consumer key", "canary-key\r", "Shift-Tab", "canary-secret\r", "Keys taken.", "", "174379", "\r",
}

// the rest of them, where there is nothing more to say.
var rest = []string{"Most in one payment", "\r", "Shift-Tab", "\r", "Write it", "\r", "And now?", "2\r"}

func TestSandbox(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{80, 24}, {40, 12}} {
		o := sit(t, size[0], size[1], nil)
		o.through(sandbox...)
		o.through("How does Safaricom reach", "\r")
		o.through(rest...)
		o.ended(Open)
		v := o.written()
		if v.Text("daraja.consumer_key") != "canary-key" || v.Text("daraja.consumer_secret") != "canary-secret" || v.Text("shop") != "Duka la Mama" ||
			v.Text("environment") != "sandbox" || v.Text("callback.reach") != "off" || v["limits.max_amount"] != int64(250_000) {
			t.Errorf("written: %v of %#v", slices.Sorted(maps.Keys(v)), v)
		}
		text, err := os.ReadFile(o.cfg.Path)
		if err != nil || !strings.Contains(string(text), "# Kaunta's configuration") {
			t.Errorf("the comments are lost: %v", err)
		}
	}
}

// TestLive: a key that is refused is typed again, one that is not is kept, real money needs a word,
// and the whole is in Kiswahili.
func TestLive(t *testing.T) {
	t.Parallel()
	o := sit(t, 80, 24, nil)
	o.through("Unaanzaje?", "3\r", "Language / Lugha", "2\r", "Jina la duka", "Duka\r",
		"Consumer key", "wrong\r", "Shift-Tab", "canary-secret\r", "× Keys.", "", "Weka tena", "\r",
		"Consumer key", "canary-key\r", "Enter inabakisha iliyopo.", "\r", "✓ Keys.", "",
		"Wateja wanalipa wapi?", "2\r", "Namba ya till", "12\r", "Weka tarakimu", "\x7f\x7f5001234\r", "Shift-Tab", "600100\r",
		"Passkey", wrongPasskey+"\r", "× Passkey.", "", "Sasa je?", "2\r",
		"Safaricom itaifikiaje", "2\r", "Anwani ya nje ya https", "http://till.example.com\r", "Ianze na https://", "\x15https://till.example.com\r", "Shift-Tab", "\r",
		"Kiasi cha juu", "\r", "Shift-Tab", "\r",
		"HALISI: pesa halisi zitaenda 5001234", "ndiyo\r", "bonyeza Esc kuondoka", "\x15halisi\r", "Na sasa?", "\r")
	o.ended(Examine)
	v := o.written()
	if v.Text("environment") != "production" || v.Text("daraja.till") != "5001234" || v.Text("daraja.short_code") != "600100" ||
		v.Text("callback.public_url") != "https://till.example.com" || v.Text("daraja.consumer_key") != "canary-key" || v.Text("language") != "sw" {
		t.Errorf("written: %#v", map[string]any(v))
	}
	if s, err := settings.Load(o.cfg.Path, func(string) string { return "" }); err != nil || !s.ProductionInFile {
		t.Errorf("what was written does not load: %v", err)
	}
}

// TestPasskey: what cannot be a passkey is refused, what does not look like one is asked about, and
// a whole one is taken.
func TestPasskey(t *testing.T) {
	t.Parallel()
	o := sit(t, 80, 24, nil)
	half, whole := "canary"+strings.Repeat("0", 26), "canary"+strings.Repeat("0", 58)
	o.through("Unaanzaje?", "3\r", "Language / Lugha", "1\r", "The shop's name", "Duka\r",
		"Consumer key", "canary-key\r", "Shift-Tab", "canary-secret\r", "Keys taken.", "",
		"What do customers pay to?", "1\r", "Pay Bill number", "600100\r",
		"Safaricom sent it", "short\r", "too short for a passkey", "\x15"+half+"\r",
		"does not look like a passkey: it has 32 characters", "", "Use it anyway?", "1\r",
		"64 letters and digits; Safaricom sent it", half+"\r", "Use it anyway?", "2\r", "Passkey taken.", "", "How does Safaricom", "")
	o.end()
	o.ended(Leave)
	o.nothingWritten()

	o = sit(t, 40, 12, nil)
	o.through("Unaanzaje?", "3\r", "Language / Lugha", "1\r", "The shop's name", "Duka\r",
		"Consumer key", "canary-key\r", "Shift-Tab", "canary-secret\r", "Keys taken.", "",
		"What do customers pay to?", "1\r", "Pay Bill number", "600100\r", "64 letters and digits", whole+"\r", "Passkey taken.", "", "How does", "\r",
		"Most in one payment", "\r", "Shift-Tab", "\r", "Type LIVE", "600100\r", "And now?", "2\r")
	o.ended(Open)
	if v := o.written(); v.Text("daraja.passkey") != whole {
		t.Errorf("written: %#v", map[string]any(v))
	}
}

// TestWays: each way asks for what it needs, and what it writes is a configuration that loads.
func TestWays(t *testing.T) {
	t.Parallel()
	for way, script := range map[string][]string{
		"acme": {"How does", "3\r", "Name of this machine", "till.example.com\r", "Shift-Tab", "owner@example.com\r"},
		"ssh": {"How does", "4\r", "Your server", "absent.example.com\r", "Shift-Tab", "\x15duka\r", "Public https", "https://shop.example.com\r",
			"does not answer", "", "again", "\r", "Your server", "\x15relay.example.com\r", "Shift-Tab", "\r", "Public https", "\r",
			"SHA256:abcdef", "", "show the same", "1\r"},
		"cloudflared": {"How does", "5\r", "Which tunnel?", "2\r", "The tunnel's token", "canary-token\r", "Shift-Tab", "https://shop.example.com\r"},
	} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			o := sit(t, 80, 24, nil)
			o.through(sandbox...)
			o.through(script...)
			o.through(rest...)
			o.ended(Open)
			s, err := settings.Load(o.cfg.Path, func(string) string { return "" })
			if err != nil || s.Callback.Reach != way {
				t.Errorf("written: %v, %+v", err, s.Callback)
			}
			if way != "ssh" {
				return
			}
			known, err := os.ReadFile(s.Callback.SSH.KnownHostsFile)
			if err != nil || string(known) != "relay.example.com:22 ssh-ed25519 AAAA\n" || s.Callback.SSH.User != "duka" {
				t.Errorf("the server's key: %q, %v, %+v", known, err, s.Callback.SSH)
			}
			if key, err := os.ReadFile(s.Callback.SSH.KeyFile); err != nil || string(key) != "private" {
				t.Errorf("the till's key: %q, %v", key, err)
			}
		})
	}
}

// TestLeaving: Esc, Ctrl-C, "Leave" and the end of the program leave nothing behind.
func TestLeaving(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"\x1b", "\x03"} {
		o := sit(t, 80, 24, nil)
		o.through(sandbox[:8]...)
		o.through("Shift-Tab", key)
		o.see("Nothing was written.")
		o.ended(Leave)
		o.nothingWritten()
	}
	o := sit(t, 80, 24, nil)
	o.through(sandbox...)
	o.through("How does", "\r", "Most in one payment", "\r", "Shift-Tab", "\r", "Write it", "2\r")
	o.ended(Leave)
	o.nothingWritten()

	o = sit(t, 80, 24, nil)
	o.through("Unaanzaje?", "1\r")
	o.ended(Practise)
	o.nothingWritten()

	o = sit(t, 80, 24, nil)
	o.through(sandbox[:6]...)
	o.see("Consumer key")
	o.end()
	o.ended(Leave)
	o.nothingWritten()
}

// TestAgain: a configuration that is there is changed where something was typed, kept where not,
// and stays as .bak.
func TestAgain(t *testing.T) {
	t.Parallel()
	old := "shop = \"Duka\"\n[daraja]\nconsumer_key = \"canary-old\"\nconsumer_secret_file = \"secret\"\n[records]\nbackup_folder = \"/srv/backup\"\n"
	o := sit(t, 80, 24, func(c *Config) {
		if err := errors.Join(settings.Save(c.Path, old), settings.Save(filepath.Join(filepath.Dir(c.Path), "secret"), "canary")); err != nil {
			t.Fatal(err)
		}
	})
	o.through("There is a configuration already", "", "Unaanzaje?", "2\r", "Language / Lugha", "\r", "> Duka", " la Mama\r",
		"Enter keeps", "canary-new\r", "Shift-Tab", "\r", "Keys taken.", "", "174379", "\r", "How does", "\r")
	o.through(rest...)
	o.ended(Open)
	v := o.written()
	if v.Text("shop") != "Duka la Mama" || v.Text("daraja.consumer_key") != "canary-new" || v.Text("daraja.consumer_secret_file") != "secret" ||
		v.Text("records.backup_folder") != "/srv/backup" {
		t.Errorf("written: %#v", map[string]any(v))
	}
	if bak, err := os.ReadFile(o.cfg.Path + ".bak"); err != nil || string(bak) != old {
		t.Errorf("the old file: %q, %v", bak, err)
	}
}

// shows fails unless the screen shows each of the texts, and none of gone.
func (o *owner) shows(gone string, texts ...string) {
	o.Helper()
	o.mu.Lock()
	shown := o.screen.String()
	o.mu.Unlock()
	joined := strings.Join(strings.Fields(shown), " ") // a text may be broken
	for _, text := range texts {
		if !strings.Contains(joined, text) {
			o.Errorf("the screen does not show %q:\n%s", text, shown)
		}
	}
	if gone != "" && strings.Contains(joined, gone) {
		o.Errorf("%q stays on the screen:\n%s", gone, shown)
	}
}

// TestPages: the steps are counted, what is done leaves a short line and no more, and the last page
// names all that is written, in every window and language, with and without colours and beyond
// ASCII.
func TestPages(t *testing.T) {
	t.Parallel()
	type look struct {
		width, height int
		language      string
		environ       []string
		ascii         bool
	}
	for _, l := range []look{
		{80, 24, "1", nil, false}, {40, 12, "1", nil, false}, {80, 24, "2", []string{"NO_COLOR=1"}, false}, {40, 12, "2", []string{"NO_COLOR=1"}, false}, {80, 24, "1", nil, true},
	} {
		folder, err := os.MkdirTemp("", "k") // a short path, as an owner's is
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(folder) })
		o := sit(t, l.width, l.height, func(c *Config) {
			c.Path, c.Environ, c.ASCII = filepath.Join(folder, "kaunta", "kaunta.toml"), append(c.Environ, l.environ...), l.ascii
		})
		of, way := "of", "Shop: Duka la Mama"
		if l.language == "2" {
			of, way = "kati ya", "Duka: Duka la Mama"
		}
		o.through("1 of 6", "", "Unaanzaje?", "3\r", "Language / Lugha", l.language+"\r", map[string]string{"1": "The shop's name", "2": "Jina la duka"}[l.language], "Duka la Mama\r", "2 "+of+" 6", "")
		o.see("Consumer key")
		o.shows("Unaanzaje?", "Kaunta", map[string]string{"1": "LIVE", "2": "HALISI"}[l.language])
		if l.height >= roomy {
			o.shows("Lugha / ", way)
		}
		o.through("Consumer key", "canary-key\r", "Shift-Tab", "canary-secret\r", "3 "+of+" 6", "", "Buy Goods", "2\r", map[string]string{"1": "Till number, which", "2": "Namba ya till wanayolipia"}[l.language], "5001234\r", "Shift-Tab", "600100\r",
			"64", "canary"+strings.Repeat("0", 58)+"\r", "4 "+of+" 6", "", "cloudflared", "2\r", map[string]string{"1": "Public https", "2": "Anwani ya nje ya https"}[l.language], "https://till.example.com\r", "Shift-Tab", "\r",
			"5 "+of+" 6", "", "250000", "\r", "Shift-Tab", "\r", "6 "+of+" 6", "", map[string]string{"1": "Type LIVE", "2": "Weka HALISI"}[l.language], "")
		o.see(map[string]string{"1": "Enter next", "2": "Enter endelea"}[l.language])
		o.shows("127.0.0.1:8180]", "Duka la Mama", map[string]string{"1": "LIVE", "2": "HALISI"}[l.language], "5001234", "600100", "https://till.example.com > 127.0.0.1:8180", "KES 250,000", "KES 10,000", "kaunta.toml")
		if colours := strings.Contains(string(o.drawnSoFar()), "\x1b[38;"); colours != (l.environ == nil) {
			t.Errorf("%v: colours are drawn: %v", l.environ, colours)
		}
		if l.ascii {
			for _, r := range string(o.drawnSoFar()) {
				if r > 0x7e && r != '•' { // which the form's own help has
					t.Fatalf("%q is drawn", r)
				}
			}
		}
		o.end()
		o.ended(Leave)
		o.nothingWritten()
	}
}

func (o *owner) drawnSoFar() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]byte(nil), o.all...)
}

// TestPlain: line by line, with secrets that are not echoed, and left with Ctrl-D.
func TestPlain(t *testing.T) {
	t.Parallel()
	o := sit(t, 80, 60, func(c *Config) { c.Plain = true })
	o.through("1 of 6: The shop", "", "Unaanzaje?", "", "between 1 and 3:", "2\n", "Kiswahili", "", "between 1 and 2:", "1\n", "The shop's name", "Duka\n",
		"2 of 6: Keys", "", "Consumer key:", "typo\x15canary-kez\x7fy\r", "Consumer secret:", "\r", "it is not shown", "canary-secret\r", "Keys taken.", "", "What do customers pay to?", "1\n",
		"How does Safaricom", "1\n", "Most in one payment", "\n", "Type the amount twice", "\n", "6 of 6", "", "Safaricom reaches Kaunta: not at all", "", "Most in one payment: KES 250,000", "", "kaunta.toml", "", "2. Leave", "1\n", "And now?", "2\n")
	o.ended(Open)
	if v := o.written(); v.Text("daraja.consumer_secret") != "canary-secret" || v["limits.max_amount"] != int64(250_000) {
		t.Errorf("written: %#v", map[string]any(v))
	}

	o = sit(t, 80, 24, func(c *Config) { c.Plain = true })
	o.through("between 1 and 3:", "2\n", "between 1 and 2:", "1\n", "The shop's name", "\x04")
	o.ended(Leave)
	o.nothingWritten()
}

func TestConfirms(t *testing.T) {
	d := settings.Daraja{ShortCode: "600100", Till: "5001234"}
	for typed, want := range map[string]bool{"LIVE": true, " halisi ": true, "600100": true, "5001234": true, "": false, "yes": false, "60010": false} {
		if Confirms(typed, d) != want {
			t.Errorf("%q: %v", typed, !want)
		}
	}
	if Confirms("", settings.Daraja{}) {
		t.Error("nothing typed confirms where there is no till")
	}
}
