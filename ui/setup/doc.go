// Package setup asks an owner what a till needs to know, checks each answer at once, and writes the
// configuration file. `kaunta setup` shows it, and so does a till that was never configured. The
// questions, their order and their words belong here; what a valid setting is belongs to settings.
//
//	Run ─ wizard: way → shop → keys ⇄ Safaricom → number, passkey ⇄ Safaricom
//	        │         → how Safaricom reaches us → limits → confirm (live: typed) → Save
//	        └─ ask (ask.go): one short form of package huh for each step, or line by line
//
// Steps follow each other as short forms with what came of them printed in between, so that the
// last answers stay in view in the smallest window and nothing moves under the cursor. Nothing is
// written before the end, and nothing at all when the owner leaves with Esc or Ctrl-C. Secrets are
// never echoed.
//
// The package knows neither tunnels nor the doctor: [Parts] and [Config] bring what it needs of
// them.
package setup
