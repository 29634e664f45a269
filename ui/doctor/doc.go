// Package doctor finds out what is wrong with a till that is to take payments, and says each thing
// in one sentence with one fix. It moves no money: where only a payment would prove something, it
// says "looks right". Checks and their sentences belong here; repairs do not.
//
//	Config (settings, and what main lends) ──► table of checks ──► one Finding each, in table order
//
// A check is a function (checks.go). Those that wait for the network run at the same time under one
// deadline, and share what they learn: one token and one query serve three checks
// (account.go). Nothing is changed on this machine but for a file that is made and removed to see
// whether a folder can be written.
package doctor
