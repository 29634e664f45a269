package settings

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"kaunta/daraja"
)

// passkeyForm is the form of every passkey that was seen, the sandbox's public one among them;
// Safaricom documents none.
var passkeyForm = regexp.MustCompile(`^[0-9A-Za-z]{64}$`)

// LooksLikePasskey reports whether s has the form of a passkey.
func LooksLikePasskey(s daraja.Secret) bool { return passkeyForm.MatchString(s.Reveal()) }

// hostForm is the form of a name in the internet, with two parts at least. It takes long to
// compile, and few settings need it.
var hostForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$`)
})

// check finds what was set wrongly, before anything is filled in. A value that is printed or used
// in spite of its mistake is dropped, so that its default takes its place.
func (s *Settings) check() []Mistake {
	var mistakes []Mistake
	wrong := func(key, format string, args ...any) {
		mistakes = append(mistakes, Mistake{Key: key, Says: fmt.Sprintf(format, args...)})
	}
	oneOf := func(key, what, value string, known ...string) {
		if !slices.Contains(known, value) {
			list := strings.Join(known[:len(known)-1], ", ") + " or " + known[len(known)-1]
			wrong(key, "the %s %q is not known: it is %s", what, brief(value), list)
		}
	}

	if s.Environment != Sandbox && s.Environment != Production {
		oneOf("environment", "environment", s.Environment, Sandbox, Production)
	}
	oneOf("language", "language", s.Language, "en", "sw")
	if strings.ContainsFunc(s.Shop, unicode.IsControl) || len([]rune(s.Shop)) > 60 {
		wrong("shop", "the shop's name is too long or has letters that cannot be shown: write at most 60 ordinary letters")
	}

	d := s.Daraja
	for _, number := range []struct {
		key, what string
		value     *string
	}{
		{"daraja.short_code", "the short code", &s.Daraja.ShortCode}, {"daraja.till", "the till number", &s.Daraja.Till},
	} {
		if *number.value != "" && !daraja.IsShortCode(*number.value) {
			wrong(number.key, "%s is not a number of 4 to 10 digits: copy it from what Safaricom sent you", number.what)
			*number.value = "" // it may be a secret in the wrong place, and this one is printed
		}
	}
	for _, secret := range s.secrets() {
		if strings.ContainsFunc(secret.value.Reveal(), func(r rune) bool { return r <= ' ' || r > '~' }) {
			wrong(secret.key, "%s has a blank, a line end or a special letter in it: copy it again", secret.key)
		}
	}
	if u, err := url.Parse(d.URL); d.URL != "" && (err != nil || u.Host == "" || u.Scheme != "https" && !isLoopback(d.URL)) {
		wrong("daraja.url", "daraja.url must begin with https://, or name a simulator on this machine: leave it out for Safaricom's own")
	}

	s.checkCallback(wrong)

	l := s.Limits
	if l.MaxAmount < 1 || l.MaxAmount > daraja.MaxAmount {
		wrong("limits.max_amount", "max_amount is %d: M-PESA takes 1 to %d in one payment", l.MaxAmount, daraja.MaxAmount)
		s.Limits.MaxAmount = min(max(l.MaxAmount, 1), daraja.MaxAmount)
	}
	if l.RetypeAbove < 0 || l.ConfirmAbove < 0 || l.QueryEvery < 0 {
		wrong("limits", "retype_above, confirm_above and query_every cannot be negative")
	} else if l.QueryEvery != 0 && l.QueryEvery < time.Second {
		wrong("limits.query_every", `query_every is less than a second: write it with its unit, such as "13s"`)
	}
	if l.QueryEvery < time.Second {
		s.Limits.QueryEvery = 0
	}

	r := s.Records
	if r.ForgetAfter != 0 && r.ForgetAfter < 3*day {
		wrong("records.forget_after", "forget_after is %v: a payment can be open for two days, so write 3d or more, or 0d for never", r.ForgetAfter)
	}
	if r.BackupKeep < 1 || r.BackupKeep > 10_000 {
		wrong("records.backup_keep", "backup_keep is %d: write how many backups to keep, from 1 to 10000", r.BackupKeep)
	}
	oneOf("log.level", "log level", s.Log.Level, "debug", "info", "warn", "error")
	return mistakes
}

func (s *Settings) checkCallback(wrong func(key, format string, args ...any)) {
	c := s.Callback
	needs := func(key, value, what string) {
		if value == "" {
			wrong(key, "reach = %q needs %s: %s", c.Reach, key, what)
		}
	}
	switch c.Reach {
	case "", ReachOff:
	case ReachStatic:
		if !isLoopback(s.Daraja.URL) { // a simulator finds the till by itself
			needs("callback.public_url", c.PublicURL, "the https address that leads to this machine")
		}
	case ReachACME:
		needs("callback.acme.domain", c.ACME.Domain, "the name that leads to this machine's public address")
	case ReachSSH:
		needs("callback.ssh.server", c.SSH.Server, "your own server, such as relay.example.com:22")
		needs("callback.public_url", c.PublicURL, "the https address of that server, which Safaricom calls")
	case ReachCloudflared:
		if c.Cloudflared.Token != "" {
			needs("callback.public_url", c.PublicURL, "the https address that the tunnel has at Cloudflare")
		}
	case reachNgrok:
		wrong("callback.reach", `callback.reach "ngrok" is no longer built in: use cloudflared, or static with "ngrok http" in front of it (it gets a request every 30 s), and remove [callback.ngrok]`)
		s.Callback.Reach = ""
	default:
		wrong("callback.reach", "callback.reach %q is not known: it is off, static, acme, ssh or cloudflared", brief(c.Reach))
		s.Callback.Reach = ""
	}
	if c.PublicURL != "" {
		if err := daraja.CheckCallBackURL(c.PublicURL); err != nil {
			wrong("callback.public_url", "public_url: %s", err)
		}
	}
	for _, a := range []struct {
		key   string
		value *string
	}{{"callback.listen", &s.Callback.Listen}, {"callback.acme.listen", &s.Callback.ACME.Listen}} {
		if *a.value != "" && !hasPort(*a.value) {
			wrong(a.key, "%s must be an address of this machine with a port, such as 127.0.0.1:8180", a.key)
			*a.value = ""
		}
	}
	if server := c.SSH.Server; server != "" && strings.ContainsAny(server, "@/ ") {
		wrong("callback.ssh.server", "callback.ssh.server must be a name or address and perhaps a port, such as relay.example.com:22; the user has a key of its own")
	}
	switch domain := c.ACME.Domain; {
	case domain == "":
	case !hostForm().MatchString(domain):
		wrong("callback.acme.domain", "callback.acme.domain must be a name alone, such as till.example.com")
	default:
		if err := daraja.CheckCallBackURL("https://" + domain); err != nil {
			wrong("callback.acme.domain", "callback.acme.domain: %s", err)
		}
	}
	for i, source := range c.Sources {
		if _, err := netip.ParseAddr(source); err != nil {
			wrong("callback.sources", "callback.sources: number %d is not an address such as 196.201.214.200", i+1)
		}
	}
}

// hasPort reports whether address is a host, which may be empty, and a port.
func hasPort(address string) bool {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && (n > 0 || port == "0")
}

// brief is a value as an error may quote it: a long one may be a secret that was put in the wrong
// place.
func brief(s string) string {
	if len(s) > 12 {
		return "…"
	}
	return s
}
