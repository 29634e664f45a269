package daraja

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// answeredElsewhere stands before what was wrong with an answer that is not Daraja's. It is in
// ledgers: it is never reworded.
const answeredElsewhere = "something else answered in M-PESA's place: "

// FromElsewhere reports whether something else answered in M-PESA's place: as a rule a network that
// wants a login before it lets anybody through.
func (a Answer) FromElsewhere() bool { return strings.Contains(a.ErrorMessage, answeredElsewhere) }

// isElsewhere reports whether something other than Daraja, or the firewall in front of it, wrote an
// answer that is not JSON: a page for a browser where a result belongs, or a way to one. Daraja's
// own gateways write pages too, but with the statuses of errors.
func isElsewhere(status int, body []byte) bool {
	switch {
	case status >= 300 && status <= 399, status == http.StatusNetworkAuthenticationRequired:
		return true
	case status == http.StatusOK:
		return strings.HasPrefix(http.DetectContentType(body), "text/html")
	}
	return false
}

// notDaraja is what is said of such an answer, of which err is what is wrong.
func notDaraja(status int, err error) string {
	if status != http.StatusOK {
		return answeredElsewhere + fmt.Sprintf("HTTP %d", status)
	}
	return answeredElsewhere + err.Error()
}

// provesElsewhere reports whether a connection failed since the other end is not
// M-PESA: its certificate is for another name or from nobody who is trusted, or it does not speak
// TLS at all.
func provesElsewhere(err error) bool {
	var name x509.HostnameError
	var authority x509.UnknownAuthorityError
	return errors.As(err, &name) || errors.As(err, &authority) || errors.Is(err, http.ErrSchemeMismatch)
}
