package ssh

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	gossh "golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"kaunta/tunnel"
)

// hostKeyKinds are the kinds of host keys of an OpenSSH server, the best first,
// each with the algorithms of its signatures. ssh-rsa signatures are not among
// them: they stand on SHA-1.
var hostKeyKinds = [][]string{
	{gossh.KeyAlgoED25519},
	{gossh.KeyAlgoECDSA256, gossh.KeyAlgoECDSA384, gossh.KeyAlgoECDSA521},
	{gossh.KeyAlgoRSASHA512, gossh.KeyAlgoRSASHA256},
}

// A HostKey is a key by which a server proves to be itself, if the key is known
// to be its own.
type HostKey struct {
	Kind        string // like ssh-ed25519
	Fingerprint string // SHA256:…, as ssh-keygen -l shows it on the server
	Line        string // for a known_hosts file, without a line end
}

// HostKeys asks a server (host:port; without a port it is 22) for its host
// keys, the best first: one suffices. They prove nothing yet. A person must
// compare a fingerprint with what the server itself shows (in its provider's
// console: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub) before its line is
// stored.
func HostKeys(ctx context.Context, server string) ([]HostKey, error) {
	host, port, err := splitServer(server)
	if err != nil {
		return nil, err
	}
	server = net.JoinHostPort(host, port)
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	var keys []HostKey
	for _, algorithms := range hostKeyKinds {
		key, err := askHostKey(ctx, server, algorithms)
		if err != nil {
			return nil, err
		}
		if key != nil {
			keys = append(keys, HostKey{key.Type(), gossh.FingerprintSHA256(key), knownhosts.Line([]string{server}, key)})
		}
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("tunnel ssh: the server %s has no host key of kind ed25519, ecdsa or rsa: run ssh-keygen -A there", server)
	}
	return keys, nil
}

// askHostKey returns the key that the server shows where only algorithms are
// offered, nil if it has none. It hangs up before it logs in.
func askHostKey(ctx context.Context, server string, algorithms []string) (gossh.PublicKey, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", server)
	if err != nil {
		return nil, unreachable(server, err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	var shown gossh.PublicKey
	_, _, _, err = gossh.NewClientConn(conn, server, &gossh.ClientConfig{
		HostKeyAlgorithms: algorithms,
		HostKeyCallback: func(_ string, _ net.Addr, key gossh.PublicKey) error {
			shown = key
			return errors.New("seen")
		},
	})
	if shown == nil && !noSuchHostKey(err) {
		return nil, fmt.Errorf("tunnel ssh: the server %s does not answer as an ssh server: check its name and port: %w", server, err)
	}
	return shown, nil
}

// noSuchHostKey reports whether a handshake failed because the server has no
// host key of the kinds that it was asked for.
func noSuchHostKey(err error) bool {
	negotiation, ok := errors.AsType[*gossh.AlgorithmNegotiationError](err)
	return ok && negotiation.What == "host key"
}

// readHostKeys reads the known_hosts file and returns the check of the server's
// key, and the algorithms to offer for it. All errors, the check's too, are for
// a person.
func readHostKeys(file, server string) (check gossh.HostKeyCallback, algorithms []string, err error) {
	known, err := knownhosts.New(file)
	if err != nil {
		return nil, nil, fmt.Errorf("tunnel ssh: the known host keys cannot be read: store the relay's with kaunta setup: %w", err)
	}
	algorithms = knownAlgorithms(known, server)
	if len(algorithms) == 0 {
		return nil, nil, fmt.Errorf("tunnel ssh: the host key of the relay %s is not in %s: compare and store it with kaunta setup", server, file)
	}
	check = func(address string, remote net.Addr, key gossh.PublicKey) error {
		err := known(address, remote, key)
		if err == nil {
			return nil
		}
		if _, revoked := errors.AsType[*knownhosts.RevokedError](err); revoked {
			return blocked("tunnel ssh: the relay %s shows a host key that %s has revoked: give it another key and store that with kaunta setup", server, file)
		}
		return blocked("tunnel ssh: the relay %s shows another host key (%s) than the one in %s, so it may not be yours: "+
			"if you have changed it yourself, compare and store the new key with kaunta setup", server, gossh.FingerprintSHA256(key), file)
	}
	return check, algorithms, nil
}

// knownAlgorithms returns the algorithms of the keys that are known for server.
// Offered by itself, the library would pick a kind of its own liking, find it
// unknown, and call the key changed. The known ones come out of the error for a
// key that nobody has.
func knownAlgorithms(known gossh.HostKeyCallback, server string) []string {
	nobody, err := gossh.NewPublicKey(make(ed25519.PublicKey, ed25519.PublicKeySize))
	if err != nil {
		panic(err) // a key of the right length is a key
	}
	mismatch, ok := errors.AsType[*knownhosts.KeyError](known(server, &net.TCPAddr{IP: net.IPv4zero}, nobody))
	if !ok {
		return nil
	}
	var algorithms []string
	for _, want := range mismatch.Want {
		signatures := []string{want.Key.Type()}
		if want.Key.Type() == gossh.KeyAlgoRSA {
			signatures = []string{gossh.KeyAlgoRSASHA512, gossh.KeyAlgoRSASHA256}
		}
		for _, algorithm := range signatures {
			if !slices.Contains(algorithms, algorithm) {
				algorithms = append(algorithms, algorithm)
			}
		}
	}
	return algorithms
}

// blocked returns an error that only a person can mend.
func blocked(format string, args ...any) error {
	return &tunnel.BlockedError{Err: fmt.Errorf(format, args...)}
}

// unreachable says that no connection came about.
func unreachable(server string, err error) error {
	return fmt.Errorf("tunnel ssh: the relay %s cannot be reached: check this machine's internet, and the relay: %w", server, err)
}
