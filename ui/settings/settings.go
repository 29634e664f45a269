package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/adrg/xdg"

	"kaunta/daraja"
)

// The environments. Payments of one are never mixed with those of another in a ledger.
const (
	Training   = "training" // the built-in simulator, or another one on this machine
	Sandbox    = "sandbox"  // Safaricom's
	Production = "production"
)

// Settings is everything that can be set. The zero value is not usable: Load makes one.
type Settings struct {
	Shop        string   `toml:"shop"`
	Environment string   `toml:"environment"` // sandbox or production
	Language    string   `toml:"language"`    // en or sw
	Ledger      string   `toml:"ledger"`      // path of the ledger file
	Daraja      Daraja   `toml:"daraja"`
	Callback    Callback `toml:"callback"`
	Limits      Limits   `toml:"limits"`
}

// Daraja is the shop's account with Safaricom.
type Daraja struct {
	ConsumerKey    daraja.Secret `toml:"consumer_key"`
	ConsumerSecret daraja.Secret `toml:"consumer_secret"`
	Passkey        daraja.Secret `toml:"passkey"`
	ShortCode      string        `toml:"short_code"` // BusinessShortCode
	Till           string        `toml:"till"`       // Buy Goods till number; empty: Pay Bill
	URL            string        `toml:"url"`        // empty: Safaricom's own, by environment
}

// Callback is how Safaricom reaches this till.
type Callback struct {
	Listen    string `toml:"listen"`     // address to listen on
	PublicURL string `toml:"public_url"` // empty: nobody can reach it, so results come by query only
}

// Limits are the shop's own.
type Limits struct {
	MaxAmount    int64         `toml:"max_amount"`    // KES in one payment
	RetypeAbove  int64         `toml:"retype_above"`  // KES above which the amount is typed twice
	ConfirmAbove int64         `toml:"confirm_above"` // KES above which PAID needs both witnesses; 0: never
	QueryEvery   time.Duration `toml:"query_every"`   // least time between two queries; 0: by environment
}

// The public test account of Safaricom's sandbox (its documentation), which the simulator takes too.
const (
	sandboxShortCode = "174379"
	sandboxPasskey   = "bfb279f9aa9bdbcf158e97dd71a467cd2e0c893059b10f78e6b72ada1ed2c919"
)

// DefaultPath is where the configuration file is looked for.
func DefaultPath() string { return filepath.Join(xdg.ConfigHome, "kaunta", "kaunta.toml") }

// LedgerPath is where the ledger of a name is kept unless the owner says otherwise.
func LedgerPath(name string) string {
	return filepath.Join(xdg.DataHome, "kaunta", name+".ledger")
}

// ErrNoAccount is returned by CheckAccount where neither file nor environment names a Daraja account.
var ErrNoAccount = errors.New("no Daraja account is configured: set MPESA_CONSUMER_KEY, MPESA_CONSUMER_SECRET, MPESA_SHORTCODE and MPESA_PASSKEY, " +
	"or write them to the configuration file; `kaunta demo` needs none of it")

// CheckAccount returns ErrNoAccount where there is no account to take payments with; the ledger can be read without.
func (s Settings) CheckAccount() error {
	if s.Daraja.ConsumerKey == "" && s.Daraja.ConsumerSecret == "" {
		return ErrNoAccount
	}
	return nil
}

// Load reads the file at path, or the default one where path is empty (it may then be absent), and lays the
// environment over it. Each error is one plain sentence.
func Load(path string, getenv func(string) string) (Settings, error) {
	s := Settings{
		Shop: "Kaunta", Environment: Sandbox, Language: "en",
		Limits: Limits{MaxAmount: 250_000, RetypeAbove: 10_000},
	}
	if err := s.readFile(path); err != nil {
		return Settings{}, err
	}
	s.readEnvironment(getenv)
	if err := s.complete(); err != nil {
		return Settings{}, err
	}
	return s, nil
}

func (s *Settings) readFile(path string) error {
	optional := path == ""
	if optional {
		path = DefaultPath()
	}
	info, err := os.Stat(path)
	switch {
	case optional && errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("the configuration file cannot be read: %w", err)
	case info.IsDir():
		return fmt.Errorf("the configuration file %s is a folder: name a file", path)
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("the configuration file %s can be read by others: run chmod 600 on it", path)
	}
	meta, err := toml.DecodeFile(path, s)
	if err != nil {
		return fmt.Errorf("the configuration file %s is not understood: %s", path, tomlFault(err))
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return fmt.Errorf("the configuration file %s has an unknown key %q: correct or remove it", path, unknown[0].String())
	}
	return nil
}

// tomlFault says where a TOML file is wrong without quoting what stands there, which may be a secret.
func tomlFault(err error) string {
	var parse toml.ParseError
	switch {
	case !errors.As(err, &parse):
		return "it cannot be read to its end"
	case parse.LastKey != "":
		return fmt.Sprintf("look at line %d, at or after %s", parse.Position.Line, parse.LastKey)
	default:
		return fmt.Sprintf("look at line %d", parse.Position.Line)
	}
}

func (s *Settings) readEnvironment(getenv func(string) string) {
	set := func(name string, field *string) {
		if v := strings.TrimSpace(getenv(name)); v != "" {
			*field = v
		}
	}
	set("MPESA_CONSUMER_KEY", (*string)(&s.Daraja.ConsumerKey))
	set("MPESA_CONSUMER_SECRET", (*string)(&s.Daraja.ConsumerSecret))
	set("MPESA_PASSKEY", (*string)(&s.Daraja.Passkey))
	set("MPESA_SHORTCODE", &s.Daraja.ShortCode)
	set("MPESA_TILL", &s.Daraja.Till)
	set("MPESA_ENVIRONMENT", &s.Environment)
	set("KAUNTA_DARAJA_URL", &s.Daraja.URL)
	set("KAUNTA_CALLBACK_LISTEN", &s.Callback.Listen)
	set("KAUNTA_PUBLIC_URL", &s.Callback.PublicURL)
	set("KAUNTA_LEDGER", &s.Ledger)
}

// complete checks what was set and fills in what follows from it.
func (s *Settings) complete() error {
	switch s.Environment = strings.ToLower(s.Environment); s.Environment {
	case Sandbox, Production:
	default:
		return fmt.Errorf("the environment %q is not known: it is sandbox or production", s.Environment)
	}
	if s.Language != "en" && s.Language != "sw" {
		return fmt.Errorf("the language %q is not known: it is en or sw", s.Language)
	}
	if s.Limits.MaxAmount < 1 || s.Limits.MaxAmount > 250_000 {
		return fmt.Errorf("max_amount is %d: M-PESA takes 1 to 250000 in one payment", s.Limits.MaxAmount)
	}
	if s.Limits.RetypeAbove < 0 || s.Limits.ConfirmAbove < 0 || s.Limits.QueryEvery < 0 {
		return errors.New("retype_above, confirm_above and query_every cannot be negative")
	}
	if q := s.Limits.QueryEvery; q != 0 && q < time.Second {
		return errors.New(`query_every is less than a second: write it with its unit, such as "13s"`)
	}
	simulated := isLoopback(s.Daraja.URL)
	if simulated {
		s.simulated()
	}
	if s.Daraja.URL == "" {
		s.Daraja.URL = daraja.SandboxURL
		if s.Environment == Production {
			s.Daraja.URL = daraja.ProductionURL
		}
	}
	if s.Environment == Sandbox {
		orElse(&s.Daraja.ShortCode, sandboxShortCode)
		orElse((*string)(&s.Daraja.Passkey), sandboxPasskey)
	}
	if s.Limits.QueryEvery == 0 {
		s.Limits.QueryEvery = map[string]time.Duration{
			Training: time.Second, Sandbox: 13 * time.Second, Production: 2 * time.Second,
		}[s.Environment]
	}
	if s.Callback.Listen == "" {
		s.Callback.Listen = "127.0.0.1:8180"
		if simulated {
			s.Callback.Listen = "127.0.0.1:0"
		}
	}
	if s.Ledger == "" {
		name := s.Environment
		if simulated {
			name = "simulator"
		}
		s.Ledger = LedgerPath(name)
	}
	return nil
}

// simulated says what goes without saying where Daraja is a simulator on this machine: no money is real there, any
// account will do, and it can reach the till at its own address.
func (s *Settings) simulated() {
	s.Environment = Training
	orElse((*string)(&s.Daraja.ConsumerKey), "simulator")
	orElse((*string)(&s.Daraja.ConsumerSecret), "simulator")
	orElse(&s.Daraja.ShortCode, sandboxShortCode)
	orElse((*string)(&s.Daraja.Passkey), sandboxPasskey)
}

func orElse(field *string, value string) {
	if *field == "" {
		*field = value
	}
}

func isLoopback(rawURL string) bool {
	u, err := url.Parse(rawURL)
	if err != nil {
		return false
	}
	if u.Hostname() == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(u.Hostname())
	return err == nil && addr.IsLoopback()
}

// ForSimulator are the settings of the practice till: the simulator at url, and a ledger of its own.
func ForSimulator(url string) Settings {
	s := Settings{
		Shop: "Duka la Mazoezi", Environment: Sandbox, Language: "en", Ledger: LedgerPath("training"),
		Daraja: Daraja{URL: url},
		Limits: Limits{MaxAmount: 250_000, RetypeAbove: 10_000},
	}
	if err := s.complete(); err != nil {
		panic(err) // the values above are right whatever the url
	}
	return s
}
