package maintain

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kaunta/pos"
	"kaunta/store"
)

// Problem is something in a ledger that is not as it was written.
type Problem struct {
	Attempt pos.AttemptID // "" where it is about none
	At      time.Time     // of the event or, where there is none, of asking; zero where it is about none
	Amount  pos.Shillings // of the attempt; 0 where it is not known, and from [Verify]: [VerifyFile] looks it up
	What    string        // one sentence
}

// Error is the problem in one sentence, with the attempt that it is about.
func (p Problem) Error() string {
	if p.Attempt == "" {
		return p.What
	}
	return fmt.Sprintf("attempt %s of %s: %s", p.Attempt, pos.DateTime(p.At), p.What)
}

// Report is what [Verify] found.
type Report struct {
	Attempts int
	Events   int
	Last     store.Anchor // the end of the chain

	// Evidence is how much is wrong with pages, records and the chain, and Derived with what
	// follows from them, the indexes and the totals, which [Rebuild] makes again. A broken chain
	// counts once: nothing can be said of what comes after.
	Evidence, Derived int

	// First is the first thing that is wrong, evidence before the rest; nil where all is well.
	First *Problem
}

// Whole is why the ledger of the report is not to be used: an ErrDamaged, or nil.
func (r Report) Whole() error {
	if r.First == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", store.ErrDamaged, r.First)
}

// VerifyFile checks the ledger in a file that no till has open, with its pages, as [Verify] does.
// Errors are those of store.Open.
func VerifyFile(ctx context.Context, path string, progress func(done, total int)) (Report, error) {
	l, err := store.Open(path, store.Options{ReadOnly: true})
	if err != nil {
		return Report{}, err
	}
	report, err := Verify(ctx, l, progress)
	if p := report.First; p != nil && p.Attempt != "" {
		if a, err := l.Attempt(p.Attempt); err == nil {
			p.Amount = a.Amount
		}
	}
	return report, errors.Join(err, l.Close())
}

// VerifyCopy is VerifyFile for a copy that is to become the ledger, which a till must be able to
// write, and which it brings to this version.
func VerifyCopy(ctx context.Context, path string, progress func(done, total int)) (Report, error) {
	if err := store.Writable(path); err != nil {
		return Report{}, err
	}
	report, err := VerifyFile(ctx, path, progress)
	if errors.Is(err, store.ErrOlder) {
		if _, err = Rebuild(ctx, path, store.Options{}, progress); err == nil {
			return VerifyFile(ctx, path, progress)
		}
	}
	return report, err
}
