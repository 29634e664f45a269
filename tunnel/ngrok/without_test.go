//go:build !ngrok

package ngrok

import (
	"strings"
	"testing"
)

func TestWithoutTheTagNewSaysHowToBuildIt(t *testing.T) {
	if _, err := New(Config{Authtoken: token, PublicURL: public}); err == nil || !strings.Contains(err.Error(), "go build -tags ngrok") {
		t.Errorf("New: %v", err)
	}
}
