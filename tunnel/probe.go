package tunnel

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// probeTimeout bounds one probe, name look-up and handshakes included.
const probeTimeout = 5 * time.Second

// A proofKey makes proofs that only this process can make. It is drawn at
// start and never leaves memory.
type proofKey [sha256.Size]byte

func newProofKey() (k proofKey) {
	rand.Read(k[:]) // never fails
	return k
}

// proof returns HMAC-SHA256 of nonce in hexadecimal digits.
func (k proofKey) proof(nonce string) string {
	mac := hmac.New(sha256.New, k[:])
	io.WriteString(mac, nonce)
	return hex.EncodeToString(mac.Sum(nil))
}

// Proof returns what the server answers to GET /probe/{nonce}: a [Link] that
// fetches it through the public URL knows that this server is behind the URL.
func (s *Server) Proof(nonce string) string { return s.key.proof(nonce) }

func (s *Server) probe(w http.ResponseWriter, nonce string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	io.WriteString(w, s.Proof(nonce))
}

// newProbeTransport returns the default of [LinkConfig.Transport]. It keeps no
// connection: a kept one would prove the path of minutes ago. It bounds dials
// itself, because net/http lets them go on after the request has timed out.
func newProbeTransport() http.RoundTripper {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: probeTimeout}).DialContext,
		TLSHandshakeTimeout: probeTimeout,
		DisableKeepAlives:   true,
	}
}

// probe returns nil if a nonce fetched through the public URL came back under
// our key.
func (l *Link) probe(ctx context.Context, base string) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	var random [16]byte
	rand.Read(random[:]) // never fails
	nonce := hex.EncodeToString(random[:])

	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+probePath+nonce, nil)
	if err != nil {
		return fmt.Errorf("tunnel probe: the public URL cannot be asked: %w", err)
	}
	req.Close = true
	client := http.Client{
		Transport: l.cfg.Transport,
		// A redirect is a captive portal or somebody else's site.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.Do(req)
	if err != nil {
		if ue, ok := errors.AsType[*url.Error](err); ok {
			err = ue.Err // the URL and its nonce say nothing to a reader
		}
		return fmt.Errorf("tunnel probe: the public URL does not answer: %w", err)
	}
	defer resp.Body.Close()
	want := l.cfg.Proof(nonce)
	got, err := io.ReadAll(io.LimitReader(resp.Body, int64(len(want))+1))
	switch {
	case err != nil:
		return fmt.Errorf("tunnel probe: the public URL's answer broke off: %w", err)
	case resp.StatusCode != http.StatusOK || !hmac.Equal(got, []byte(want)):
		return fmt.Errorf("tunnel probe: something other than this till answers at the public URL (HTTP status %d)", resp.StatusCode)
	}
	return nil
}
