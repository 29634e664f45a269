package store

import (
	"crypto/sha256"
	"encoding/binary"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
	"kaunta/store/format"
)

// Anchor is the end of the ledger's chain (package format), in which every event has a number. The
// whole ledger's stands in the bucket kaunta, and each day's last in the bucket anchors. Compare
// with a saved anchor to detect that an event before it was changed, left out or moved.
type Anchor struct {
	Day    pos.Day // of the last event
	Events uint64  // how many events the ledger had
	Hash   [sha256.Size]byte
}

// Next is the end of the chain after an event with the leaf.
func (a Anchor) Next(leaf [sha256.Size]byte, day pos.Day) Anchor {
	return Anchor{day, a.Events + 1, format.Next(a.Hash, leaf)}
}

// Mark is what stands with the last event.
func (a Anchor) Mark() [format.MarkSize]byte { return [format.MarkSize]byte(a.Hash[:format.MarkSize]) }

// Row is the anchor as it is kept for its day.
func (a Anchor) Row() Row { return newRow(AnchorsBucket, dayKey(a.Day), a.body()) }

func (a Anchor) body() []byte {
	return append(binary.BigEndian.AppendUint64(nil, a.Events), a.Hash[:]...)
}

// head is the anchor as the end of the ledger.
func (a Anchor) head() Row {
	return newRow(AboutBucket, headKey, binary.BigEndian.AppendUint32(a.body(), uint32(a.Day)))
}

func getHead(tx *bolt.Tx) (a Anchor, err error) {
	const day = 8 + sha256.Size
	body, err := get(tx, AboutBucket, headKey)
	if err == nil && len(body) != day+4 {
		err = damaged(AboutBucket, headKey, errShape)
	}
	if err != nil {
		return a, err
	}
	return Anchor{pos.Day(binary.BigEndian.Uint32(body[day:])), binary.BigEndian.Uint64(body), [sha256.Size]byte(body[8:])}, nil
}
