package ngrok

import (
	"errors"
	"fmt"
	"net/url"

	"kaunta/tunnel"
)

// Config says which of ngrok's domains to use. Both are required.
type Config struct {
	Authtoken string // of the owner's account, a secret
	PublicURL string // the account's domain, such as https://name.ngrok-free.dev
}

// check returns the public URL as it is handed on.
func (cfg Config) check() (string, error) {
	if cfg.Authtoken == "" {
		return "", errors.New("tunnel ngrok: the authtoken is not set: copy it from https://dashboard.ngrok.com/get-started/your-authtoken")
	}
	if cfg.PublicURL == "" {
		return "", errors.New("tunnel ngrok: the public URL is not set: write the domain that https://dashboard.ngrok.com/domains shows, like https://name.ngrok-free.dev")
	}
	public, err := tunnel.PublicURL(cfg.PublicURL)
	if err != nil {
		return "", fmt.Errorf("tunnel ngrok: %w", err)
	}
	if u, err := url.Parse(public); err != nil || u.Scheme != "https" || u.Path != "" {
		return "", errors.New("tunnel ngrok: the public URL must be https:// and the domain, with nothing behind it")
	}
	return public, nil
}
