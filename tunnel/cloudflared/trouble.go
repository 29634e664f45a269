package cloudflared

import (
	"bytes"
	"fmt"
	"net"
	"regexp"
	"strings"
	"sync"
	"unicode"
)

// mostLine is how many bytes of a line of the child's are looked at.
const mostLine = 300

// A lastTrouble is a writer for the child's log that keeps the last line that
// speaks of trouble, and no more than that.
type lastTrouble struct {
	secret string // not to be kept, if it is printed

	mu   sync.Mutex
	line []byte // the line that is being written, at most mostLine of it
	last string
}

// Write never fails: the child must not be held up by its log.
func (t *lastTrouble) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for rest := p; len(rest) > 0; {
		part, after, ends := bytes.Cut(rest, []byte("\n"))
		t.line = append(t.line, part[:min(len(part), mostLine-len(t.line))]...)
		if ends {
			t.endLine()
		}
		rest = after
	}
	return len(p), nil
}

// endLine keeps t.line if it is one of trouble: of a level above information,
// or of none, as the very last words of a program that gives up are.
func (t *lastTrouble) endLine() {
	line := t.masked()
	t.line = t.line[:0]
	_, said, levelled := strings.Cut(line, " ") // after the time
	if levelled && (strings.HasPrefix(said, "INF ") || strings.HasPrefix(said, "DBG ") || strings.HasPrefix(said, "WRN ")) {
		return
	}
	for _, level := range []string{"ERR ", "FTL "} {
		if text, ok := strings.CutPrefix(said, level); ok {
			line = text
		}
	}
	line = strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1 // nothing that a terminal would obey
		}
		return r
	}, line))
	if line != "" {
		t.last = line
	}
}

// masked returns t.line without the secret, or the beginning of it where the
// line was cut.
func (t *lastTrouble) masked() string {
	line := string(t.line)
	if t.secret == "" {
		return line
	}
	line = strings.ReplaceAll(line, t.secret, "…")
	if len(t.line) == mostLine {
		for n := len(t.secret); n > 0; n-- {
			if cut, ok := strings.CutSuffix(line, t.secret[:n]); ok {
				return cut
			}
		}
	}
	return line
}

// explain adds what the child said last to why its session ended. Where that is
// a name that was not found, the error is a *net.DNSError too, as it would be if
// this program had looked the name up.
func (t *lastTrouble) explain(err error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last == "" {
		return err
	}
	said := lastWords{text: t.last}
	if found := lookup.FindStringSubmatch(t.last); found != nil {
		said.cause = &net.DNSError{Name: found[1], Err: found[2], IsNotFound: found[2] == "no such host", IsTimeout: found[2] == "i/o timeout"}
	}
	return fmt.Errorf("%w; its last words: %w", err, said)
}

// lookup finds the words in which Go's resolver, which cloudflared uses, says
// that it has no address for a name.
var lookup = regexp.MustCompile(`lookup ([A-Za-z0-9._-]+)(?: on [^ ]+)?: (no such host|server misbehaving|i/o timeout)`)

type lastWords struct {
	text  string
	cause error // what it tells of; nil where that is not known
}

func (w lastWords) Error() string { return w.text }

func (w lastWords) Unwrap() error { return w.cause }
