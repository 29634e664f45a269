//go:build !unix

package ui

import "io"

// suspension does nothing where no shell can go on with a stopped program.
type suspension struct{}

func (*suspension) Run() error          { return nil }
func (*suspension) SetStdin(io.Reader)  {}
func (*suspension) SetStdout(io.Writer) {}
func (*suspension) SetStderr(io.Writer) {}
