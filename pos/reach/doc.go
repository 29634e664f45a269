// Package reach chooses, by the configuration, the way in which Safaricom reaches the till, and tries it.
//
//	callback.reach ──► Open ──► tunnel.Provider: off, static, acme, ssh, cloudflared or ngrok
package reach
