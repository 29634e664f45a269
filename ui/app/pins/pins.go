package pins

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/crypto/argon2"

	"kaunta/pos"
)

// Errors of a PIN.
var (
	// ErrWrong: the PIN is not that of the person.
	ErrWrong error = &pos.LocalizedError{EN: "The PIN is wrong.", SW: "PIN si sahihi."}

	// ErrNone: the file has no PIN of the person. Nobody gets in then.
	ErrNone error = &pos.LocalizedError{
		EN: "No PIN is set for this person on this machine: the owner sets one.",
		SW: "Mtu huyu hana PIN kwenye mashine hii: mwenye duka aweke.",
	}

	// ErrShape: the PIN cannot be one.
	ErrShape error = &pos.LocalizedError{EN: "A PIN has 4 to 6 digits.", SW: "PIN ina tarakimu 4 hadi 6."}
)

// The cost of one try, argon2id: 19 MiB and some tens of milliseconds.
const (
	passes  = 2
	memory  = 19 << 10 // KiB
	threads = 1
	length  = 32
)

// File is a file of PINs. It may be used from any goroutine; PINs are tried one at a time.
type File struct {
	path string
	mu   sync.Mutex
}

// verifier is what a PIN is tried by.
type verifier struct {
	Salt []byte `json:"salt"`
	Hash []byte `json:"hash"`
}

type content struct {
	People map[pos.StaffID]verifier `json:"people"`
}

// At is the file at path, which is made with the first PIN.
func At(path string) *File { return &File{path: path} }

// Check reports by ErrWrong or ErrNone that the PIN does not let the person in; any other error is
// one of the file, and lets nobody in either.
func (f *File) Check(who pos.StaffID, pin string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	c, err := f.read()
	if err != nil {
		return err
	}
	v, ok := c.People[who]
	if !ok || len(v.Hash) != length {
		return ErrNone
	}
	if subtle.ConstantTimeCompare(hash(pin, v.Salt), v.Hash) != 1 {
		return ErrWrong
	}
	return nil
}

// Set gives the person a PIN.
func (f *File) Set(who pos.StaffID, pin string) error {
	if !plausible(pin) {
		return ErrShape
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // which never fails
	return f.change(func(c *content) { c.People[who] = verifier{salt, hash(pin, salt)} })
}

// Remove takes the person's PIN away.
func (f *File) Remove(who pos.StaffID) error {
	return f.change(func(c *content) { delete(c.People, who) })
}

// Reset takes everybody's PIN away.
func (f *File) Reset() error { return f.change(func(c *content) { clear(c.People) }) }

func plausible(pin string) bool {
	if len(pin) < 4 || len(pin) > 6 {
		return false
	}
	for _, r := range pin {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

func hash(pin string, salt []byte) []byte {
	return argon2.IDKey([]byte(pin), salt, passes, memory, threads, length)
}

func (f *File) read() (content, error) {
	c := content{People: map[pos.StaffID]verifier{}}
	b, err := os.ReadFile(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return c, nil
	case err != nil:
		return c, fmt.Errorf("the file of PINs cannot be read: %w", err)
	}
	if err := json.Unmarshal(b, &c); err != nil || c.People == nil {
		return c, fmt.Errorf("%s is damaged: run kaunta staff recover, then set the PINs again", f.path)
	}
	return c, nil
}

// change writes the file again, whole or not at all.
func (f *File) change(edit func(*content)) (err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c, err := f.read()
	if err != nil {
		return err
	}
	edit(&c)
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
		return fmt.Errorf("the file of PINs cannot be written: %w", err)
	}
	temporary, err := os.CreateTemp(filepath.Dir(f.path), ".pins-*") // which only this user may read
	if err != nil {
		return fmt.Errorf("the file of PINs cannot be written: %w", err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("the file of PINs cannot be written: %w", errors.Join(err, os.Remove(temporary.Name())))
		}
	}()
	_, err = temporary.Write(append(b, '\n'))
	if err := errors.Join(err, temporary.Sync(), temporary.Close()); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), f.path)
}
