//go:build linux

package sshtest

import (
	"math/rand/v2"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	gossh "golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"kaunta/tunnel/ssh"
)

// Options changes a relay. The zero value is the recipe's, with an ed25519 host
// key.
type Options struct {
	HostKeys []string                   // kinds: ed25519, ecdsa, rsa; the till knows the first
	SSHD     func(config string) string // changes the recipe's sshd_config
}

// A Relay is a running relay.
type Relay struct {
	// Config is that of a till whom the relay lets in, with files of its own.
	// Its durations are unset.
	Config ssh.Config

	// Held holds a token for each request that came while nothing listened at
	// the socket, and waits in the proxy.
	Held <-chan struct{}

	sshd   *sshd
	recipe string
}

// Start runs a relay until the test ends.
func Start(t testing.TB, o Options) *Relay {
	t.Helper()
	binary := find(t)
	who := ordinary(t)
	// A test's own folder may be too deep for the path of a socket.
	folder, err := os.MkdirTemp("", "kaunta-relay-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	if err := who.own(folder); err != nil {
		t.Fatal(err)
	}
	s := &sshd{t: t, binary: binary, folder: folder, addr: freeAddr(t), who: who}
	socket := s.path("till.sock")
	proxy := startProxy(t, socket)

	till := t.TempDir()
	r := &Relay{
		Config: ssh.Config{
			Server: s.addr, User: who.name, Socket: socket, PublicURL: proxy.URL,
			KeyFile: filepath.Join(till, "id"), KnownHostsFile: filepath.Join(till, "known_hosts"),
		},
		Held: proxy.held,
		sshd: s,
	}
	line, err := ssh.GenerateKey(r.Config.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	script := ssh.Recipe(r.Config, line)
	s.write("authorized_keys", heredoc(t, script, "/authorized_keys"))
	r.recipe = heredoc(t, script, "/sshd_config.d/"+who.name+".conf")
	if o.SSHD != nil {
		r.recipe = o.SSHD(r.recipe)
	}
	if o.HostKeys == nil {
		o.HostKeys = []string{"ed25519"}
	}
	r.Know(r.NewHostKeys(o.HostKeys...)[0])
	s.start()
	t.Cleanup(func() {
		s.kill()
		if t.Failed() {
			t.Logf("sshd said:\n%s", s.said())
		}
	})
	return r
}

// Kill ends sshd and every session, as a power cut does. The socket stays
// behind.
func (r *Relay) Kill() { r.sshd.kill() }

// Restart starts sshd where it was, after Kill.
func (r *Relay) Restart() {
	r.sshd.t.Helper()
	r.sshd.start()
}

// NewHostKeys gives sshd new host keys of the kinds from its next start on, in
// place of all that it had, and returns their public halves.
func (r *Relay) NewHostKeys(kinds ...string) []gossh.PublicKey {
	r.sshd.t.Helper()
	var keys []gossh.PublicKey
	for _, kind := range kinds {
		keys = append(keys, r.sshd.makeHostKey(kind))
	}
	r.sshd.configure(kinds, r.recipe)
	return keys
}

// Know makes key the only one that the till's known_hosts file has for the
// relay.
func (r *Relay) Know(key gossh.PublicKey) {
	r.sshd.t.Helper()
	line := knownhosts.Line([]string{r.Config.Server}, key) + "\n"
	if err := os.WriteFile(r.Config.KnownHostsFile, []byte(line), 0o600); err != nil {
		r.sshd.t.Fatal(err)
	}
}

// heredoc returns the text that the recipe writes to the file whose path ends
// in suffix.
func heredoc(t testing.TB, script, suffix string) string {
	t.Helper()
	_, after, found := strings.Cut(script, suffix+" <<'END'\n")
	text, _, ended := strings.Cut(after, "\nEND\n")
	if !found || !ended {
		t.Fatalf("the recipe writes no file %s", suffix)
	}
	return text + "\n"
}

// freeAddr returns an address of this machine at which nobody listens. Its port
// is below those that Linux gives to whoever asks for any, so that nobody takes
// it while sshd is dead.
func freeAddr(t testing.TB) string {
	t.Helper()
	for range 100 {
		ln, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(20_000+rand.IntN(12_000))))
		if err != nil {
			continue // taken
		}
		ln.Close()
		return ln.Addr().String()
	}
	t.Fatal("no port is free")
	return ""
}

// An account is whom sshd runs as, and so the only one who can log in.
type account struct {
	name     string
	uid, gid int
	attr     *syscall.SysProcAttr // nil: the user who runs the test
}

// ordinary returns the user of this process, or daemon in place of root: a
// relay's account must not be root, and systemd calls nobody a locked account.
func ordinary(t testing.TB) account {
	t.Helper()
	me, err := user.Current()
	if err == nil && me.Uid == "0" {
		me, err = user.Lookup("daemon")
	}
	if err != nil {
		t.Skipf("this test needs a user for sshd to run as: %v", err)
	}
	who := account{name: me.Username}
	who.uid, _ = strconv.Atoi(me.Uid)
	who.gid, _ = strconv.Atoi(me.Gid)
	if who.uid != os.Getuid() {
		who.attr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(who.uid), Gid: uint32(who.gid)}}
	}
	return who
}

// own gives a file to the account.
func (a account) own(path string) error {
	if a.attr == nil {
		return nil
	}
	return os.Chown(path, a.uid, a.gid)
}
