// Package reach chooses, by the configuration, the way in which Safaricom reaches the till, and
// tries it.
//
//	callback.reach ──► Open ──► tunnel.Provider: off, static, acme, ssh or cloudflared
package reach
