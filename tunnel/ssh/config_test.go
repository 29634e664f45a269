package ssh_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"kaunta/tunnel"
	"kaunta/tunnel/ssh"
)

// duka is a configuration that New accepts.
func duka() ssh.Config {
	return ssh.Config{
		Server: "relay.example.com:2222", User: "kaunta-duka", KeyFile: "id", KnownHostsFile: "known_hosts",
		Socket: "/run/kaunta-duka/till.sock", PublicURL: "https://till.example.com",
	}
}

func TestNew(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*ssh.Config)
		want   string // in the error; empty: accepted
	}{
		"as it should be":       {func(*ssh.Config) {}, ""},
		"no port":               {func(c *ssh.Config) { c.Server = "relay.example.com" }, ""},
		"an IPv6 address":       {func(c *ssh.Config) { c.Server = "[2001:db8::1]" }, ""},
		"a bare IPv6 address":   {func(c *ssh.Config) { c.Server = "2001:db8::1" }, "the server"},
		"no server":             {func(c *ssh.Config) { c.Server = "" }, "the server"},
		"no host":               {func(c *ssh.Config) { c.Server = ":22" }, "the server"},
		"a named port":          {func(c *ssh.Config) { c.Server = "relay.example.com:ssh" }, "the server"},
		"port 0":                {func(c *ssh.Config) { c.Server = "relay.example.com:0" }, "the server"},
		"a user in the server":  {func(c *ssh.Config) { c.Server = "duka@relay.example.com" }, "the server"},
		"a command as server":   {func(c *ssh.Config) { c.Server = "$(reboot)" }, "the server"},
		"no user":               {func(c *ssh.Config) { c.User = "" }, "the user"},
		"root":                  {func(c *ssh.Config) { c.User = "root" }, "must not be root"},
		"a pattern as user":     {func(c *ssh.Config) { c.User = "*" }, "the user"},
		"an option as user":     {func(c *ssh.Config) { c.User = "-r" }, "the user"},
		"two users":             {func(c *ssh.Config) { c.User = "duka root" }, "the user"},
		"no key":                {func(c *ssh.Config) { c.KeyFile = "" }, "key file"},
		"no known hosts":        {func(c *ssh.Config) { c.KnownHostsFile = "" }, "known_hosts"},
		"no socket":             {func(c *ssh.Config) { c.Socket = "" }, "the socket"},
		"a relative socket":     {func(c *ssh.Config) { c.Socket = "run/duka/till.sock" }, "the socket"},
		"a socket in /run":      {func(c *ssh.Config) { c.Socket = "/run/till.sock" }, "a folder of its own"},
		"a socket in /var/run":  {func(c *ssh.Config) { c.Socket = "/var/run/till.sock" }, "a folder of its own"},
		"a socket by way of ..": {func(c *ssh.Config) { c.Socket = "/run/duka/../till.sock" }, "the socket"},
		"a socket with blanks":  {func(c *ssh.Config) { c.Socket = "/run/duka/a b" }, "the socket"},
		"a long socket":         {func(c *ssh.Config) { c.Socket = "/run/" + strings.Repeat("d", 100) + "/s" }, "107 characters: use 103"},
		"no URL":                {func(c *ssh.Config) { c.PublicURL = "" }, "the public URL"},
		"plain http":            {func(c *ssh.Config) { c.PublicURL = "http://till.example.com" }, "must begin with https"},
		"a forbidden word":      {func(c *ssh.Config) { c.PublicURL = "https://mpesa.example.com" }, `"mpesa"`},
	} {
		cfg := duka()
		test.change(&cfg)
		switch provider, err := ssh.New(cfg); {
		case test.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case test.want == "" && provider.Volatile():
			t.Errorf("%s: the owner's URL is called volatile", name)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: the error is %v, want %q in it", name, err, test.want)
		}
	}
}

// TestFilesAreForAPerson: what is wrong with the till's own files is Blocked.
func TestFilesAreForAPerson(t *testing.T) {
	provider, err := ssh.New(duka())
	if err != nil {
		t.Fatal(err)
	}
	err = provider.Run(t.Context(), "127.0.0.1:1", func(string) { t.Error("up without a session") })
	if blocked, ok := errors.AsType[*tunnel.BlockedError](err); !ok || !strings.Contains(blocked.Error(), "there is no key at id") {
		t.Errorf("a session without files ended with %v", err)
	}
}

func TestHostKeysOfOtherServers(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var work sync.WaitGroup
	work.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
			c.Close()
		}
	})
	_, err = ssh.HostKeys(t.Context(), ln.Addr().String())
	if err == nil || !strings.Contains(err.Error(), "does not answer as an ssh server") {
		t.Errorf("a web server's host keys: %v", err)
	}
	ln.Close()
	work.Wait()
	if _, err := ssh.HostKeys(t.Context(), ln.Addr().String()); err == nil || !strings.Contains(err.Error(), "cannot be reached") {
		t.Errorf("nobody's host keys: %v", err)
	}
	if _, err := ssh.HostKeys(t.Context(), "duka@relay"); err == nil || !strings.Contains(err.Error(), "is not an address") {
		t.Errorf("the host keys of no address: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ssh.HostKeys(ctx, "127.0.0.1:1"); !errors.Is(err, context.Canceled) {
		t.Errorf("host keys that nobody wants any more: %v", err)
	}
}
