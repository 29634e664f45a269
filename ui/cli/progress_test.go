//go:build unix

package cli

import (
	"bytes"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/creack/pty"
)

// TestProgress: a person at a terminal is told how far a command is, once it takes long; nobody
// else is.
func TestProgress(t *testing.T) {
	person, terminal, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminal can be had here: %v", err)
	}
	defer person.Close()
	defer terminal.Close()
	synctest.Test(t, func(t *testing.T) {
		c := &commands{Kaunta: Kaunta{Stderr: terminal}}
		tell, clear := c.progress()
		tell(1, 100_000)
		clear() // nothing was told, and nothing is to be cleared
		<-time.After(patience + time.Second)
		tell(12_345, 100_000)
		tell(12_346, 100_000) // too soon after
		clear()
	})
	const want = "\r12,345 of 100,000 payments\x1b[K\r\x1b[K"
	got := make([]byte, len(want))
	if _, err := io.ReadFull(person, got); err != nil || string(got) != want {
		t.Errorf("%q, %v", got, err)
	}

	var file bytes.Buffer
	c := &commands{Kaunta: Kaunta{Stderr: &file}}
	if tell, clear := c.progress(); tell != nil {
		t.Error("a file is told")
	} else {
		clear()
	}
}
