// Package setup asks an owner what a till needs to know, checks each answer at once, and writes the
// configuration file. `kaunta setup` shows it, and so does a till that was never configured. The
// questions, their order and their words belong here; what a valid setting is belongs to settings.
//
//	Run ─ wizard: way → shop → keys ⇄ Safaricom → number, passkey ⇄ Safaricom
//	        │         → how Safaricom reaches us → limits → confirm (live: typed) → Save
//	        └─ ask (ask.go): one short form of package huh for each step, or line by line
//
// The steps are counted. Each is a page: a header as the screens have it, short lines of what was
// answered, what came of the last answers, and one short form under it (page.go). The last page
// names all that is written. With --plain the same is said line by line. Nothing is
// written before the end, and nothing at all when the owner leaves with Esc or Ctrl-C. Secrets are
// never echoed.
//
// The package knows neither tunnels nor the doctor: [Parts] and [Config] bring what it needs of
// them.
package setup
