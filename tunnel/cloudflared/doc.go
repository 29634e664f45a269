// Package cloudflared reaches the till through Cloudflare: it runs the program
// cloudflared as a child and reads from the child's own metrics endpoints
// whether it is connected. Only running and watching that program belongs here.
//
//	Safaricom ──HTTPS──▶ Cloudflare's edge ◀──── cloudflared ──HTTP──▶ callback server
//	                                              ▲       │
//	                        start, end, last error│       │/quicktunnel  which hostname
//	                                              │       ▼/ready        is there an edge connection
//	                                             the provider of New
//
// There are two kinds of tunnel. A named one ([Config.Token]) has a fixed URL:
// the owner makes it in Cloudflare's dashboard, with a public hostname that
// leads to http://127.0.0.1 and the port of the callback server, and copies its
// token. A quick one needs no account but has another URL after each start: it
// is for trying out. A quick session therefore goes on through an outage of the
// edge, since giving up is what changes the name.
//
// # The child
//
// It is started in a process group of its own, with an environment that holds
// nothing of the till but what a program needs to find files and proxies: no
// secret of the shop, and of Cloudflare's only the token, never on a command
// line. At the end of a session the group is asked to end and, after its grace,
// killed. It does not outlive the till either, however that ends: on Linux it is
// killed with the till (a signal at the parent's death), on Windows the job that
// it runs in ends. Where there is neither (macOS), a till that is killed outright
// leaves it behind, and a second cloudflared does no harm to the first.
//
// What it prints is read and thrown away but for the last line that speaks of
// trouble: in a bad hour it prints tens of thousands of lines a second.
//
// # Who calls
//
// The callback server sees cloudflared, never the caller, so this provider
// vouches for nobody.
package cloudflared
