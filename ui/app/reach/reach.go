package reach

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"kaunta/tunnel"
	"kaunta/tunnel/acme"
	"kaunta/tunnel/cloudflared"
	"kaunta/tunnel/ssh"
	"kaunta/ui/app/settings"
)

// Try opens the way that callbacks take, without a till behind it, and closes it when a probe has
// come back through the internet. A real callback that arrives meanwhile is refused, so that it
// comes again.
func Try(ctx context.Context, s settings.Settings) error {
	server := tunnel.NewServer(tunnel.ServerConfig{Deliver: func(context.Context, string, []byte) error { return errNoTill }})
	provider, err := Open(s, server)
	if err != nil {
		return err
	}
	link := tunnel.NewLink(provider, tunnel.LinkConfig{LocalAddr: server.Addr().String(), Proof: server.Proof})
	running, stop := context.WithCancel(ctx)
	var work sync.WaitGroup
	work.Go(func() { err = server.Serve(running) })
	work.Go(func() { link.Run(running) })
	met := awaitProof(ctx, link, s.Callback.Reach == settings.ReachStatic)
	stop()
	work.Wait()
	return errors.Join(met, err)
}

var errNoTill = errors.New("no till is open")

// awaitProof waits until the link is proved, and otherwise returns what it last met. An address
// that is settled either leads here or does not, so that three probes are enough; a tunnel may need
// its time.
func awaitProof(ctx context.Context, link *tunnel.Link, settled bool) error {
	statuses, cancel := link.Watch()
	defer cancel()
	last := errors.New("no answer in time")
	for failed := 0; !settled || failed < 3; {
		select {
		case status := <-statuses:
			if status.Err != nil {
				last = status.Err
				failed++
			}
			switch status.State {
			case tunnel.StateLive:
				return nil
			case tunnel.StateBlocked:
				return last
			}
		case <-ctx.Done():
			return last
		}
	}
	return last
}

// Open makes the way that callbacks take to this machine, and binds the callback server where there
// is one. A simulator, which runs on this machine, can call it by its own address.
func Open(s settings.Settings, server *tunnel.Server) (tunnel.Provider, error) {
	if s.Callback.Reach == settings.ReachOff {
		return tunnel.Off(), nil
	}
	if err := server.Listen(s.Callback.Listen); err != nil {
		return nil, err
	}
	switch c := s.Callback; c.Reach {
	case settings.ReachStatic:
		return tunnel.Static(cmp.Or(c.PublicURL, "http://"+server.Addr().String()))
	case settings.ReachACME:
		return acme.New(acme.Config{Domain: c.ACME.Domain, Email: c.ACME.Email, Listen: c.ACME.Listen, CacheDir: c.ACME.CacheDir})
	case settings.ReachSSH:
		return ssh.New(relay(s))
	case settings.ReachCloudflared:
		return cloudflared.New(cloudflared.Config{Program: c.Cloudflared.Program, Token: c.Cloudflared.Token.Reveal(), PublicURL: c.PublicURL})
	default:
		return nil, fmt.Errorf("callback.reach %q is not known", c.Reach)
	}
}

func relay(s settings.Settings) ssh.Config {
	c := s.Callback.SSH
	return ssh.Config{Server: c.Server, User: c.User, KeyFile: c.KeyFile, KnownHostsFile: c.KnownHostsFile, Socket: c.Socket, PublicURL: s.Callback.PublicURL}
}

// RelayKey is the public half of this till's key, which is made where there is none.
func RelayKey(path string) (string, error) {
	public, err := ssh.GenerateKey(path)
	if errors.Is(err, fs.ErrExist) {
		return ssh.PublicKey(path)
	}
	return public, err
}

// RelayRecipe is the server's side, with this till's own key in it.
func RelayRecipe(s settings.Settings) (string, error) {
	if s.Callback.Reach != settings.ReachSSH {
		return "", errors.New("callback.reach is not ssh: choose it with kaunta setup first, so that the recipe holds this till's key")
	}
	cfg := relay(s)
	if _, err := ssh.New(cfg); err != nil {
		return "", err
	}
	public, err := ssh.PublicKey(cfg.KeyFile)
	if err != nil {
		return "", err
	}
	return ssh.Recipe(cfg, public), nil
}
