package ssh

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"kaunta/tunnel"
)

// TestRefusalHasNoType: as long as the library tells a refused login by its text alone, that text
// is read. Where this test fails, decide by the type that the library has by then, or read the new
// text.
func TestRefusalHasNoType(t *testing.T) {
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := gossh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	server := &gossh.ServerConfig{PublicKeyCallback: func(gossh.ConnMetadata, gossh.PublicKey) (*gossh.Permissions, error) {
		return nil, errors.New("nobody is let in")
	}}
	server.AddHostKey(signer)
	served := make(chan struct{})
	go func() {
		defer close(served)
		c, err := l.Accept()
		if err == nil {
			_, _, _, _ = gossh.NewServerConn(c, server)
			_ = c.Close()
		}
	}()
	_, err = gossh.Dial("tcp", l.Addr().String(), &gossh.ClientConfig{
		User: "till", Auth: []gossh.AuthMethod{gossh.PublicKeys(signer)}, HostKeyCallback: gossh.InsecureIgnoreHostKey(),
	})
	<-served
	for e := err; e != nil; e = errors.Unwrap(e) {
		if kind := fmt.Sprintf("%T", e); kind != "*errors.errorString" && kind != "*fmt.wrapError" {
			t.Errorf("the error is now a %s", kind)
		}
	}
	var blocked *tunnel.BlockedError
	if refusal := (&provider{cfg: Config{Server: "relay.example", User: "till"}}).refusal(err); !errors.As(refusal, &blocked) || !strings.Contains(refusal.Error(), "refuses the login of till") {
		t.Errorf("%v is read as %v", err, refusal)
	}
}
