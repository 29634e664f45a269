// Package reach chooses, by the configuration, the way in which Safaricom reaches the till, and
// tries it. Only that choice belongs here: the ways themselves are packages below tunnel.
//
//	callback.reach ──► Open ──► tunnel.Provider: off, static, acme, ssh or cloudflared
package reach
