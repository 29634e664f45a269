package ssh

import (
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	gossh "golang.org/x/crypto/ssh"
)

// keyComment tells the owner of a relay whose key it is.
const keyComment = "kaunta"

// GenerateKey makes a new ed25519 key, writes it to a new file at path that
// nobody else may read, and returns its public half as one line for the
// relay's authorized_keys, without a line end. A file that is already there is
// left alone: the error is then an [fs.ErrExist], and [PublicKey] reads it.
func GenerateKey(path string) (publicLine string, err error) {
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return "", fmt.Errorf("tunnel ssh: no key could be made: %w", err)
	}
	block, err := gossh.MarshalPrivateKey(private, keyComment)
	if err != nil {
		return "", fmt.Errorf("tunnel ssh: no key could be made: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("tunnel ssh: the folder for the key cannot be made: %w", err)
	}
	if err := writeNew(path, pem.EncodeToMemory(block)); err != nil {
		return "", err
	}
	return PublicKey(path)
}

// writeNew writes a file that was not there before, for its owner alone, and
// leaves none behind if that fails.
func writeNew(path string, data []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("tunnel ssh: there is a key at %s already, which the relay may know: use it, or move it away: %w", path, fs.ErrExist)
	case err != nil:
		return fmt.Errorf("tunnel ssh: the key cannot be written: %w", err)
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		os.Remove(path)
		return fmt.Errorf("tunnel ssh: the key cannot be written: %w", err)
	}
	return nil
}

// PublicKey returns the public half of the private key at path as one line for
// the relay's authorized_keys, without a line end.
func PublicKey(path string) (publicLine string, err error) {
	signer, err := readKey(path)
	if err != nil {
		return "", err
	}
	line := gossh.MarshalAuthorizedKey(signer.PublicKey())
	return strings.TrimSpace(string(line)) + " " + keyComment, nil
}

// readKey reads a private key that nobody else can read and that needs no
// passphrase, in OpenSSH's or PEM's form.
func readKey(path string) (gossh.Signer, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("tunnel ssh: there is no key at %s: kaunta setup makes one", path)
	case err != nil:
		return nil, fmt.Errorf("tunnel ssh: the key cannot be read: %w", err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("tunnel ssh: the key %s is not a file: name the file of the private key", path)
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return nil, fmt.Errorf("tunnel ssh: the key %s can be read by others: run chmod 600 on it", path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("tunnel ssh: the key cannot be read: %w", err)
	}
	signer, err := gossh.ParsePrivateKey(data)
	if err == nil {
		return signer, nil
	}
	if _, locked := errors.AsType[*gossh.PassphraseMissingError](err); locked {
		return nil, fmt.Errorf("tunnel ssh: the key %s asks for a passphrase, which nobody types when the till starts: take it off with ssh-keygen -p, or make another key with kaunta setup", path)
	}
	if _, _, _, _, err := gossh.ParseAuthorizedKey(data); err == nil {
		return nil, fmt.Errorf("tunnel ssh: %s holds a public key: name the file of the private one, which has no .pub", path)
	}
	return nil, fmt.Errorf("tunnel ssh: %s is not a private key of kind ed25519, ecdsa or rsa: make one with kaunta setup", path)
}
