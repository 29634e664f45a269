//go:build !linux || !(amd64 || arm64)

package powercut

// Disk is a mounted folder whose operations are recorded.
type Disk struct {
	*Recording
	Mount string // where programs work on it
}

// NewDisk returns [ErrUnavailable].
func NewDisk(string, map[string][]byte) (*Disk, error) { return nil, ErrUnavailable }

// Close does nothing.
func (d *Disk) Close() error { return nil }
