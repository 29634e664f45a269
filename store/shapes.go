package store

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"sync"

	bolt "go.etcd.io/bbolt"
)

const (
	// maxShapes and maxShape bound the table of shapes, in number and in bytes each: with what is beyond, an event carries its
	// shape itself. A till whose public address is another each day uses one more each day.
	maxShapes = 4096
	maxShape  = 2048

	// maxSeen bounds the shapes that have come once: a shape gets its number the second time, so that bodies which are never
	// alike do not fill the table.
	maxSeen = 256
)

// shapeTable is the table of shapes in memory. Numbers count from 1, and are never given again.
type shapeTable struct {
	mu       sync.RWMutex
	byNumber []*shape // as far as they have been read

	// These belong to the committing goroutine.
	byText  map[string]*shape // nil until all have been read
	last    int
	unsaved []*shape
	seen    map[string]struct{}
}

func shapeDigest(text string) (d [16]byte) {
	whole := sha256.Sum256([]byte(text))
	copy(d[:], whole[:])
	return d
}

func newShape(number int, text string) *shape {
	return &shape{number: number, text: text, digest: shapeDigest(text)}
}

func shapeKey(number int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(number)) }

// get returns the shape with the number.
func (t *shapeTable) get(tx *bolt.Tx, number int) (*shape, error) {
	t.mu.RLock()
	var sh *shape
	if number < len(t.byNumber) {
		sh = t.byNumber[number]
	}
	t.mu.RUnlock()
	if sh != nil {
		return sh, nil
	}
	if number <= 0 || number > maxShapes {
		return nil, errShape
	}
	body, err := get(tx, shapesBucket, shapeKey(number))
	if err != nil {
		return nil, err
	}
	if body == nil {
		return nil, damaged(shapesBucket, shapeKey(number), errMissing)
	}
	sh = newShape(number, string(body))
	t.add(sh)
	return sh, nil
}

func (t *shapeTable) add(sh *shape) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(t.byNumber) <= sh.number {
		t.byNumber = append(t.byNumber, nil)
	}
	t.byNumber[sh.number] = sh
}

// load reads the whole table, once, for one who writes.
func (t *shapeTable) load(tx *bolt.Tx) error {
	if t.byText != nil {
		return nil
	}
	byText := map[string]*shape{}
	last := 0
	if k, _ := tx.Bucket([]byte(shapesBucket)).Cursor().Last(); len(k) == 2 {
		last = int(binary.BigEndian.Uint16(k))
	}
	err := scan(tx, shapesBucket, nil, func(k, _ []byte) error {
		if len(k) != 2 {
			return damaged(shapesBucket, k, errShape)
		}
		sh, err := t.get(tx, int(binary.BigEndian.Uint16(k)))
		if err == nil {
			byText[sh.text] = sh
		}
		return err
	})
	if err != nil && !errors.Is(err, ErrDamaged) { // one that is damaged hinders nobody who does not need it
		return err
	}
	t.byText, t.last, t.seen = byText, last, map[string]struct{}{}
	return nil
}

// intern returns the shape with the text, with a number if it has one or gets one now.
func (t *shapeTable) intern(text string) *shape {
	if sh := t.byText[text]; sh != nil {
		return sh
	}
	if len(text) > maxShape || t.last >= maxShapes {
		return &shape{text: text}
	}
	if _, again := t.seen[text]; !again {
		if len(t.seen) >= maxSeen {
			clear(t.seen)
		}
		t.seen[text] = struct{}{}
		return &shape{text: text}
	}
	delete(t.seen, text)
	t.last++
	sh := newShape(t.last, text)
	t.byText[text] = sh
	t.unsaved = append(t.unsaved, sh)
	t.add(sh)
	return sh
}

// save writes the shapes that are new. They count as saved when the transaction has been committed.
func (t *shapeTable) save(tx *bolt.Tx) error {
	for _, sh := range t.unsaved {
		if err := put(tx, shapesBucket, shapeKey(sh.number), []byte(sh.text)); err != nil {
			return err
		}
	}
	return nil
}

func (t *shapeTable) saved() { t.unsaved = nil }
