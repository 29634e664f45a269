// Package ngrok reaches the till through ngrok, by ngrok's own library: no
// program beside the till, no server.
//
//	Safaricom ──HTTPS──▶ ngrok's edge ◀──one TLS connection── the provider of New
//	                                                              │ tunnel.Relay
//	                                                              ▼
//	                                                        callback server
//
// The library adds 5 MB, so it is there only in a till that is built with the
// tag ngrok (go build -tags ngrok); without it New says so.
//
// # Pitfalls
//
// The library tries for ever, also with a token that ngrok refuses: so there is
// a deadline for connecting, and the code of ngrok's refusal is read as soon as
// it comes. Its texts repeat the token: they are not shown, only the code is. It
// logs to the terminal unless it is told not to. A connection that is lost it
// makes again by itself, which keeps the session, and the URL is the owner's.
// Some of its goroutines outlive a session by one heartbeat (10 s), and one that
// waits to try again by that pause (30 s at most); its connection does not.
//
// The free plan counts requests (20,000 a month), so the provider is
// [tunnel.Metered].
//
// # Who calls
//
// ngrok tells the library, not in the request, who is behind each connection:
// the provider vouches for that.
package ngrok
