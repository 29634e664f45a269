// Package settings is what a shop's owner decides: the configuration file, and the environment on top of it.
//
//	defaults ← configuration file (TOML) ← environment ← Load fills in what follows from the rest
//
// The file is refused where other people of the machine can read it, as ssh refuses such a key: it holds the shop's
// secrets. An unknown key is refused too, since a misspelt limit would otherwise be no limit.
package settings
