// Package tunnel is how Safaricom reaches the till: the HTTP server that takes
// callbacks, and the link that gives that server a public URL. Ways to be
// reached belong here, a package for each that is long; what a callback means
// does not. Of ours it imports daraja alone, for what a callback URL may look like.
//
//	Safaricom ──HTTPS──▶ public URL ──Provider's session──▶ Server ──▶ Deliver
//	                        ▲                                 │
//	                        └── Link: probe /probe/{nonce} ◀──┘ Server.Proof
//
// # Polling is the base, the tunnel an accelerator
//
// Nothing here is on the path of correctness. No payment is started, stopped
// or delayed because of the state of a tunnel, and no outcome depends on it: a
// callback that never arrives is replaced by queries.
//
// # Server
//
// A [Server] answers two routes and nothing else:
//
//	POST /cb/{address}   a callback; the address is the secret of one attempt
//	GET  /probe/{nonce}  the proof that this very process is behind the URL
//
// It is open to the whole internet, so it trusts nothing. It bounds what a
// stranger can send and hold (limit.go), gives every caller the same answer
// whether or not the address exists, and leaves the meaning of the body to
// [ServerConfig.Deliver]. A callback is answered with 200 only after Deliver
// has returned: the payment is on disk before Safaricom forgets it.
//
// # Provider and Link
//
// A [Provider] runs one session of one way to be reached: [Off] (polling only),
// [Static] (the owner's own public address), or one of the packages below this
// one (acme, ssh, cloudflared). A [Link] supervises it: starts sessions,
// retries, probes, and tells the state. A provider that opens a door of its own
// carries what comes in by a [Relay].
//
//	Off ─▶ Connecting ─▶ Checking ─▶ Live ◀─▶ Doubtful
//	            ▲            │        │          │
//	            └── Down ◀───┴────────┴──────────┘
//	Connecting ─▶ Down; any session ─▶ Blocked (a person must act)
//
// A running process or a "connected" message proves nothing. A link is Live
// only when a nonce fetched through the public URL, on a fresh connection,
// came back under a key that only this process holds, or when a genuine
// callback arrived ([Link.Seen]). A captive portal or another shop behind the
// same name never makes it Live.
//
// The CallBackURL travels inside each push, so every attempt is bound to the
// URL of its moment. Each new URL is a new epoch ([Link.URL]): attempts of an
// older epoch can only be polled ([Link.Reaches]), though a callback that
// arrives for one is taken like any other: the server does not look at the URL
// before its path.
//
// # Who calls
//
// A provider that knows who is behind a connection is a [ClientAddrResolver]: acme. Behind somebody
// else's proxy the till sees the proxy, and anybody can write the headers that name the
// caller. So callbacks from elsewhere than [ServerConfig.Sources] are counted, and dropped where
// the owner enforces it, only on the word of a ClientAddrResolver.
package tunnel
