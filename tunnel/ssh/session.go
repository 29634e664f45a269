package ssh

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"kaunta/tunnel"
)

// OpenSSH's names for forwarding a unix socket (PROTOCOL, section 2.4) and for
// asking whether the other side is there.
const (
	forwardRequest   = "streamlocal-forward@openssh.com"
	forwardedChannel = "forwarded-streamlocal@openssh.com"
	keepAliveRequest = "keepalive@openssh.com"
)

type provider struct {
	cfg    Config
	public tunnel.Provider // says the public URL; the session makes it lead here
	idle   time.Duration   // see carryIdle
}

// Volatile reports false: the URL is the owner's.
func (p *provider) Volatile() bool { return false }

// Run runs one session. It has no goroutine left when it returns.
func (p *provider) Run(ctx context.Context, localAddr string, up func(publicURL string)) error {
	// The files are read again for each session, so that mending them helps.
	login, err := p.login()
	if err != nil {
		return &tunnel.BlockedError{Err: err}
	}
	// One deadline for everything up to the granted forward: gossh.Dial has one
	// for the connecting only, and a relay that hangs would hang the till.
	deadline := time.Now().Add(p.cfg.HandshakeTimeout)
	raw, err := (&net.Dialer{Deadline: deadline}).DialContext(ctx, "tcp", p.cfg.Server)
	if err != nil {
		return unreachable(p.cfg.Server, err)
	}
	ctx, cancel := context.WithCancel(ctx)
	var work sync.WaitGroup
	defer work.Wait()
	defer cancel()
	defer raw.Close() // which ends whatever waits for the relay
	defer context.AfterFunc(ctx, func() { raw.Close() })()

	_ = raw.SetDeadline(deadline) // fails on a closed connection only, as the next step then does
	conn, channels, requests, err := gossh.NewClientConn(raw, p.cfg.Server, login)
	if err != nil {
		return p.refusal(err)
	}
	work.Go(func() { gossh.DiscardRequests(requests) })
	// Channels are taken before they are asked for. A callback that waits at the
	// relay is there at once, often before the answer; gossh.Client.Listen, which
	// registers after the answer, refuses it (golang/go#64094).
	ended := make(chan struct{})
	work.Go(func() {
		defer close(ended)
		p.carryAll(ctx, channels, localAddr)
	})

	granted, _, err := conn.SendRequest(forwardRequest, true, gossh.Marshal(struct{ Path string }{p.cfg.Socket}))
	switch {
	case err != nil:
		return p.end(conn)
	case !granted:
		return fmt.Errorf("tunnel ssh: the relay %s does not listen at %s for %s: run the lines of kaunta setup --print-relay there, "+
			"which make the folder and let sshd replace an old socket", p.cfg.Server, p.cfg.Socket, p.cfg.User)
	}
	work.Go(func() { _ = p.public.Run(ctx, localAddr, up) })

	for {
		// The connection's own deadline is the clock that the answer races: no
		// goroutine waits for an answer that never comes.
		_ = raw.SetDeadline(time.Now().Add(p.cfg.KeepAlive + p.cfg.Patience))
		select {
		case <-ended:
			return p.end(conn)
		case <-time.After(p.cfg.KeepAlive):
		}
		// OpenSSH answers "no" to what it does not know: any answer is a sign of life.
		if _, _, err := conn.SendRequest(keepAliveRequest, true, nil); err != nil {
			return p.end(conn)
		}
	}
}

// login reads what the till needs to know the relay, and to be known there.
func (p *provider) login() (*gossh.ClientConfig, error) {
	signer, err := readKey(p.cfg.KeyFile)
	if err != nil {
		return nil, err
	}
	check, algorithms, err := readHostKeys(p.cfg.KnownHostsFile, p.cfg.Server)
	if err != nil {
		return nil, err
	}
	return &gossh.ClientConfig{
		User:              p.cfg.User,
		Auth:              []gossh.AuthMethod{gossh.PublicKeys(signer)},
		HostKeyCallback:   check,
		HostKeyAlgorithms: algorithms,
	}, nil
}

// refusal says why the handshake failed.
func (p *provider) refusal(err error) error {
	if b, ok := errors.AsType[*tunnel.BlockedError](err); ok {
		return b // the host key's check
	}
	switch {
	case noSuchHostKey(err):
		return blocked("tunnel ssh: the relay %s no longer has a host key of the kind in %s, so it may not be yours: "+
			"if you have changed it yourself, compare and store its present key with kaunta setup", p.cfg.Server, p.cfg.KnownHostsFile)
	// The library has no type for this; TestRefusalHasNoType fails when it has, or says it
	// otherwise. A connection that breaks off meanwhile reads otherwise: a relay that is just
	// starting or stopping is no refusal.
	case strings.Contains(err.Error(), "unable to authenticate"):
		return blocked("tunnel ssh: the relay %s refuses the login of %s with the key %s: run the lines of kaunta setup --print-relay there, "+
			"which let this key in", p.cfg.Server, p.cfg.User, p.cfg.KeyFile)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return p.silent()
	}
	return fmt.Errorf("tunnel ssh: the relay %s broke off the login, which is tried again: %w", p.cfg.Server, err)
}

// end waits for the end of conn and says why it came.
func (p *provider) end(conn gossh.Conn) error {
	err := conn.Wait()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return p.silent()
	}
	return fmt.Errorf("tunnel ssh: the session with the relay %s ended, and a new one is begun: %w", p.cfg.Server, err)
}

func (p *provider) silent() error {
	return fmt.Errorf("tunnel ssh: the relay %s has gone silent: check this machine's internet, and the relay", p.cfg.Server)
}
