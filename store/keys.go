package store

import (
	"encoding/binary"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"kaunta/pos"
)

// bucket is the name of one of the file's buckets. doc.go draws them.
type bucket string

const (
	aboutBucket      bucket = "kaunta"
	attemptsBucket   bucket = "attempts"
	eventsBucket     bucket = "events"
	salesBucket      bucket = "sales"
	openBucket       bucket = "open"
	owedBucket       bucket = "owed"
	totalsBucket     bucket = "totals"
	addressesBucket  bucket = "addresses"
	receiptsBucket   bucket = "receipts"
	checkoutsBucket  bucket = "checkouts"
	phonesBucket     bucket = "phones"
	amountsBucket    bucket = "amounts"
	referencesBucket bucket = "references"
)

// buckets lists every bucket of a version 1 ledger.
func buckets() []bucket {
	return []bucket{
		aboutBucket, attemptsBucket, eventsBucket, salesBucket, openBucket, owedBucket, totalsBucket,
		addressesBucket, receiptsBucket, checkoutsBucket, phonesBucket, amountsBucket, referencesBucket,
	}
}

// fill is how full a page of the bucket is left when it is split. Keys that begin with a ULID arrive in order, so
// nothing will be put between those that are there; the others need room.
func (b bucket) fill() float64 {
	switch b {
	case attemptsBucket, eventsBucket, salesBucket, totalsBucket:
		return 0.9
	default:
		return 0.5
	}
}

const (
	idSize = 16 // a ULID in binary

	// longest bounds the part of a key that comes from outside, in bytes: bbolt refuses keys above 32 KiB. What
	// is longer is indexed by its beginning. Daraja's own ids and receipts are at most 64 long.
	longest = 64
)

// key is a ULID in binary: the key of an attempt or a sale.
type key [idSize]byte

// parseKey reads a ULID in its one spelling. Another spelling of the same bits is refused, since it would come
// back from the disk changed.
func parseKey[T ~string](id T) (key, bool) {
	u, err := ulid.ParseStrict(string(id))
	if err != nil || u.String() != string(id) {
		return key{}, false
	}
	return key(u), true
}

func (k key) String() string { return ulid.ULID(k).String() }

func (k key) attempt() pos.AttemptID { return pos.AttemptID(k.String()) }

// day is the day in East Africa on which the ULID was made. It decides the page an attempt
// stands on and the total it counts in, so that the two always agree.
func (k key) day() pos.Day { return pos.DayOf(ulid.ULID(k).Timestamp()) }

// tail is the attempt at the end of an index key.
func tail(k []byte) (key, bool) {
	if len(k) < idSize {
		return key{}, false
	}
	return key(k[len(k)-idSize:]), true
}

// dayKeys bounds the ULIDs made on a day: from is the first possible, to the first of the next day.
func dayKeys(d pos.Day) (from, to key) {
	return firstKey(d.Start()), firstKey(d.Add(1).Start())
}

// firstKey is the smallest ULID of the moment t.
func firstKey(t time.Time) key {
	var u ulid.ULID
	ms := min(max(t.UnixMilli(), 0), int64(ulid.MaxTime()))
	_ = u.SetTime(uint64(ms)) // it fails only above MaxTime
	return key(u)
}

func eventKey(attempt key, seq int) []byte {
	return binary.BigEndian.AppendUint32(attempt[:], uint32(seq))
}

func saleKey(sale, attempt key) []byte { return append(sale[:], attempt[:]...) }

func totalsKey(d pos.Day) []byte { return binary.BigEndian.AppendUint32(nil, uint32(d)) }

func amountPrefix(a pos.Shillings) []byte { return binary.BigEndian.AppendUint64(nil, uint64(a)) }

// phonePrefix is the end of a phone number, backwards, so that the last digits of a number are a prefix. Of a
// whole number the country code falls away.
func phonePrefix(digits string) []byte {
	digits = digits[max(0, len(digits)-nationalDigits):]
	p := make([]byte, 0, nationalDigits+idSize)
	for i := len(digits) - 1; i >= 0; i-- {
		p = append(p, digits[i])
	}
	return p
}

// nationalDigits is the length of a Kenyan mobile number without 254 or 0.
const nationalDigits = 9

// receiptText is a receipt number as it is compared: a cashier may type it in small letters.
func receiptText(s string) string { return clip(strings.ToUpper(strings.TrimSpace(s))) }

func receiptPrefix(receipt string) []byte { return append([]byte(receiptText(receipt)), 0) }

func checkoutKey(id string) []byte { return []byte(clip(id)) }

// foldedReference is an account reference as it is compared.
func foldedReference(s string) string { return clip(strings.ToLower(strings.TrimSpace(s))) }

func referencePrefix(reference string) []byte { return append([]byte(foldedReference(reference)), 0) }

func clip(s string) string { return s[:min(len(s), longest)] }
