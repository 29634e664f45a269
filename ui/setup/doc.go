// Package setup asks an owner what a till needs to know, checks each answer as it is given, and
// writes the configuration file. It is what `kaunta setup` shows, and what a till that was never
// configured shows first.
//
//	Run ─ wizard: way → shop → keys ⇄ Safaricom → number, passkey ⇄ Safaricom → how Safaricom reaches us → limits → confirm → Save
//	        │                                                                                                 (live: typed)
//	        └─ ask (ask.go): one short form of package huh for each step, or its questions line by line
//
// Steps follow each other as short forms with what came of them printed in between, so that the
// last answers stay in view in the smallest window and nothing moves under the cursor. Nothing is
// written before the end, and nothing at all when the owner leaves with Esc or Ctrl-C. Secrets are
// never echoed.
//
// The package knows neither tunnels nor the doctor: [Parts] and [Config] bring what it needs of
// them.
package setup
