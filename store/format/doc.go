// Package format is the bytes of a ledger: keys, records, the chain of hashes, and the forgetting
// of private texts. What is about files, transactions, indexes or what a payment has come to
// belongs in package store; nothing here opens anything. FORMAT.md, in the folder of package store,
// says the same for somebody with another language.
//
//	event ─► line (line.go), numbers in it replaced (numbers.go, table.go)
//	lines ─► record ─► compressed, sealed with a checksum: the value of a key (record.go, seal.go)
//	line  ─► leaf ─► chain (chain.go)
package format
