package ssh

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"path"
	"strconv"
	"strings"
	"time"

	"kaunta/tunnel"
)

// Config says how to reach the relay. All but the durations is required.
type Config struct {
	Server         string // the relay's sshd as host:port; without a port it is 22
	User           string // the account that the relay keeps for this till alone
	KeyFile        string // this till's private key, without a passphrase: see [GenerateKey]
	KnownHostsFile string // the relay's host key, as the owner has compared it: see [HostKeys]
	Socket         string // the path at which the relay's sshd listens for the till
	PublicURL      string // what the relay's Caddy serves from Socket, by the rules of [tunnel.Static]

	// HandshakeTimeout bounds the way from dialling to a granted forward; 0 is 15 s.
	HandshakeTimeout time.Duration

	// KeepAlive is the pause between two questions whether the relay is still
	// there, and Patience how long an answer may take; a silent session is
	// noticed after both. 0 is 10 s and 5 s: a tenth of the traffic of asking
	// every second, and callbacks that a silent session swallows within those
	// 15 s are made up for by queries.
	KeepAlive time.Duration
	Patience  time.Duration
}

// maxSocketPath is how long the path of a unix socket may be: 104 bytes with a
// NUL on the BSDs, 108 on Linux.
const maxSocketPath = 103

// New returns the provider for cfg. It does no I/O: what is wrong with the
// files or with the relay comes out of the first session. The error is one
// sentence that names what to change.
func New(cfg Config) (tunnel.Provider, error) {
	host, port, err := splitServer(cfg.Server)
	if err != nil {
		return nil, err
	}
	switch {
	case cfg.User == "" || !isPlain(cfg.User, "._-") || strings.ContainsRune(".-", rune(cfg.User[0])):
		return nil, fmt.Errorf("tunnel ssh: the user %q is not the name of an account: use letters, digits, - and _, like kaunta-duka", cfg.User)
	case cfg.User == "root":
		return nil, errors.New("tunnel ssh: the user must not be root, or whoever takes this till takes the whole relay: make an account for the till")
	case cfg.KeyFile == "":
		return nil, errors.New("tunnel ssh: no key file is named: kaunta setup makes one")
	case cfg.KnownHostsFile == "":
		return nil, errors.New("tunnel ssh: no known_hosts file is named: kaunta setup makes one")
	case !isPlain(cfg.Socket, "/._-") || path.Clean(cfg.Socket) != cfg.Socket || !path.IsAbs(cfg.Socket):
		return nil, fmt.Errorf("tunnel ssh: the socket %q is not a plain path on the relay: write it like /run/kaunta-duka/till.sock", cfg.Socket)
	case len(cfg.Socket) > maxSocketPath:
		return nil, fmt.Errorf("tunnel ssh: the socket's path has %d characters: use %d at most", len(cfg.Socket), maxSocketPath)
	case sharedFolder(path.Dir(cfg.Socket)):
		return nil, fmt.Errorf("tunnel ssh: the socket %s needs a folder of its own: write it like /run/kaunta-duka/till.sock", cfg.Socket)
	}
	public, err := tunnel.Static(cfg.PublicURL)
	if err != nil {
		return nil, err
	}
	cfg.Server = net.JoinHostPort(host, port)
	cfg.HandshakeTimeout = cmp.Or(cfg.HandshakeTimeout, 15*time.Second)
	cfg.KeepAlive = cmp.Or(cfg.KeepAlive, 10*time.Second)
	cfg.Patience = cmp.Or(cfg.Patience, 5*time.Second)
	return &provider{cfg: cfg, public: public, idle: carryIdle}, nil
}

// splitServer returns the two parts of host:port, or of host, whose port is 22.
func splitServer(server string) (host, port string, err error) {
	if host, port, err = net.SplitHostPort(server); err != nil {
		host, port, err = net.SplitHostPort(server + ":22")
	}
	number, numberErr := strconv.ParseUint(port, 10, 16)
	if err != nil || numberErr != nil || number == 0 || strings.Trim(host, ".") == "" || !isPlain(host, ".-:_") {
		return "", "", fmt.Errorf("tunnel ssh: the server %q is not an address: write it like relay.example.com:22", server)
	}
	return host, port, nil
}

// sharedFolder reports whether the relay surely keeps other things in folder
// too. The recipe gives the socket's folder away to the till's account.
func sharedFolder(folder string) bool {
	return folder == "/" || path.Dir(folder) == "/" || path.Dir(folder) == "/var"
}

// isPlain reports whether s holds nothing but letters, digits and what is in
// others, so that it means itself in every file of the recipe.
func isPlain(s, others string) bool {
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"+others) == ""
}
