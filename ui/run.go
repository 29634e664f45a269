package ui

import (
	"context"
	"fmt"
	"strconv"
	"sync"

	tea "charm.land/bubbletea/v2"

	"kaunta/ui/draw"
	"kaunta/ui/session"
)

// framesASecond is how often it is looked whether the screen has changed: each look wakes the
// machine, and a result is shown after a thirtieth of a second at most.
const framesASecond = 30

// Run shows the screens until the cashier leaves or ctx ends, which is no error. It leaves no
// goroutine behind; the till goes on.
func Run(ctx context.Context, cfg session.Config) error {
	cfg, err := cfg.Complete()
	if err != nil {
		return fmt.Errorf("screens: %w", err)
	}
	// Before anything can happen, so that nothing is missed.
	updates := cfg.Till.Subscribe()

	working, end := context.WithCancel(ctx)
	run := &runner{ctx: working}
	width, height := windowOf(cfg)
	program := tea.NewProgram(newApp(cfg, run),
		tea.WithInput(keyboard(cfg.Input)), tea.WithOutput(cfg.Output), tea.WithEnvironment(cfg.Environ),
		tea.WithWindowSize(width, height),
		tea.WithColorProfile(draw.Profile(cfg.Output, cfg.Environ)),
		tea.WithoutSignalHandler(), // the caller's signals end ctx
		tea.WithFPS(framesASecond),
	)
	var relays sync.WaitGroup
	relays.Go(func() {
		for {
			u, err := updates.Next(working)
			if err != nil {
				return
			}
			program.Send(updateMsg(u))
		}
	})
	if cfg.Phone != nil {
		relays.Go(func() {
			for {
				changed := cfg.Phone.Changed()
				program.Send(promptsMsg(cfg.Phone.Prompts()))
				program.Send(smsMsg(cfg.Phone.SMS()))
				select {
				case <-changed:
				case <-working.Done():
					return
				}
			}
		})
	}
	left := context.AfterFunc(ctx, program.Quit)

	_, err = program.Run()

	left()
	end()
	updates.Close()
	relays.Wait()
	run.wait()
	if err != nil {
		return fmt.Errorf("screens: %w", err)
	}
	return nil
}

// windowOf is the window of an output that is no terminal of this machine and cannot be asked:
// COLUMNS × LINES, or else 80×24.
func windowOf(cfg session.Config) (width, height int) {
	number := func(name string, otherwise int) int {
		if n, err := strconv.Atoi(cfg.Getenv(name)); err == nil && n > 0 {
			return n
		}
		return otherwise
	}
	return number("COLUMNS", 80), number("LINES", 24)
}

// runner is the goroutines of commands. The library that starts them does not wait for them; Run
// does.
type runner struct {
	ctx context.Context // ended before wait is called

	mu    sync.Mutex
	ended bool
	work  sync.WaitGroup
}

// do is a command that is waited for. After the end it does nothing.
func (c *runner) do(f func(ctx context.Context) tea.Msg) tea.Cmd {
	return func() tea.Msg {
		c.mu.Lock()
		if c.ended {
			c.mu.Unlock()
			return nil
		}
		c.work.Add(1)
		c.mu.Unlock()
		defer c.work.Done()
		return f(c.ctx)
	}
}

// wait lets no more commands begin and waits for those that have.
func (c *runner) wait() {
	c.mu.Lock()
	c.ended = true
	c.mu.Unlock()
	c.work.Wait()
}
