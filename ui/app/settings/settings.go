package settings

import (
	"errors"
	"net/netip"
	"path/filepath"
	"time"

	"github.com/adrg/xdg"

	"kaunta/daraja"
)

// The environments. Payments of one are never mixed with those of another in a ledger.
const (
	Training   = "training" // the built-in simulator, or another one on this machine
	Sandbox    = "sandbox"  // Safaricom's
	Production = "production"
)

// The ways in which Safaricom reaches this till: the values of callback.reach.
const (
	ReachOff         = "off"         // nobody can reach it: results come by query only
	ReachStatic      = "static"      // public_url leads to listen: the owner's proxy or port-forward
	ReachACME        = "acme"        // this machine has a public address and serves HTTPS itself
	ReachSSH         = "ssh"         // through the owner's own small server
	ReachCloudflared = "cloudflared" // through Cloudflare's program
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
	Records     Records  `toml:"records"`
	Log         Log      `toml:"log"`

	// ProductionInFile says that the configuration file itself asks for production, which its owner
	// wrote on purpose, and not only a variable of the environment.
	ProductionInFile bool `toml:"-"`

	// ClockIsRight is a person's word that the clock is right though the ledger bears later dates.
	// It is for one start, so the environment has it and not the file.
	ClockIsRight bool `toml:"-"`
}

// Daraja is the shop's account with Safaricom. Each secret can stand in a file of its own instead,
// which is read into it.
type Daraja struct {
	ConsumerKey        daraja.Secret `toml:"consumer_key"`
	ConsumerKeyFile    string        `toml:"consumer_key_file"`
	ConsumerSecret     daraja.Secret `toml:"consumer_secret"`
	ConsumerSecretFile string        `toml:"consumer_secret_file"`
	Passkey            daraja.Secret `toml:"passkey"`
	PasskeyFile        string        `toml:"passkey_file"`
	ShortCode          string        `toml:"short_code"` // BusinessShortCode
	Till               string        `toml:"till"`       // Buy Goods till number; empty: Pay Bill
	URL                string        `toml:"url"`        // empty: Safaricom's own, by environment
}

// Callback is how Safaricom reaches this till.
type Callback struct {
	Reach          string      `toml:"reach"`           // one of the Reach constants
	Listen         string      `toml:"listen"`          // address to listen on
	PublicURL      string      `toml:"public_url"`      // empty: none, or found by the way
	Sources        []string    `toml:"sources"`         // of callbacks; empty: Safaricom's list
	EnforceSources bool        `toml:"enforce_sources"` // drop others, not only count them
	SSH            SSH         `toml:"ssh"`
	ACME           ACME        `toml:"acme"`
	Cloudflared    Cloudflared `toml:"cloudflared"`
}

// SSH is the owner's own server, which passes callbacks on.
type SSH struct {
	Server         string `toml:"server"` // host:port
	User           string `toml:"user"`
	KeyFile        string `toml:"key_file"`         // private key of this till
	KnownHostsFile string `toml:"known_hosts_file"` // the server's own keys
	Socket         string `toml:"socket"`           // the unix socket on the server
}

// ACME is built-in HTTPS, with a certificate of Let's Encrypt.
type ACME struct {
	Domain   string `toml:"domain"`
	Email    string `toml:"email"`  // where warnings about the certificate go; may be empty
	Listen   string `toml:"listen"` // address that the internet reaches
	CacheDir string `toml:"cache_dir"`
}

type Cloudflared struct {
	Program   string        `toml:"program"`
	Token     daraja.Secret `toml:"token"` // empty: a quick tunnel, with a new name at each start
	TokenFile string        `toml:"token_file"`
}

// Limits are the shop's own.
type Limits struct {
	MaxAmount    int64         `toml:"max_amount"`    // KES in one payment
	RetypeAbove  int64         `toml:"retype_above"`  // KES above which the amount is typed twice
	ConfirmAbove int64         `toml:"confirm_above"` // KES; see pos.Config; 0: never
	QueryEvery   time.Duration `toml:"query_every"`   // 0: by environment
}

// Records is what becomes of the ledger's content.
type Records struct {
	ForgetAfter  Duration `toml:"forget_after"`  // age of numbers to mask; 0: never
	BackupFolder string   `toml:"backup_folder"` // empty: no backups by itself
	BackupKeep   int      `toml:"backup_keep"`   // how many backups are kept
}

type Log struct {
	File  string `toml:"file"`
	Level string `toml:"level"` // debug, info, warn or error

	// DebugHTTP asks for all that goes between the till and Safaricom, at any level. It is for a
	// while, so the environment has it and not the file.
	DebugHTTP bool `toml:"-"`
}

// SourceAddrs are the addresses that callbacks come from, nil where the owner leaves it at
// Safaricom's list.
func (c Callback) SourceAddrs() []netip.Addr {
	var addrs []netip.Addr
	for _, s := range c.Sources {
		if a, err := netip.ParseAddr(s); err == nil { // others are a Mistake
			addrs = append(addrs, a)
		}
	}
	return addrs
}

// Number is the number that customers pay to: the till, or else the Pay Bill.
func (d Daraja) Number() string {
	if d.Till != "" {
		return d.Till
	}
	return d.ShortCode
}

// The public test account of Safaricom's sandbox (its documentation), which the simulator takes
// too.
const (
	SandboxShortCode = "174379"
	SandboxPasskey   = daraja.Secret("bfb279f9aa9bdbcf158e97dd71a467cd2e0c893059b10f78e6b72ada1ed2c919")
)

// DefaultPath is where the configuration file is looked for.
func DefaultPath() string { return configPath("kaunta.toml") }

func configPath(name string) string { return filepath.Join(xdg.ConfigHome, "kaunta", name) }

// LedgerPath is where the ledger of a name is kept unless the owner says otherwise.
func LedgerPath(name string) string {
	return filepath.Join(xdg.DataHome, "kaunta", name+".ledger")
}

// ErrNoAccount is returned by CheckAccount where neither file nor environment names a Daraja
// account.
var ErrNoAccount = errors.New("no Daraja account is configured: run kaunta setup, or set MPESA_CONSUMER_KEY, MPESA_CONSUMER_SECRET, " +
	"MPESA_SHORTCODE and MPESA_PASSKEY; `kaunta demo` needs none of it")

// CheckAccount returns ErrNoAccount where there is no account to take payments with; the ledger can
// be read without.
func (s Settings) CheckAccount() error {
	if s.Daraja.ConsumerKey == "" && s.Daraja.ConsumerSecret == "" {
		return ErrNoAccount
	}
	return nil
}

// ForSimulator are the settings of the practice till: the simulator at url, and a ledger of its
// own.
func ForSimulator(url string) Settings {
	s := defaults()
	s.Shop, s.Ledger, s.Daraja.URL = "Duka la Mazoezi", LedgerPath("training"), url
	if mistakes := s.complete(); mistakes != nil {
		panic(mistakes) // the values above are right whatever the url
	}
	return s
}

// Client is what a Daraja client for these settings cannot do without.
func (s Settings) Client() daraja.Config {
	cfg := daraja.Config{
		BaseURL: s.Daraja.URL, ConsumerKey: s.Daraja.ConsumerKey, ConsumerSecret: s.Daraja.ConsumerSecret,
		Passkey: s.Daraja.Passkey, ShortCode: s.Daraja.ShortCode,
		TransactionType: daraja.CustomerPayBillOnline, MaxAmount: s.Limits.MaxAmount,
	}
	if s.Daraja.Till != "" {
		cfg.PartyB, cfg.TransactionType = s.Daraja.Till, daraja.CustomerBuyGoodsOnline
	}
	return cfg
}
