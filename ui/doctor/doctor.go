package doctor

import (
	"context"
	"io/fs"
	"net"
	"net/netip"
	"regexp"
	"runtime"
	"sync"
	"time"

	"kaunta/daraja"
	"kaunta/pos"
	"kaunta/ui/app/settings"
	"kaunta/ui/text"
)

// Patience is how long the whole of [Run] may take. It is longer than one request to Daraja takes
// at most.
const Patience = 18 * time.Second

// Status is what a check came to.
type Status string

// The statuses.
const (
	OK        Status = "ok"
	Warning   Status = "warning" // the till works, and something should be better
	Fault     Status = "fault"
	Unchecked Status = "unchecked" // and Says tells why
)

// Finding is what a check found, for a person.
type Finding struct {
	Name   string   // of the check, for programs: "keys"
	Title  pos.Text // of the check, for people
	Status Status
	Says   pos.Text // one sentence
	Fix    pos.Text // what to do; empty where there is nothing to do, and always under OK
}

// Ledger is what is known of the ledger file.
type Ledger struct {
	Found       bool
	HeldBy      string // who has it open for writing; empty: nobody
	Environment string // what it was made for; empty where it is held
	Unwritable  error  // why a till could not write it, though it can be read; nil: it could

	Trouble pos.Text // why a till takes no new payment with it at present; empty where it does

	Unused, Size int64 // how many bytes of its file hold nothing, and how many it has
}

// Terminal is the terminal at which the till would be shown.
type Terminal struct {
	Is            bool // someone sits at one
	Width, Height int  // in cells
}

// Parts are what this package cannot do by itself, since it knows neither ledger nor tunnel. All
// are required.
type Parts struct {
	// Ledger looks at the ledger. An error is why it cannot be used, in one sentence.
	Ledger func(s settings.Settings) (Ledger, error)

	// Reach opens the way that callbacks take, sends something along it through the internet, and
	// closes it again. The error says in one sentence why it did not arrive.
	Reach func(ctx context.Context, s settings.Settings) error

	// Free is the room that is left on the disk that holds a folder, in bytes.
	Free func(folder string) (uint64, error)
}

// Config names the till to check.
type Config struct {
	Parts
	Path     string // of the configuration file
	Settings settings.Settings
	Mistakes []settings.Mistake
	Getenv   func(string) string
	Terminal Terminal
	System   fs.FS // the root of the file system, for /proc

	Go  string           // Go version of the build; empty: this one's
	Now func() time.Time // nil: time.Now
	// nil: the system's resolver
	Resolve func(ctx context.Context, host string) (a []netip.Addr, _ error)
}

type check struct {
	name  string
	title pos.Text
	look  func(context.Context, *examiner) Finding
}

// Run looks at everything, and returns a finding for each check.
func Run(ctx context.Context, p Config) []Finding {
	if p.Now == nil {
		p.Now = time.Now
	}
	if p.Go == "" {
		p.Go = runtime.Version()
	}
	if p.Resolve == nil {
		p.Resolve = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	x := examine(ctx, p)
	findings := make([]Finding, len(checks))
	var work sync.WaitGroup
	for i, c := range checks {
		work.Go(func() {
			f := c.look(ctx, x)
			f.Name, f.Title = c.name, c.title
			findings[i] = f
		})
	}
	work.Wait()
	return findings
}

// examiner is one run: its configuration, and what several checks need to know, found out once.
type examiner struct {
	Config
	token func() daraja.Answer
	query func() daraja.Answer // to be asked only where there is a token
	port  func() Finding
	local func() string // the address at which a till listens for callbacks, or ""
}

func examine(ctx context.Context, p Config) *examiner {
	x := &examiner{Config: p}
	client, err := daraja.New(p.Settings.Client())
	x.token = sync.OnceValue(func() daraja.Answer {
		if err != nil {
			return daraja.Answer{Verdict: daraja.VerdictConfiguration, NotSent: true}
		}
		a, _ := client.Authenticate(ctx)
		return a
	})
	x.query = sync.OnceValue(func() daraja.Answer {
		a, _ := client.STKQuery(ctx, noPayment)
		client.Close()
		return a
	})
	x.local = sync.OnceValue(func() string { return tillAt(ctx, p.Settings.Callback.Listen) })
	x.port = sync.OnceValue(x.lookAtPort)
	return x
}

func ok(says pos.Text) Finding           { return Finding{Status: OK, Says: says} }
func unchecked(says pos.Text) Finding    { return Finding{Status: Unchecked, Says: says} }
func warning(says, fix pos.Text) Finding { return Finding{Status: Warning, Says: says, Fix: fix} }
func fault(says, fix pos.Text) Finding   { return Finding{Status: Fault, Says: says, Fix: fix} }

// prefixed finds the names of packages before an error's text.
var prefixed = regexp.MustCompile(`^((store|tunnel( [a-z]+)?|daraja|callback address): )+`)

// sentence makes a whole sentence of an error's text.
func sentence(text string) string {
	return settings.Sentence(prefixed.ReplaceAllString(text, ""))
}

// who answers where the settings send questions: Safaricom, or a simulator.
func (x *examiner) who() pos.Text {
	if x.Settings.Environment == settings.Training {
		return text.Both("The simulator", "Simulator")
	}
	return text.Both("Safaricom", "Safaricom")
}
