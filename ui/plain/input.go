package plain

import (
	"bufio"
	"context"
	"io"
	"runtime"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
)

// longestLine is how many bytes of a typed line are read. No answer of a till is nearly as long.
const longestLine = 4096

// listen reads what is typed, in one goroutine, until the input or ctx ends; then lines is closed.
// leave is to be called after the end of ctx. It waits for the goroutine where its read can be
// stopped; another read is its owner's to end, by closing the input, or with the process.
func listen(ctx context.Context, input io.Reader) (lines <-chan string, leave func()) {
	typed := make(chan string, 1) // one that is typed ahead
	leave = func() {}
	// On Windows it would take the console out of its line mode.
	if runtime.GOOS != "windows" {
		// An error is for files on disk, which never keep anybody waiting.
		if c, err := uv.NewCancelReader(input); err == nil {
			input = c
			leave = func() {
				if c.Cancel() {
					for range typed { // until it is closed
					}
				}
				_ = c.Close()
			}
		}
	}
	go func() {
		defer close(typed)
		readLines(ctx, input, typed)
	}()
	return typed, leave
}

// readLines hands over what is typed, each line whole and in its order, until the input or ctx
// ends. A last line that nothing ends is a line. Of one that is too long an ellipsis stands for the
// rest, so that no part of it passes for an answer.
func readLines(ctx context.Context, input io.Reader, lines chan<- string) {
	r := bufio.NewReaderSize(input, longestLine)
	var line strings.Builder
	for ctx.Err() == nil {
		part, more, err := r.ReadLine()
		if line.Len() == 0 {
			line.Write(part)
			if more {
				line.WriteString("…")
			}
		}
		switch {
		case err != nil:
			return
		case more:
			continue
		}
		select {
		case lines <- line.String():
			line.Reset()
		case <-ctx.Done():
		}
	}
}
