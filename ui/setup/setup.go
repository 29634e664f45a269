package setup

import (
	"context"
	"errors"
	"io"

	"kaunta/pos"
	"kaunta/ui/app/settings"
	"kaunta/ui/text"
)

// Choice is what the owner wants to happen after the form.
type Choice uint8

// The choices.
const (
	Leave    Choice = iota // nothing was written, or nothing more is wanted
	Practise               // the till on the simulator; nothing was written
	Open                   // the till
	Examine                // the doctor, and then the till
)

// Verdict is what Safaricom says of an answer.
type Verdict struct {
	Good bool
	Says pos.Text // one sentence
}

// HostKey is a key by which the relay proves to be itself.
type HostKey struct {
	Kind        string // such as ssh-ed25519
	Fingerprint string // SHA256:…, as the server itself shows it
	Line        string // for a known_hosts file, without a line end
}

// Parts are what this package cannot do by itself, since it knows no tunnel.
type Parts struct {
	// Key returns the public half of this till's ssh key at path, which it makes where there is
	// none.
	Key func(path string) (publicLine string, err error)

	// HostKeys asks a server for the keys by which it proves to be itself.
	HostKeys func(ctx context.Context, server string) ([]HostKey, error)

	// Relay is the recipe for the server's side.
	Relay func(s settings.Settings) (string, error)
}

// Config is what the form cannot be without.
type Config struct {
	Parts

	Path string // of the configuration file

	// Account asks Safaricom whether it takes the keys, and whether short code and passkey look
	// right.
	Account func(ctx context.Context, s settings.Settings) (keys, passkey Verdict)

	Getenv  func(string) string
	Environ []string // TERM, NO_COLOR, LANG …
	Input   io.Reader
	Output  io.Writer
	Plain   bool // line by line, for screen readers and simple terminals
	ASCII   bool // nothing but ASCII; so too where the locale is not UTF-8
}

// Run asks, and writes the configuration file if the owner wants it. To leave is no error.
func Run(ctx context.Context, cfg Config) (Choice, error) {
	w := newWizard(ctx, cfg)
	choice, err := w.run()
	if errors.Is(err, errLeft) {
		w.say(text.Both("Nothing was written.", "Hakuna kilichoandikwa."))
		return Leave, nil
	}
	return choice, err
}
