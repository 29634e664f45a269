package ssh_test

import (
	"flag"
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// Tests on a relay wait more than they work, one of them for ten seconds: they may all run at
	// once.
	flag.Parse()
	if err := flag.Set("test.parallel", "16"); err != nil {
		os.Exit(2)
	}
	goleak.VerifyTestMain(m)
}
