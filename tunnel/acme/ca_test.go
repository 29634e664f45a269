package acme

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/acme"
)

// An authority is as much of an ACME server (RFC 8555) as one till needs: one
// account, one order at a time, validated the moment it is asked for. It takes
// signatures on trust, and nothing else.
type authority struct {
	t      *testing.T
	server *httptest.Server
	key    *ecdsa.PrivateKey
	root   *x509.Certificate

	challenge string                                        // the type that it offers
	life      time.Duration                                 // of the certificates
	left      time.Duration                                 // of that when the first is issued; 0: all
	at        func() string                                 // where the domain leads
	meddle    func(http.ResponseWriter, *http.Request) bool // answers instead, if it returns true
	issued    chan *x509.Certificate                        // every certificate
	orders    int

	mu         sync.Mutex
	thumbprint string
	domain     string
	status     string // of the order
	chain      []byte
}

func newAuthority(t *testing.T) *authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ca := &authority{t: t, key: key, challenge: "tls-alpn-01", life: 90 * 24 * time.Hour, issued: make(chan *x509.Certificate, 10)}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "an authority of this test"},
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(1000 * time.Hour),
		KeyUsage: x509.KeyUsageCertSign, BasicConstraintsValid: true, IsCA: true,
	}
	ca.root = ca.sign(template, template, &key.PublicKey)
	ca.server = httptest.NewUnstartedServer(ca)
	ca.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	ca.server.StartTLS()
	t.Cleanup(ca.server.Close)
	return ca
}

func (ca *authority) sign(template, parent *x509.Certificate, key any) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key, ca.key)
	if err != nil {
		ca.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		ca.t.Fatal(err)
	}
	return cert
}

// trust returns a pool with the authority's root, which is for the till's
// callers.
func (ca *authority) trust() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(ca.root)
	return pool
}

// own returns a pool for the authority's own HTTPS, which is for the till.
func (ca *authority) own() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(ca.server.Certificate())
	return pool
}

func (ca *authority) ordered() int {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	return ca.orders
}

func (ca *authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	if ca.meddle != nil && ca.meddle(w, r) {
		return
	}
	payload := ca.open(r)
	url := func(path string) string { return ca.server.URL + path }
	order := func() map[string]any {
		return map[string]any{
			"status": ca.status, "authorizations": []string{url("/authz")}, "finalize": url("/finalize"), "certificate": url("/cert"),
			"identifiers": []map[string]string{{"type": "dns", "value": ca.domain}},
		}
	}
	proved := func() string { // the status of the order's one authorization
		if ca.status == acme.StatusReady {
			return acme.StatusValid
		}
		return ca.status
	}
	challenge := func() map[string]string {
		return map[string]string{"type": ca.challenge, "url": url("/challenge"), "token": "a-token-of-this-test", "status": proved()}
	}
	answer := func(status int, body any) {
		w.Header().Set("Replay-Nonce", "a-nonce")
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		json.NewEncoder(w).Encode(body)
	}
	switch r.URL.Path {
	case "/directory":
		answer(200, map[string]string{"newNonce": url("/nonce"), "newAccount": url("/account"), "newOrder": url("/order")})
	case "/nonce":
		answer(200, nil)
	case "/account":
		w.Header().Set("Location", url("/account/1"))
		answer(201, map[string]string{"status": "valid"})
	case "/order":
		ca.orders++
		var req struct{ Identifiers []struct{ Value string } }
		json.Unmarshal(payload, &req)
		ca.domain, ca.status = req.Identifiers[0].Value, acme.StatusPending
		w.Header().Set("Location", url("/order/1"))
		answer(201, order())
	case "/order/1":
		answer(200, order())
	case "/authz":
		answer(200, map[string]any{"status": proved(), "identifier": map[string]string{"type": "dns", "value": ca.domain}, "challenges": []any{challenge()}})
	case "/challenge":
		ca.status = acme.StatusReady
		if err := ca.validate("a-token-of-this-test." + ca.thumbprint); err != nil {
			ca.t.Logf("the authority does not find its challenge: %v", err)
			ca.status = acme.StatusInvalid
		}
		answer(200, challenge())
	case "/finalize":
		var req struct{ CSR string }
		json.Unmarshal(payload, &req)
		ca.issue(req.CSR)
		ca.status = acme.StatusValid
		answer(200, order())
	case "/cert":
		w.Header().Set("Content-Type", "application/pem-certificate-chain")
		w.Write(ca.chain)
	default:
		ca.t.Errorf("the authority is asked for %s", r.URL.Path)
		http.NotFound(w, r)
	}
}

// open returns the payload of a signed request, and learns the account's key.
func (ca *authority) open(r *http.Request) []byte {
	var jws struct{ Protected, Payload string }
	if json.NewDecoder(r.Body).Decode(&jws) != nil {
		return nil
	}
	protected, _ := base64.RawURLEncoding.DecodeString(jws.Protected)
	payload, _ := base64.RawURLEncoding.DecodeString(jws.Payload)
	var head struct{ JWK *struct{ X, Y string } }
	if json.Unmarshal(protected, &head) == nil && head.JWK != nil {
		// RFC 7638: the members in this order.
		sum := sha256.Sum256(fmt.Appendf(nil, `{"crv":"P-256","kty":"EC","x":%q,"y":%q}`, head.JWK.X, head.JWK.Y))
		ca.thumbprint = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return payload
}

// validate looks for the challenge where the domain leads.
func (ca *authority) validate(authorization string) error {
	if ca.challenge != "tls-alpn-01" {
		return errors.New("nothing answers this challenge")
	}
	c, err := tls.Dial("tcp", ca.at(), &tls.Config{ServerName: ca.domain, NextProtos: []string{acme.ALPNProto}, InsecureSkipVerify: true})
	if err != nil {
		return err
	}
	defer c.Close()
	sum := sha256.Sum256([]byte(authorization))
	want, err := asn1.Marshal(sum[:])
	if err != nil {
		return err
	}
	for _, extension := range c.ConnectionState().PeerCertificates[0].Extensions {
		// RFC 8737
		if extension.Id.String() == "1.3.6.1.5.5.7.1.31" && bytes.Equal(extension.Value, want) {
			return nil
		}
	}
	return fmt.Errorf("the certificate for %s does not answer the challenge", ca.domain)
}

func (ca *authority) issue(csr string) {
	der, err := base64.RawURLEncoding.DecodeString(csr)
	if err != nil {
		ca.t.Error(err)
	}
	request, err := x509.ParseCertificateRequest(der)
	if err != nil || strings.Join(request.DNSNames, " ") != ca.domain {
		ca.t.Errorf("a request for %v, %v", request, err)
	}
	if _, ok := request.PublicKey.(*ecdsa.PublicKey); !ok {
		ca.t.Errorf("a certificate for a %T is asked for", request.PublicKey)
	}
	ends := time.Now().Add(ca.life)
	if ca.left != 0 {
		ends, ca.left = time.Now().Add(ca.left), 0
	}
	cert := ca.sign(&x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), DNSNames: request.DNSNames, NotBefore: ends.Add(-ca.life), NotAfter: ends,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, ca.root, crypto.PublicKey(request.PublicKey))
	ca.chain = append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.root.Raw})...)
	ca.issued <- cert
}
