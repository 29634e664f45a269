package daraja

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Daraja's two addresses (Safaricom's page). Keys of one do not work on the other.
const (
	SandboxURL    = "https://sandbox.safaricom.co.ke"
	ProductionURL = "https://api.safaricom.co.ke"
)

// MaxAmount is M-PESA's limit for one payment, in shillings. Older rules said 150,000.
const MaxAmount = 250_000

// Config is what a [Client] cannot do without.
type Config struct {
	// BaseURL is [SandboxURL], [ProductionURL] or a simulator's address. http is allowed on the
	// loopback only.
	BaseURL string

	// ConsumerKey and ConsumerSecret belong to the app on Safaricom's developer portal, Passkey to
	// ShortCode.
	ConsumerKey    Secret
	ConsumerSecret Secret
	Passkey        Secret

	// ShortCode is sent as BusinessShortCode: the Pay Bill number; for a till the store or
	// head-office number of the go-live, not the till.
	ShortCode string

	// PartyB is where the money goes: for a till the till number; empty for a Pay Bill, where it is
	// ShortCode.
	PartyB string

	// TransactionType is CustomerPayBillOnline if empty.
	TransactionType TransactionType

	// MaxAmount is the most to ask for at once, in shillings; 0 is [MaxAmount].
	MaxAmount int64
}

// Client makes requests to Daraja for one app and one short code. It is safe for concurrent use.
// One app needs one Client: each new access token makes the one before invalid (Safaricom's page),
// and the Client keeps it.
type Client struct {
	cfg       Config // with defaults filled in
	shortCode int64

	http   *http.Client // tokens and queries: keeps connections
	pushes *http.Client // a connection for each push; see transport.go
	log    *slog.Logger
	tap    func(http.RoundTripper) http.RoundTripper // nil: none
	now    func() time.Time                          // for the request's timestamp and the token's age
	tokens tokenCache
}

// Option changes what [New] would choose itself.
type Option func(*Client)

// WithHTTPClient makes the Client use h's Transport and Timeout. Redirects are not followed
// whatever h says.
func WithHTTPClient(h *http.Client) Option { return func(c *Client) { c.http = h } }

// WithLogger makes the Client log each exchange at level Debug: endpoint, status and verdict, never
// a body, a header, a phone or an id. Without it nothing is logged.
func WithLogger(l *slog.Logger) Option { return func(c *Client) { c.log = l } }

// WithTap makes each request go through what tap makes of the RoundTripper that carries it: to look
// at what is sent and answered, secrets and all. The Client chooses its connections as it does
// without. A tap that sends a request twice, or to another place, breaks what this package promises
// of pushes.
func WithTap(tap func(http.RoundTripper) http.RoundTripper) Option {
	return func(c *Client) { c.tap = tap }
}

// New checks cfg and makes a Client; it sends nothing. The error joins one plain sentence for each
// mistake.
func New(cfg Config, opts ...Option) (*Client, error) {
	cfg.BaseURL = strings.TrimSuffix(cfg.BaseURL, "/")
	if cfg.TransactionType == "" {
		cfg.TransactionType = CustomerPayBillOnline
	}
	if cfg.PartyB == "" && cfg.TransactionType == CustomerPayBillOnline {
		cfg.PartyB = cfg.ShortCode
	}
	if cfg.MaxAmount == 0 {
		cfg.MaxAmount = MaxAmount
	}
	if err := cfg.check(); err != nil {
		return nil, err
	}

	c := &Client{
		cfg:       cfg,
		shortCode: digits(cfg.ShortCode),
		http:      &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()},
		log:       slog.New(slog.DiscardHandler),
		now:       time.Now,
	}
	for _, opt := range opts {
		opt(c)
	}
	c.http, c.pushes = httpClients(c.http)
	if c.tap != nil {
		c.http.Transport, c.pushes.Transport = c.tap(c.http.Transport), c.tap(c.pushes.Transport)
	}
	c.tokens.fetch = c.fetchToken
	c.tokens.now = c.now
	return c, nil
}

// shortCodeForm is the form of Pay Bill, store and till numbers, which have five to seven digits
// today.
var shortCodeForm = regexp.MustCompile(`^[1-9][0-9]{3,9}$`)

// IsShortCode reports whether s can be a Pay Bill, store or till number.
func IsShortCode(s string) bool { return shortCodeForm.MatchString(s) }

func (cfg Config) check() error {
	var mistakes []error
	wrong := func(format string, args ...any) { mistakes = append(mistakes, fmt.Errorf("daraja: "+format, args...)) }

	if err := checkBaseURL(cfg.BaseURL); err != nil {
		mistakes = append(mistakes, err)
	}
	for _, s := range []struct {
		name  string
		value Secret
	}{{"consumer key", cfg.ConsumerKey}, {"consumer secret", cfg.ConsumerSecret}, {"passkey", cfg.Passkey}} {
		switch {
		case s.value == "":
			wrong("the %s is missing; copy it from Safaricom's developer portal", s.name)
		case strings.ContainsFunc(s.value.Reveal(), func(r rune) bool { return r <= ' ' || r > '~' }):
			wrong("the %s contains a blank, a line end or a special letter; copy it again", s.name)
		}
	}
	if strings.Contains(cfg.ConsumerKey.Reveal(), ":") {
		wrong("the consumer key contains a colon; copy it again")
	}
	if !shortCodeForm.MatchString(cfg.ShortCode) {
		wrong("the short code must be the Pay Bill number, or a till's store number, in digits")
	}
	switch cfg.TransactionType {
	case CustomerPayBillOnline:
		if cfg.PartyB != cfg.ShortCode && !shortCodeForm.MatchString(cfg.PartyB) {
			wrong("PartyB must be the Pay Bill number in digits, or left out")
		}
	case CustomerBuyGoodsOnline:
		if !shortCodeForm.MatchString(cfg.PartyB) {
			wrong("PartyB must be the till number in digits, since the transaction type is %s", CustomerBuyGoodsOnline)
		}
	default:
		wrong("the transaction type must be %s or %s", CustomerPayBillOnline, CustomerBuyGoodsOnline)
	}
	if cfg.MaxAmount < 1 {
		wrong("the largest amount must be at least 1 shilling")
	}
	return errors.Join(mistakes...)
}

func checkBaseURL(base string) error {
	u, err := url.Parse(base)
	switch {
	case err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "":
		return fmt.Errorf("daraja: the address of Daraja must be a plain one, such as %s", ProductionURL)
	case strings.ContainsFunc(base, func(r rune) bool { return r <= ' ' || r > '~' }) || strings.Contains(base, "%"):
		return fmt.Errorf("daraja: the address of Daraja contains a blank or a special letter; write it again")
	case u.Scheme == "https", u.Scheme == "http" && IsLoopback(u.Hostname()):
		return nil
	}
	return fmt.Errorf("daraja: the address of Daraja must begin with https://; only a simulator on this machine may have http://")
}

// IsLoopback reports whether host, without a port and brackets, is this machine.
func IsLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && addr.IsLoopback()
}

// password is the Password and the Timestamp of a request made now: base64 of short code, passkey
// and the time in EAT (Safaricom's page).
func (c *Client) password() (password Secret, timestamp string) {
	timestamp = c.now().In(eat).Format(timestampLayout)
	plain := c.cfg.ShortCode + c.cfg.Passkey.Reveal() + timestamp
	return Secret(base64.StdEncoding.EncodeToString([]byte(plain))), timestamp
}

// Close closes the connections that are kept for tokens and queries. Nothing needs to be waited
// for.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Format writes the address and the short code, for every verb: package fmt would print the secrets
// in the unexported fields.
func (c *Client) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "daraja.Client("+c.cfg.BaseURL+", "+c.cfg.ShortCode+")")
}
