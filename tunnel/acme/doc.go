// Package acme lets the till answer HTTPS itself, for a shop with a public
// address and a domain name that leads to it: no proxy, no server of others.
// Certificates and handshakes belong here; callbacks are answered by package
// tunnel.
//
//	Safaricom ──HTTPS──▶ :443 ──tunnel.Relay──▶ callback server
//	                      ▲
//	CA (Let's Encrypt) ───┘ validates the domain, gives the certificate
//
// The certificate comes from a certificate authority that speaks ACME (RFC
// 8555), Let's Encrypt unless the owner names another, and is renewed while the
// till runs (golang.org/x/crypto/acme/autocert). The authority checks that the
// domain leads here by a TLS handshake on port 443 (TLS-ALPN-01). Using this
// accepts the authority's terms.
//
// # Pitfalls
//
// An authority allows few failures: Let's Encrypt five an hour for a name. A
// failed attempt is therefore repeated after 1, 5 and then every 15 minutes,
// however often a session starts, and no stranger can cause an attempt:
// handshakes are refused until there is a certificate, other names always.
// Only ECDSA certificates are asked for, since another kind would be another
// attempt at a caller's will; whatever speaks TLS 1.2 takes them.
//
// Keys and certificates lie in [Config.CacheDir], which is for the till's user
// alone (0700). They survive a restart: a till that starts while the authority
// is away has the certificate of before.
//
// # Who calls
//
// The till sees its callers themselves, so this provider vouches for them: see
// [tunnel.Relay], which also keeps the callback server's limits.
package acme
