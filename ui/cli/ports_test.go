package cli_test

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// portBlock is a range of ports that one run of these tests has for itself, below those that the
// system hands out and those of sshtest. Its first port is held as long as the run lasts, so that
// another run takes another block.
type portBlock struct {
	held  net.Listener
	first int
	given atomic.Int64
}

const portsInBlock = 400

var ports = sync.OnceValues(func() (*portBlock, error) {
	for first := 10_000; first < 20_000; first += portsInBlock {
		if held, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", first)); err == nil {
			return &portBlock{held: held, first: first}, nil
		}
	}
	return nil, errors.New("other runs of these tests hold every block of ports")
})

// freeAddress is an address of this machine that nobody listens on, and that no other test takes
// while nobody does: the same before and after a till is started again, as in a shop.
func freeAddress(t *testing.T) string {
	t.Helper()
	block, err := ports()
	if err != nil {
		t.Fatal(err)
	}
	n := int(block.given.Add(1))
	if n >= portsInBlock {
		t.Fatalf("more than %d addresses are asked for", portsInBlock-1)
	}
	return fmt.Sprintf("127.0.0.1:%d", block.first+n)
}
