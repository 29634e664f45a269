package store

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
)

// Every event has a number n in the ledger, from 1 on, and a place in a chain of hashes:
//
//	digest  = SHA-256(attempt ‖ for each phone that the event is the first to say: its keyed hash, its last three digits ‖ digest of its shape ‖ its body)
//	chain_n = SHA-256(chain_{n-1} ‖ digest)
//
// chain_0 is the ledger's seed, drawn when it was made. The first bytes of chain_n stand beside the event, to name the first row that is
// not what it was; the whole of the last stands in the bucket kaunta, and each day's last in the bucket anchors. To whoever has
// a copy of an anchor, no event before it can be changed, left out or moved unnoticed.
type head struct {
	n     uint64
	chain [sha256.Size]byte
	day   pos.Day // of the last event
}

// digester works out the digests of events.
type digester struct {
	hash.Hash
	out [sha256.Size]byte
}

func newDigester() *digester { return &digester{Hash: sha256.New()} }

// event is the digest of an event of r.
func (d *digester) event(rd reader, r *rec, e *recEvent) [sha256.Size]byte {
	d.Reset()
	d.Write(r.key[:])
	for i := e.phones[0]; i < e.phones[1]; i++ {
		p := &r.mem.phones[i]
		h := rd.hashOf(p)
		d.Write(h[:])
		d.Write([]byte(p.digits[nationalDigits-keptDigits:]))
	}
	digest := e.shape.digest
	if e.shape.number == 0 {
		digest = shapeDigest(e.shape.text)
	}
	d.Write(digest[:])
	d.Write(e.body)
	return [sha256.Size]byte(d.Sum(d.out[:0]))
}

// next is the head after an event with the digest.
func (h head) next(digest [sha256.Size]byte, day pos.Day) head {
	var b [2 * sha256.Size]byte
	copy(b[:], h.chain[:])
	copy(b[sha256.Size:], digest[:])
	return head{n: h.n + 1, chain: sha256.Sum256(b[:]), day: day}
}

func (h head) mark() [markSize]byte { return [markSize]byte(h.chain[:markSize]) }

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

// Anchor is the end of the ledger's chain at the close of a day: who has a copy of it can tell whether anything before it was
// changed since.
type Anchor struct {
	Day    pos.Day
	Events uint64 // how many events the ledger had
	Hash   [sha256.Size]byte
}
