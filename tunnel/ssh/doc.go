// Package ssh makes the till reachable through the shop owner's own server, the
// relay: any small machine with a public address, OpenSSH and Caddy. The till
// logs in from behind whatever router it has and asks the relay to listen at a
// unix socket; the relay's Caddy serves the public URL from that socket. Both
// ends of that session belong here: the till's, and the relay's as a script.
//
//	Safaricom ──HTTPS──▶ Caddy ──▶ unix socket ──▶ sshd ══ssh══▶ provider ──TCP──▶ tunnel.Server
//	                     └──────── relay ─────────────┘          └──────────── till ───────────┘
//
// [New] returns the provider, which a tunnel.Link supervises. A session is one
// TCP connection:
//
//	read key and known_hosts ─▶ dial ─▶ handshake ─▶ forward request ─▶ keepalive
//	        (key.go, hostkey.go)        └── one deadline over all three ──┘
//
// What comes to the socket arrives as a channel each, and its bytes are copied
// to the local address (carry.go). Nothing is served on a channel itself:
// channels know no deadlines, connections do.
//
// [GenerateKey], [PublicKey] and [HostKeys] are for setting up, and [Recipe]
// is the relay's side as a script to run there. Package sshtest runs the
// recipe's sshd on loopback for tests.
//
// # Who is trusted
//
// The till believes the relay's host key only if the owner has stored it: a key
// that is unknown, changed or revoked, and a relay that no longer has the kind
// of key that is stored, end in tunnel.BlockedError, as a refused login does.
// These wait for a person. Everything else is tried again.
//
// The relay gives the till's key one right, to listen at a unix socket: it
// cannot get a shell, nor reach into the relay's network. Each shop has an
// account of its own, and so cannot touch another's socket.
package ssh
