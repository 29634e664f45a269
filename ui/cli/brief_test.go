package cli_test

import (
	"bytes"
	"strings"
	"testing"

	"kaunta/store"
	"kaunta/ui/app/settings"
	"kaunta/ui/cli"
)

// left is a ledger that a till opens as soon as it has been read.
type left struct {
	*store.Ledger
	t *testing.T
}

func (l left) Close() error {
	if err := l.Ledger.Close(); err != nil {
		return err
	}
	till, err := store.Open(l.Path(), store.Options{Environment: "training"})
	if err != nil {
		l.t.Errorf("no till can start: %v", err)
		return nil
	}
	return till.Close()
}

// TestReadersStandAside: a till can start while a long report or export is being made.
func TestReadersStandAside(t *testing.T) {
	t.Parallel()
	ledger := book(t, week)
	for _, args := range []string{"ledger --day 2026-11-23 --json", "report --week 2026-11-23 --json", "export --week 2026-11-23"} {
		var out, complaints bytes.Buffer
		opened := 0
		status := cli.Run(t.Context(), cli.Kaunta{
			Stdin: strings.NewReader(""), Stdout: &out, Stderr: &complaints,
			Getenv: func(name string) string { return map[string]string{"KAUNTA_LEDGER": ledger}[name] },
			OpenBook: func(s settings.Settings) (cli.Book, error) {
				opened++
				l, err := store.Open(s.Ledger, store.Options{ReadOnly: true})
				return left{l, t}, err
			},
		}, strings.Fields(args))
		if status != 0 || complaints.Len() > 0 || out.Len() == 0 || opened < 2 {
			t.Errorf("%s: %d, opened %d times: %s %s", args, status, opened, out.String(), complaints.String())
		}
	}
}
