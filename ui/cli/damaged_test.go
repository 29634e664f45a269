package cli_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"kaunta/pos"
	"kaunta/store"
	"kaunta/ui/app/settings"
	"kaunta/ui/cli"
)

// damagedBook is a ledger of which one payment cannot be read.
type damagedBook struct{ *store.Ledger }

func (damagedBook) without(list []pos.Attempt, err error) ([]pos.Attempt, error) {
	if err != nil || len(list) == 0 {
		return list, err
	}
	return list[1:], fmt.Errorf("%w: record %s", store.ErrDamaged, list[0].ID)
}

func (b damagedBook) DayPage(day pos.Day, before pos.AttemptID, n int) ([]pos.Attempt, error) {
	if before != "" {
		return b.Ledger.DayPage(day, before, n)
	}
	return b.without(b.Ledger.DayPage(day, before, n))
}

func (b damagedBook) Find(text string, n int) ([]pos.Attempt, error) {
	return b.without(b.Ledger.Find(text, n))
}

// TestDamagedPayment: it hides none of the others.
func TestDamagedPayment(t *testing.T) {
	t.Parallel()
	ledger := book(t, []deal{
		{at: "2026-11-23 09:00:00", amount: 450, end: "paid"},
		{at: "2026-11-23 10:00:00", amount: 450, end: "paid"},
		{at: "2026-11-23 11:00:00", amount: 450, end: "1032"},
	})
	for args, want := range map[string]int{"ledger --day 2026-11-23": 2, "ledger --find 450": 2, "ledger --day 2026-11-22": 0} {
		var out, complaints bytes.Buffer
		status := cli.Run(t.Context(), cli.Kaunta{
			Stdin: strings.NewReader(""), Stdout: &out, Stderr: &complaints,
			Getenv: func(name string) string { return map[string]string{"KAUNTA_LEDGER": ledger}[name] },
			OpenBook: func(s settings.Settings) (cli.Book, error) {
				l, err := store.Open(s.Ledger, store.Options{ReadOnly: true})
				return damagedBook{l}, err
			},
		}, strings.Fields(args))
		rows, says := strings.Count(out.String(), "23 November 2026 "), strings.Contains(complaints.String(), "damaged")
		if rows != want || says != (want > 0) || (status == 1) != (want > 0) {
			t.Errorf("%s: %d, %s%s", args, status, out.String(), complaints.String())
		}
	}
}
