//go:build unix

package ui

import (
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// suspension stops the program, with all of its job, until the shell goes on with it. Where there
// is no shell to do so the system does not stop it, and it goes on by itself after a moment.
type suspension struct{}

const notStopped = 200 * time.Millisecond

func (*suspension) Run() error {
	goesOn := make(chan os.Signal, 1)
	signal.Notify(goesOn, syscall.SIGCONT)
	defer signal.Stop(goesOn)
	if err := syscall.Kill(0, syscall.SIGTSTP); err != nil {
		return err
	}
	select {
	case <-goesOn:
	case <-time.After(notStopped):
	}
	return nil
}

func (*suspension) SetStdin(io.Reader)  {}
func (*suspension) SetStdout(io.Writer) {}
func (*suspension) SetStderr(io.Writer) {}
