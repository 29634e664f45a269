package format

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
)

// Every event has a number n in the ledger, from 1 on, and a place in a chain of hashes:
//
//	leaf    = SHA-256(tag ‖ key of the record (16) ‖ n (8)
//	          ‖ hash (8) and kept digits of each entry that the line is the first to use ‖ line)
//	chain_n = SHA-256(chain_{n-1} ‖ leaf)
//
// chain_0 is the ledger's seed. The first bytes of chain_n, the mark, stand before the line, to
// name the first row that is not what it was.

// MarkSize is the length of a mark.
const MarkSize = 2

const leafTag = "kaunta event 1\n"

// Hasher works out leaves. It belongs to one goroutine.
type Hasher struct {
	hash.Hash
	out [sha256.Size]byte
}

// NewHasher makes a Hasher.
func NewHasher() *Hasher { return &Hasher{Hash: sha256.New()} }

// Leaf is the leaf of the ith event of r.
func (h *Hasher) Leaf(c *Coder, r *Record, i int) [sha256.Size]byte {
	e := &r.Events[i]
	h.Reset()
	head := append(append(h.out[:0], leafTag...), r.Key[:]...)
	head = binary.BigEndian.AppendUint64(head, e.N)
	h.Write(head)
	for at := e.From; at < e.To; at++ {
		p := &r.Table[at]
		sum := p.hash(c.Key)
		h.Write(append(append(h.out[:0], sum[:]...), p.Kept()...))
	}
	h.Write(e.Line)
	return [sha256.Size]byte(h.Sum(h.out[:0]))
}

// Next is the chain after a leaf.
func Next(chain, leaf [sha256.Size]byte) [sha256.Size]byte {
	var b [2 * sha256.Size]byte
	copy(b[:], chain[:])
	copy(b[sha256.Size:], leaf[:])
	return sha256.Sum256(b[:])
}
