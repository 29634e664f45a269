package store

import (
	"crypto/sha256"
	"encoding/binary"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
	"kaunta/store/format"
)

// head is the end of the ledger's chain (package format), in which every event has a number. The
// whole of it stands in the bucket kaunta, and each day's last in the bucket anchors. To whoever
// has a copy of an anchor, no event before it can be changed, left out or moved unnoticed.
type head struct {
	n     uint64
	chain [sha256.Size]byte
	day   pos.Day // of the last event
}

// next is the head after an event with the leaf.
func (h head) next(leaf [sha256.Size]byte, day pos.Day) head {
	return head{n: h.n + 1, chain: format.Next(h.chain, leaf), day: day}
}

func (h head) mark() [format.MarkSize]byte { return [format.MarkSize]byte(h.chain[:format.MarkSize]) }

// anchor is the head as it is kept for a day: without the day, which is its key.
func (h head) anchor() []byte {
	return append(binary.BigEndian.AppendUint64(nil, h.n), h.chain[:]...)
}

const anchorSize = 8 + sha256.Size

func (h head) bytes() []byte { return binary.BigEndian.AppendUint32(h.anchor(), uint32(h.day)) }

func dayKey(d pos.Day) []byte { return binary.BigEndian.AppendUint32(nil, uint32(d)) }

func getHead(tx *bolt.Tx) (head, error) {
	body, err := get(tx, aboutBucket, headKey)
	if err != nil {
		return head{}, err
	}
	if len(body) != anchorSize+4 {
		return head{}, damaged(aboutBucket, headKey, errShape)
	}
	return head{
		n:     binary.BigEndian.Uint64(body),
		chain: [sha256.Size]byte(body[8:]),
		day:   pos.Day(binary.BigEndian.Uint32(body[anchorSize:])),
	}, nil
}

// Anchor is the end of the ledger's chain at the close of a day: who has a copy of it can tell
// whether anything before it was changed since.
type Anchor struct {
	Day    pos.Day
	Events uint64 // how many events the ledger had
	Hash   [sha256.Size]byte
}
