package maintain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"runtime/debug"
	"strings"

	"kaunta/store"
)

// A damaged file can do more than make reading fail: a page that leads back to itself fills the
// stack, and nothing saves a process from that. So a file that is under suspicion is read by a
// process that nobody needs:
//
//	Check   ─► child process: ServeCheck     ─► VerifyFile
//	Check   ─► child process: ServeCheckCopy ─► VerifyCopy
//	Compare ─► child process: ServeCompare   ─► missing
//	Try     ─► child process: ServeTry       ─► store.Writable
//	  ▲                         │
//	  └── lines of JSON ◄───────┘   progress, then what was found; no end: the child was killed

// answer is one line of what the child says.
type answer struct {
	Done   int         `json:"done,omitempty"`
	Total  int         `json:"total,omitempty"`
	Report *Report     `json:"report,omitempty"`
	Gap    *Gap        `json:"gap,omitempty"`
	Error  *childError `json:"error,omitempty"`
}

// childError is an error on its way from the child.
type childError struct {
	Text    string `json:"text"`
	Damaged bool   `json:"damaged,omitempty"`
	Locked  bool   `json:"locked,omitempty"`
	Absent  bool   `json:"absent,omitempty"`
}

func (e *childError) Error() string { return e.Text }

// Is makes it an [store.ErrDamaged], an [store.ErrLocked] or an fs.ErrNotExist.
func (e *childError) Is(target error) bool {
	return target == store.ErrDamaged && e.Damaged || target == store.ErrLocked && e.Locked || target == fs.ErrNotExist && e.Absent
}

// maxStack is how much stack the child may use: a sound file needs very little of it.
const maxStack = 64 << 20

// ServeCheck is what the child of [Check] does: it verifies the file at path and says on w how that
// goes. The error is w's.
func ServeCheck(ctx context.Context, w io.Writer, path string) error {
	return serveReport(ctx, w, path, VerifyFile)
}

// ServeCheckCopy is the same for a copy that is to become the ledger: see [VerifyCopy].
func ServeCheckCopy(ctx context.Context, w io.Writer, path string) error {
	return serveReport(ctx, w, path, VerifyCopy)
}

func serveReport(ctx context.Context, w io.Writer, path string,
	verify func(ctx context.Context, path string, progress func(done, total int)) (Report, error),
) error {
	return serve(ctx, w, func(ctx context.Context, say func(answer)) (answer, error) {
		report, err := verify(ctx, path, func(done, total int) { say(answer{Done: done, Total: total}) })
		return answer{Report: &report}, err
	})
}

// ServeCompare is what the child of [Compare] does: it says on w what the ledger at path has that
// the backup has not. The error is w's.
func ServeCompare(ctx context.Context, w io.Writer, backup, path string) error {
	return serve(ctx, w, func(ctx context.Context, _ func(answer)) (answer, error) {
		gap, err := missing(ctx, backup, path)
		return answer{Gap: &gap}, err
	})
}

// ServeTry is what the child of [Try] does: see [store.Writable]. The error is w's.
func ServeTry(ctx context.Context, w io.Writer, path string) error {
	return serve(ctx, w, func(context.Context, func(answer)) (answer, error) {
		return answer{Report: &Report{}}, store.Writable(path)
	})
}

func serve(ctx context.Context, w io.Writer, work func(ctx context.Context, say func(answer)) (answer, error)) error {
	debug.SetMaxStack(maxStack)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	out := json.NewEncoder(w)
	var unheard error
	last, err := work(ctx, func(a answer) {
		if unheard = out.Encode(a); unheard != nil {
			cancel() // nobody listens any more
		}
	})
	if unheard != nil {
		return unheard
	}
	if err != nil {
		last = answer{Error: &childError{
			Text: err.Error(), Damaged: errors.Is(err, store.ErrDamaged), Locked: errors.Is(err, store.ErrLocked), Absent: errors.Is(err, fs.ErrNotExist),
		}}
	}
	return out.Encode(last)
}

// Check runs cmd, which must come to [ServeCheck] or [ServeCheckCopy], and returns what it found.
// Errors are those of [VerifyFile]; a child that does not come to an end has met damage, and is an
// [store.ErrDamaged].
func Check(ctx context.Context, cmd *exec.Cmd, progress func(done, total int)) (Report, error) {
	a, err := ask(ctx, cmd, progress)
	if err != nil {
		return Report{}, err
	}
	return *a.Report, nil
}

// Compare runs cmd, which must come to [ServeCompare], and returns what the ledger has that the
// backup has not.
func Compare(ctx context.Context, cmd *exec.Cmd) (Gap, error) {
	a, err := ask(ctx, cmd, nil)
	if err != nil {
		return Gap{}, err
	}
	return *a.Gap, nil
}

// Try runs cmd, which must come to [ServeTry], and returns why a till could not write the ledger.
func Try(ctx context.Context, cmd *exec.Cmd) error {
	_, err := ask(ctx, cmd, nil)
	return err
}

// ask runs a child and returns its last word, a Report or a Gap.
func ask(ctx context.Context, cmd *exec.Cmd, progress func(done, total int)) (last answer, err error) {
	var complaint beginning
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return last, fmt.Errorf("store: the check could not be started: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
	lines := json.NewDecoder(out)
	for {
		var a answer
		if lines.Decode(&a) != nil {
			break
		}
		if last = a; a.Total > 0 && progress != nil {
			progress(a.Done, a.Total)
		}
	}
	_, _ = io.Copy(io.Discard, out)
	ended := cmd.Wait()
	stop()
	switch {
	case ctx.Err() != nil:
		return last, ctx.Err()
	case last.Error != nil:
		return last, last.Error
	case last.Report == nil && last.Gap == nil:
		return last, fmt.Errorf("%w: the process that read it did not survive it (%v%s)", store.ErrDamaged, ended, complaint.line())
	}
	return last, nil
}

// beginning keeps the beginning of what is written to it.
type beginning struct{ bytes.Buffer }

func (t *beginning) Write(p []byte) (int, error) {
	if room := 4096 - t.Len(); room > 0 {
		_, _ = t.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// line is the first line, for a person who asks why.
func (t *beginning) line() string {
	line, _, _ := strings.Cut(strings.TrimSpace(t.String()), "\n")
	if line == "" {
		return ""
	}
	return ": " + line
}
