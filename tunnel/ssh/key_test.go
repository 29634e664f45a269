package ssh_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"kaunta/tunnel/ssh"
)

func TestGenerateKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kaunta", "relay_key")
	line, err := ssh.GenerateKey(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(line, "ssh-ed25519 AAAA") || !strings.HasSuffix(line, " kaunta") || strings.Contains(line, "\n") {
		t.Errorf("the public line is %q", line)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the key file is %v, %v", info, err)
	}
	if again, err := ssh.PublicKey(path); again != line || err != nil {
		t.Errorf("the key read again is %q, %v; want %q", again, err, line)
	}

	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ssh.GenerateKey(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second key at the same place: %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("the first key was touched: %v", err)
	}
}

func TestPublicKey(t *testing.T) {
	t.Parallel()
	_, ed, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	openSSH := func(key crypto.PrivateKey, passphrase string) []byte {
		block, err := gossh.MarshalPrivateKey(key, "")
		if passphrase != "" {
			block, err = gossh.MarshalPrivateKeyWithPassphrase(key, "", []byte(passphrase))
		}
		if err != nil {
			t.Fatal(err)
		}
		return pem.EncodeToMemory(block)
	}
	public, err := gossh.NewPublicKey(ed.Public())
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		data []byte
		mode fs.FileMode
		want string // the line's beginning, or a part of the error
		ok   bool
	}{
		{"ed25519", openSSH(ed, ""), 0o600, "ssh-ed25519 ", true},
		{"ecdsa", openSSH(ec, ""), 0o600, "ecdsa-sha2-nistp256 ", true},
		{"rsa", openSSH(rs, ""), 0o400, "ssh-rsa ", true},
		{"rsa in PEM", pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(rs)}), 0o600, "ssh-rsa ", true},
		{"group can read", openSSH(ed, ""), 0o640, "can be read by others: run chmod 600", false},
		{"all can read", openSSH(ed, ""), 0o604, "can be read by others: run chmod 600", false},
		{"passphrase", openSSH(ed, "siri"), 0o600, "asks for a passphrase, which nobody types when the till starts: take it off with ssh-keygen -p", false},
		{"public", gossh.MarshalAuthorizedKey(public), 0o600, "holds a public key", false},
		{"not a key", []byte("siri"), 0o600, "is not a private key", false},
		{"empty", nil, 0o600, "is not a private key", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if runtime.GOOS == "windows" && strings.Contains(test.want, "chmod") {
				t.Skip("Windows has no file modes")
			}
			path := filepath.Join(t.TempDir(), "id")
			if err := os.WriteFile(path, test.data, test.mode); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, test.mode); err != nil { // whatever the umask
				t.Fatal(err)
			}
			line, err := ssh.PublicKey(path)
			switch {
			case test.ok && (err != nil || !strings.HasPrefix(line, test.want)):
				t.Errorf("the line is %q, %v", line, err)
			case !test.ok && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("the error is %v, want %q in it", err, test.want)
			case err != nil && strings.Contains(err.Error(), "siri"):
				t.Errorf("the error tells a secret: %v", err)
			}
		})
	}
	if _, err := ssh.PublicKey(filepath.Join(t.TempDir(), "id")); err == nil || !strings.Contains(err.Error(), "there is no key") {
		t.Errorf("no file: %v", err)
	}
	if _, err := ssh.PublicKey(t.TempDir()); err == nil || !strings.Contains(err.Error(), "is not a file") {
		t.Errorf("a folder: %v", err)
	}
}
