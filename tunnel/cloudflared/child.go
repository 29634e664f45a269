package cloudflared

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"
)

// A child is a started program, and whatever it has started itself.
type child struct {
	family

	gone chan struct{} // closed when the program is gone
	err  error         // what its Wait returned; to be read after gone
}

// start starts cmd. The caller keeps its thread until the child is gone, since
// on Linux the child dies with the thread that started it.
func start(cmd *exec.Cmd) (*child, error) {
	family, err := startFamily(cmd)
	if err != nil {
		return nil, err
	}
	c := &child{family: family, gone: make(chan struct{})}
	go func() {
		defer close(c.gone)
		c.err = cmd.Wait()
	}()
	return c, nil
}

// await returns why it is over: the child has ended by itself, or the cause of
// ctx.
func (c *child) await(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-c.gone:
	}
	if c.err == nil {
		return errors.New("tunnel cloudflared: the program ended by itself")
	}
	return fmt.Errorf("tunnel cloudflared: the program ended by itself (%w)", c.err)
}

// end asks the child to end, kills what is left of its family after the grace,
// and returns when the program is gone.
func (c *child) end() {
	c.terminate()
	select {
	case <-c.gone:
	case <-time.After(killAfter):
	}
	c.kill()
	<-c.gone
}
