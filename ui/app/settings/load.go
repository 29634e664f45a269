package settings

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
	"github.com/adrg/xdg"

	"kaunta/daraja"
)

// Mistake is one thing that is wrong with the configuration, in one plain sentence that quotes no
// secret.
type Mistake struct {
	Key  string // such as "limits.max_amount"; empty where the whole file cannot be used
	Says string
}

func (m Mistake) Error() string { return m.Says }

// Sentence makes a whole sentence of an error's text: a capital first, and at the end one stop, or
// the sign that is there.
func Sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return ""
	}
	text = string(unicode.ToUpper(first)) + text[size:]
	if strings.HasSuffix(text, "?") || strings.HasSuffix(text, "!") || strings.HasSuffix(text, "…") {
		return text
	}
	return strings.TrimRight(text, ".;: ") + "."
}

// maxFile is the most that is read of a configuration file, in bytes; the sample has seven
// thousand.
const maxFile = 256 << 10

// Load reads the file at path, or the default one where path is empty (it may then be absent), and
// lays the environment over it. The error is the first [Mistake].
func Load(path string, getenv func(string) string) (Settings, error) {
	s, mistakes := Read(path, getenv)
	if mistakes != nil {
		return Settings{}, mistakes[0]
	}
	return s, nil
}

// Read is Load with every mistake instead of the first. The settings are complete
// whatever the mistakes: what could not be read is left at its default.
func Read(path string, getenv func(string) string) (Settings, []Mistake) {
	var mistakes []Mistake
	text, err := readFile(path)
	if err != nil {
		mistakes = append(mistakes, Mistake{Says: err.Error()})
	}
	s, more := parse(text, cmp.Or(path, DefaultPath()), getenv)
	return s, append(mistakes, more...)
}

// readFile is the text of the configuration file; none where the default one is absent.
func readFile(path string) (string, error) {
	text, err := readPrivate(cmp.Or(path, DefaultPath()), "the configuration file", maxFile)
	if path == "" && errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return text, err
}

// parse makes settings of the text of a configuration file; path is named in errors, and is what
// *_file keys are relative to.
func parse(text, path string, getenv func(string) string) (Settings, []Mistake) {
	s, mistakes := decode(text, path)
	s.ProductionInFile = strings.EqualFold(s.Environment, Production)
	mistakes = append(mistakes, s.givenTwice()...)
	s.readEnvironment(getenv)
	mistakes = append(mistakes, s.readSecretFiles(filepath.Dir(path))...)
	return s, append(mistakes, s.complete()...)
}

// defaults are the settings of an empty file, but for what follows from other settings.
func defaults() Settings {
	return Settings{
		Shop: "Kaunta", Environment: Sandbox, Language: "en",
		Limits:  Limits{MaxAmount: daraja.MaxAmount, RetypeAbove: 10_000},
		Records: Records{ForgetAfter: 90 * day, BackupKeep: 30},
		Log:     Log{Level: "info"},
	}
}

// reachNgrok was a value of callback.reach, with a table [callback.ngrok].
const reachNgrok = "ngrok"

// decode reads TOML over the defaults. A text that is not understood leaves the defaults.
func decode(text, path string) (Settings, []Mistake) {
	s := defaults()
	meta, err := toml.Decode(text, &s)
	if err != nil {
		return defaults(), []Mistake{{Says: fmt.Sprintf("the configuration file %s is not understood: %s", path, tomlFault(err))}}
	}
	var mistakes []Mistake
	for _, key := range meta.Undecoded() {
		if s.Callback.Reach == reachNgrok && strings.HasPrefix(strings.ToLower(key.String()), "callback.ngrok") {
			continue // check says it in one sentence
		}
		says := fmt.Sprintf("the configuration file %s has an unknown key %q", path, key.String())
		if near := nearest(key); near != "" {
			says += ": did you mean " + near + "?"
		} else {
			says += ": correct or remove it"
		}
		mistakes = append(mistakes, Mistake{Key: key.String(), Says: says})
	}
	return s, mistakes
}

// wrongType finds the key and the wanted type in the library's error for a value of another type,
// which quotes neither. The library has no type for this error; TestWrongTypeHasNoType fails when
// it has, or says it otherwise.
var wrongType = regexp.MustCompile(`line (\d+) \(last key "([^"]+)"\).* destination has type (\w+)`)

// tomlFault says where a TOML file is wrong without quoting what stands there, which may be a
// secret.
func tomlFault(err error) string {
	if found := wrongType.FindStringSubmatch(err.Error()); found != nil {
		wanted := map[string]string{
			"string": `text in quotes, such as "text"`, "integer": "a whole number without quotes", "boolean": "true or false", "slice": `a list, such as ["a", "b"]`,
		}[found[3]]
		return fmt.Sprintf("line %s: %s must be %s", found[1], found[2], cmp.Or(wanted, "something else"))
	}
	var parse toml.ParseError
	switch {
	case !errors.As(err, &parse):
		return "it cannot be read to its end"
	case parse.Message == errDuration.Error():
		return fmt.Sprintf("line %d: %s %s", parse.Position.Line, parse.LastKey, parse.Message)
	case parse.LastKey != "":
		return fmt.Sprintf("look at line %d, at or after %s", parse.Position.Line, parse.LastKey)
	default:
		return fmt.Sprintf("look at line %d", parse.Position.Line)
	}
}

func (s *Settings) readEnvironment(getenv func(string) string) {
	set := func(name string, field *string) bool {
		v := strings.TrimSpace(getenv(name))
		if v != "" {
			*field = v
		}
		return v != ""
	}
	for _, secret := range s.secrets() {
		if secret.variable != "" && set(secret.variable, (*string)(secret.value)) {
			*secret.file = ""
		}
	}
	set("MPESA_SHORTCODE", &s.Daraja.ShortCode)
	set("MPESA_TILL", &s.Daraja.Till)
	set("MPESA_ENVIRONMENT", &s.Environment)
	set("KAUNTA_DARAJA_URL", &s.Daraja.URL)
	set("KAUNTA_CALLBACK_LISTEN", &s.Callback.Listen)
	set("KAUNTA_PUBLIC_URL", &s.Callback.PublicURL)
	set("KAUNTA_LEDGER", &s.Ledger)
	var debug, clock string
	if set("KAUNTA_DEBUG_HTTP", &debug) {
		s.Log.DebugHTTP = IsOn(debug)
	}
	if set("KAUNTA_CLOCK_IS_RIGHT", &clock) {
		s.ClockIsRight = IsOn(clock)
	}
}

// IsOn reports whether a variable of the environment says yes. What is no truth value, such as
// "yes", does.
func IsOn(variable string) bool {
	on, err := strconv.ParseBool(variable)
	return variable != "" && (on || err != nil)
}

// secret is one of the secrets among the settings, and the ways to give it.
type secret struct {
	key      string // its _file key is the same with _file
	value    *daraja.Secret
	file     *string
	variable string // of the environment; empty: none
}

// Secrets are all that these settings hold, so that they can be masked.
func (s Settings) Secrets() []daraja.Secret {
	var all []daraja.Secret
	for _, secret := range s.secrets() {
		if v := *secret.value; v != "" && v != simulatorAccount {
			all = append(all, v)
		}
	}
	return all
}

func (s *Settings) secrets() []secret {
	d, c := &s.Daraja, &s.Callback
	return []secret{
		{"daraja.consumer_key", &d.ConsumerKey, &d.ConsumerKeyFile, "MPESA_CONSUMER_KEY"},
		{"daraja.consumer_secret", &d.ConsumerSecret, &d.ConsumerSecretFile, "MPESA_CONSUMER_SECRET"},
		{"daraja.passkey", &d.Passkey, &d.PasskeyFile, "MPESA_PASSKEY"},
		{"callback.cloudflared.token", &c.Cloudflared.Token, &c.Cloudflared.TokenFile, ""},
	}
}

// givenTwice refuses a secret that the file gives in both ways: it would not be clear which one
// counts.
func (s *Settings) givenTwice() (mistakes []Mistake) {
	for _, secret := range s.secrets() {
		if *secret.value != "" && *secret.file != "" {
			mistakes = append(mistakes, Mistake{Key: secret.key,
				Says: fmt.Sprintf("%s is given twice, by itself and by %s_file: keep one of them", secret.key, secret.key)})
		}
	}
	return mistakes
}

// maxSecret is the most that a file with a secret may hold, in bytes. A passkey has 64.
const maxSecret = 4 << 10

// readSecretFiles reads the secrets that stand in files of their own, relative to the
// configuration's folder.
func (s *Settings) readSecretFiles(folder string) (mistakes []Mistake) {
	for _, secret := range s.secrets() {
		path := *secret.file
		if path == "" || *secret.value != "" {
			continue
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(folder, path)
		}
		text, err := readPrivate(path, "the file that "+secret.key+"_file names", maxSecret)
		*secret.value = daraja.Secret(strings.TrimRight(text, "\r\n"))
		switch {
		case err != nil:
			mistakes = append(mistakes, Mistake{Key: secret.key, Says: err.Error()})
		case *secret.value == "":
			mistakes = append(mistakes, Mistake{Key: secret.key, Says: fmt.Sprintf("the file that %s_file names is empty: write the secret into it", secret.key)})
		}
	}
	return mistakes
}

// complete checks what was set and fills in what follows from it.
func (s *Settings) complete() []Mistake {
	s.Environment = strings.ToLower(s.Environment)
	mistakes := s.check()
	if s.Environment != Production { // an unknown one is a mistake, and nothing is sent
		s.Environment = Sandbox
	}
	d, c := &s.Daraja, &s.Callback
	simulated := isLoopback(d.URL)
	if simulated {
		s.simulated()
	}
	if s.Environment == Production {
		orElse(&d.URL, daraja.ProductionURL)
	}
	orElse(&d.URL, daraja.SandboxURL)
	if s.Environment == Sandbox {
		orElse(&d.ShortCode, SandboxShortCode)
		if d.ShortCode == SandboxShortCode {
			orElse((*string)(&d.Passkey), SandboxPasskey.Reveal())
		}
	}
	if s.Limits.QueryEvery == 0 {
		s.Limits.QueryEvery = map[string]time.Duration{
			Training: time.Second, Sandbox: 13 * time.Second, Production: 2 * time.Second,
		}[s.Environment]
	}
	if simulated {
		orElse(&c.Listen, "127.0.0.1:0")
	}
	orElse(&c.Listen, "127.0.0.1:8180")
	if c.PublicURL != "" || simulated { // a simulator reaches the till at its own address
		orElse(&c.Reach, ReachStatic)
	}
	orElse(&c.Reach, ReachOff)
	orElse(&c.SSH.User, "kaunta")
	orElse(&c.SSH.KeyFile, configPath("relay_key"))
	orElse(&c.SSH.KnownHostsFile, configPath("relay_known_hosts"))
	orElse(&c.SSH.Socket, "/run/"+c.SSH.User+"/till.sock")
	if c.SSH.Server != "" && !hasPort(c.SSH.Server) {
		c.SSH.Server += ":22"
	}
	orElse(&c.ACME.Listen, ":443")
	orElse(&c.ACME.CacheDir, filepath.Join(xdg.StateHome, "kaunta", "certificates"))
	orElse(&c.Cloudflared.Program, "cloudflared")
	orElse(&s.Log.File, filepath.Join(xdg.StateHome, "kaunta", "kaunta.log"))
	name := s.Environment
	if simulated {
		name = "simulator"
	}
	orElse(&s.Ledger, LedgerPath(name))
	return mistakes
}

// simulatorAccount is the key and the secret for a simulator where none are set.
const simulatorAccount = "simulator"

// simulated says what goes without saying where Daraja is a simulator on this machine: no money is
// real there, any account will do, and it can reach the till at its own address.
func (s *Settings) simulated() {
	s.Environment = Training
	orElse((*string)(&s.Daraja.ConsumerKey), simulatorAccount)
	orElse((*string)(&s.Daraja.ConsumerSecret), simulatorAccount)
	orElse(&s.Daraja.ShortCode, SandboxShortCode)
	orElse((*string)(&s.Daraja.Passkey), SandboxPasskey.Reveal())
}

func orElse(field *string, value string) {
	if *field == "" {
		*field = value
	}
}

func isLoopback(rawURL string) bool {
	u, err := url.Parse(rawURL)
	return err == nil && daraja.IsLoopback(u.Hostname())
}
