package simulator

import (
	"maps"
	"net/http"
	"strings"
	"time"
)

// tokenLife is how long a token is valid; the client is told one second less, as on the wire.
const tokenLife = time.Hour

// A grant is what an access token stands for.
type grant struct {
	consumerKey string
	expires     time.Time
}

// token answers GET /oauth/v1/generate. The oddities are Daraja's (measured): expires_in is a
// string, a wrong key or secret gets an empty 400, and a POST gets its own body back with status
// 200 and no token.
func (s *Simulator) token(r *http.Request, body []byte) answer {
	switch r.Method {
	case http.MethodGet:
	case http.MethodPost:
		return answer{status: http.StatusOK, contentType: "text/plain", body: string(body)}
	default:
		return badMethod
	}

	scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if scheme != "" && !strings.EqualFold(scheme, "Basic") {
		return refuse(http.StatusBadRequest, "400.008.01", "Invalid Authentication passed")
	}
	key, secret, _ := r.BasicAuth()
	if !matches(key, s.opts.ConsumerKey) || !matches(secret, s.opts.ConsumerSecret) {
		return answer{status: http.StatusBadRequest, contentType: "text/plain", body: ""}
	}
	if r.URL.Query().Get("grant_type") != "client_credentials" {
		return refuse(http.StatusBadRequest, "400.008.02", "Invalid grant type passed")
	}
	return answer{status: http.StatusOK, body: struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   string `json:"expires_in"`
	}{s.issue(key), "3599"}}
}

// matches reports whether got is the text that is wanted, or any text at all where none is.
func matches(got, want string) bool {
	return got != "" && (want == "" || got == want)
}

// issue makes a token and forgets those that have had their time.
func (s *Simulator) issue(consumerKey string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	maps.DeleteFunc(s.tokens, func(_ string, g grant) bool {
		return now.After(g.expires) || s.opts.InvalidateTokens && g.consumerKey == consumerKey
	})
	accessToken := s.ids.accessToken()
	s.tokens[accessToken] = grant{consumerKey, now.Add(tokenLife)}
	return accessToken
}

// authorize returns the refusal of a push or query that is no POST or carries no living token, else
// nil.
func (s *Simulator) authorize(r *http.Request) *answer {
	if r.Method != http.MethodPost {
		return &badMethod
	}
	scheme, accessToken, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	s.mu.Lock()
	defer s.mu.Unlock()
	g, known := s.tokens[accessToken]
	if !known || !strings.EqualFold(scheme, "Bearer") || time.Now().After(g.expires) {
		return &badToken
	}
	return nil
}
