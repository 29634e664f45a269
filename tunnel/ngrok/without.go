//go:build !ngrok

package ngrok

import (
	"errors"

	"kaunta/tunnel"
)

// Built says whether this program was built with ngrok.
const Built = false

// New returns an error that says how to build a till that has ngrok.
func New(cfg Config) (tunnel.Provider, error) {
	if _, err := cfg.check(); err != nil {
		return nil, err
	}
	return nil, errors.New("tunnel ngrok: this till was built without ngrok: build it with go build -tags ngrok, or choose another way to be reached")
}
