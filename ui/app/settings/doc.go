// Package settings is what a shop's owner decides: the configuration file, and the environment on
// top of it. Reading, checking and writing them belongs here; acting on them does not.
//
//	defaults ← configuration file (TOML) ← environment ← *_file secrets ← what follows from the rest
//	            ▲                                                              │
//	Sample ── Fill(Values) ── Save (atomic, 0600, .bak)                  Settings, and every Mistake
//
// [Load] gives the settings or the first mistake; [Read] gives both, for kaunta doctor, which goes
// on where it can. [Sample] is the commented file that documents every key, and [Fill] is the same
// file with values in it: that is what kaunta setup writes, so that the comments stay with the
// shop.
//
// The file is refused where other people of the machine can read it or own it, as ssh refuses such
// a key: it holds the shop's secrets. So is each file that a *_file key names. An unknown key is
// refused too, with the nearest known one, since a misspelt limit would otherwise be no limit. No
// error quotes more of a value than a short word: it may be a secret in the wrong place.
package settings
