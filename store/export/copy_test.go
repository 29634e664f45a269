package export

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kaunta/pos"
	"kaunta/store"
)

// busy is a book of a till that takes a payment whenever a page has been read, as often as it has
// left.
type busy struct {
	*store.Ledger
	t    *testing.T
	left int
	n    int
}

func (b *busy) DayPage(day pos.Day, before pos.AttemptID, n int) ([]pos.Attempt, error) {
	page, err := b.Ledger.DayPage(day, before, n)
	if b.left > 0 && len(page) > 0 {
		b.left--
		b.n++
		s := sale{n: 900_000 + b.n, at: day.Start().Add(23*time.Hour + time.Duration(b.n)*time.Second), sale: 900_000 + b.n, end: "paid", after: time.Second}
		add(b.t, b.Ledger, s.events(s.at)...)
	}
	return page, err
}

// TestBusyDay: a day is exported as it was at one moment, though payments land while it is read.
func TestBusyDay(t *testing.T) {
	b := &busy{Ledger: sell(t, 5), t: t, left: 4}
	var got collect
	days, err := Copy(t.Context(), &got, b, 20261130, 20261130, masked, nil)
	if err != nil {
		t.Fatal(err)
	}
	var rows pos.Totals
	for _, r := range got.rows {
		a, err := b.Attempt(r.Attempt)
		if err != nil {
			t.Fatal(err)
		}
		rows.Add(a, 1)
	}
	if len(days) != 1 || rows != days[0].Totals || b.left > 0 {
		t.Errorf("rows come to %+v, totals are %+v", rows, days)
	}

	b.left = 1_000_000
	if _, err := Copy(t.Context(), &got, b, 20261130, 20261130, masked, nil); err == nil || !strings.Contains(err.Error(), "quieter") {
		t.Errorf("a day that never holds still: %v", err)
	}
}

// wrong is a book whose totals of one day are not those of its rows.
type wrong struct{ *store.Ledger }

func (w wrong) Totals(day pos.Day) (pos.Totals, error) {
	t, err := w.Ledger.Totals(day)
	if day == 20261107 {
		t.Paid.KES++
	}
	return t, err
}

// TestDisagree: totals that the rows do not come to are an error that names the day.
func TestDisagree(t *testing.T) {
	var got collect
	_, err := Copy(t.Context(), &got, wrong{sell(t, 3)}, november.First(), november.Last(), masked, nil)
	var disagree *DisagreeError
	if !errors.As(err, &disagree) || disagree.Day != 20261107 || !strings.Contains(err.Error(), "2026-11-07") {
		t.Error(err)
	}
}

// TestCopyStops: an export that is given up ends at once.
func TestCopyStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var got collect
	_, err := Copy(ctx, &got, sell(t, 3), november.First(), november.Last(), masked, func(done, of int) {
		if of != 29*4 {
			t.Errorf("%d of %d", done, of)
		}
		if done == 8 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || len(got.rows) != 8 {
		t.Errorf("%d rows, %v", len(got.rows), err)
	}
}

// TestFile: a file has its name only when it is whole, and takes nobody else's place unless it is
// told to.
func TestFile(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "export.csv")
	begin := func(force bool) *File {
		t.Helper()
		f, err := Create(path, force)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString("new"); err != nil {
			t.Fatal(err)
		}
		return f
	}
	names := func(want string) {
		t.Helper()
		text, _ := os.ReadFile(path)
		if left, _ := os.ReadDir(folder); string(text) != want || want == "" && len(left) > 0 || want != "" && len(left) != 1 {
			t.Errorf("%q, beside %v", text, left)
		}
	}
	begin(false).Abandon()
	names("")
	f := begin(false)
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	f.Abandon()
	names("new")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("%v, %v", info.Mode(), err)
	}

	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(path, false); err == nil || !strings.Contains(err.Error(), "--force") {
		t.Error(err)
	}
	if err := begin(true).Commit(); err != nil {
		t.Fatal(err)
	}
	names("new")

	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	f = begin(false)
	if err := os.WriteFile(path, []byte("meanwhile"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(); err == nil || !strings.Contains(err.Error(), "--force") {
		t.Error(err)
	}
	names("meanwhile")
	for _, bad := range []string{folder, filepath.Join(folder, "none", "x.csv")} {
		if _, err := Create(bad, true); err == nil {
			t.Errorf("%s can be written", bad)
		}
	}
}

// The rows of the tests.
func masked(a pos.Attempt) Row   { return RowOf(a, "", false) }
func unmasked(a pos.Attempt) Row { return RowOf(a, "", true) }
