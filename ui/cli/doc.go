// Package cli is Kaunta's command line: the commands, their flags and help, and what they print for
// people (text) and for programs (JSON, CSV). A command belongs here, what it acts on does not: it
// opens nothing itself, package main hands it a [Kaunta] that does.
//
//	Run ─ cobra ─┬─ (none), demo ──► Kaunta.Screen, Kaunta.Demo
//	             ├─ charge, settle ─► Kaunta.OpenShop ─► Till ─► a line for each change
//	             ├─ query ──────────► Kaunta.Query ─► what M-PESA says
//	             ├─ ledger, report ─► Kaunta.OpenBook ─► Book ─► rows, totals
//	             ├─ export ─────────► Kaunta.OpenBook ─► Book ─► export.Copy ─► CSV, XLSX
//	             ├─ backup, verify, restore, compact ─► package keeper
//	             ├─ setup ──────────► setup.Run ─► configuration file ─► doctor, screens
//	             ├─ doctor ─────────► doctor.Run ─► a line for each finding
//	             ├─ explain ────────► daraja.Explain
//	             └─ simulator ──────► Kaunta.Simulate
//
// Till and Book may be those of another process that has the ledger: see package localapi.
//
// Every command ends in one of five exit statuses; see [ExitPaid] and its neighbours. Errors are
// one plain sentence on stderr.
// README.md next to this file is the contract for programs; tests hold it to the code.
package cli
