// Package sshtest runs a relay on loopback for tests of package ssh and of the
// whole till: a real sshd with the sshd_config of the recipe, and a stand-in
// for Caddy.
//
//	caller ──HTTP──▶ proxy (proxy.go) ──▶ unix socket ──▶ sshd (sshd.go) ══▶ the till under test
//
// [Start] skips the test, in one sentence, where there is no sshd. The relay
// runs as an ordinary user, as daemon under root, and ends with the test,
// every session of it too.
package sshtest
