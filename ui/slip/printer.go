package slip

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"time"
)

// ErrBusy is returned by [Printer.Send] while an earlier job waits: the printer is slow, stuck or
// out of paper.
var ErrBusy = errors.New("the printer has not taken the slip before this one yet: look whether it is on and has paper")

// patience is how long a printer may take over one job.
const patience = 15 * time.Second

// Printer sends jobs to a receipt printer, one after the other, in a goroutine of its own. It may
// be used from any goroutine. What it says at best is that a job was sent: no printer of this kind
// says that it was printed.
type Printer struct {
	open    func(context.Context) (io.WriteCloser, error)
	jobs    chan job
	ctx     context.Context
	stop    context.CancelFunc
	stopped sync.WaitGroup
}

type job struct {
	bytes []byte
	sent  func(error)
}

// New makes the printer at a device such as /dev/usb/lp0, a network address such as
// 192.168.1.50:9100, or a file, to whose end jobs are added. Call Close in the end.
func New(to string) *Printer {
	p := newPrinter(opener(to))
	return p
}

func newPrinter(open func(context.Context) (io.WriteCloser, error)) *Printer {
	p := &Printer{open: open, jobs: make(chan job, 1)}
	p.ctx, p.stop = context.WithCancel(context.Background())
	p.stopped.Go(p.run)
	return p
}

// Send hands over a job and returns at once. sent, which may be nil, is called from another
// goroutine with what became of it.
func (p *Printer) Send(bytes []byte, sent func(error)) error {
	select {
	case p.jobs <- job{bytes, sent}:
		return nil
	default:
		return ErrBusy
	}
}

// Close gives the last job up and ends the goroutine; it does not wait for a device that never
// answers.
func (p *Printer) Close() { p.stop() }

func (p *Printer) run() {
	for {
		select {
		case <-p.ctx.Done():
			return
		case j := <-p.jobs:
			err := p.write(j.bytes)
			if j.sent != nil {
				j.sent(err)
			}
		}
	}
}

// write sends one job. A device that is stuck may keep a write for ever, and knows no deadline: it
// is left behind then.
func (p *Printer) write(bytes []byte) error {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		out, err := p.open(ctx)
		if err == nil {
			stop := context.AfterFunc(ctx, func() { _ = out.Close() })
			_, err = out.Write(bytes)
			if stop() {
				err = errors.Join(err, out.Close())
			}
		}
		done <- err
	}()
	select {
	case err := <-done:
		if err != nil {
			return fmt.Errorf("the slip was not sent: look whether the printer is on and has paper: %w", err)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("the printer has not taken the slip in %v: look whether it is on and has paper", patience)
	}
}

// opener is the way to the printer.
func opener(to string) func(context.Context) (io.WriteCloser, error) {
	if _, port, err := net.SplitHostPort(to); err == nil && port != "" && !strings.Contains(to, "/") {
		return func(ctx context.Context) (io.WriteCloser, error) {
			var d net.Dialer
			return d.DialContext(ctx, "tcp", to)
		}
	}
	return func(context.Context) (io.WriteCloser, error) {
		return os.OpenFile(to, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	}
}
