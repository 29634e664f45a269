package store

import (
	"bytes"
	"errors"
	"slices"

	bolt "go.etcd.io/bbolt"

	"kaunta/store/format"
)

// Bucket is the name of one of the file's buckets. doc.go draws them.
type Bucket string

const (
	AboutBucket      Bucket = "kaunta"
	RecordsBucket    Bucket = "records"
	AnchorsBucket    Bucket = "anchors"
	salesBucket      Bucket = "sales"
	unsettledBucket  Bucket = "unsettled"
	TotalsBucket     Bucket = "totals"
	addressesBucket  Bucket = "addresses"
	onceBucket       Bucket = "once"
	ReceiptsBucket   Bucket = "receipts"
	checkoutsBucket  Bucket = "checkouts"
	phonesBucket     Bucket = "phones"
	amountsBucket    Bucket = "amounts"
	referencesBucket Bucket = "references"
	overridesBucket  Bucket = "overrides"
	ShopBucket       Bucket = "shop"
	shiftsBucket     Bucket = "shifts"
	peopleBucket     Bucket = "people"
	actsBucket       Bucket = "acts"
)

// Buckets lists every bucket of a ledger. The stream of a backup numbers them in this order.
func Buckets() []Bucket {
	return slices.Concat(evidenceBuckets(), paymentIndexes(), []Bucket{ShopBucket}, shopIndexes())
}

// evidenceBuckets lists those that hold the events of payments, and what each ledger has.
func evidenceBuckets() []Bucket { return []Bucket{AboutBucket, RecordsBucket, AnchorsBucket} }

// DerivedBuckets lists those that follow from the events.
func DerivedBuckets() []Bucket { return append(paymentIndexes(), shopIndexes()...) }

func paymentIndexes() []Bucket {
	return []Bucket{
		salesBucket, unsettledBucket, TotalsBucket, addressesBucket, onceBucket,
		ReceiptsBucket, checkoutsBucket, phonesBucket, amountsBucket, referencesBucket,
		overridesBucket,
	}
}

func shopIndexes() []Bucket { return []Bucket{shiftsBucket, peopleBucket, actsBucket} }

// makeShop makes the buckets of shifts and people in a file that has none. Without them it reads as
// one in which nothing of theirs has happened.
func makeShop(tx *bolt.Tx) error {
	if tx.Bucket([]byte(actsBucket)) != nil { // the last that is made
		return nil
	}
	for _, b := range append([]Bucket{ShopBucket}, shopIndexes()...) {
		if _, err := tx.CreateBucketIfNotExists([]byte(b)); err != nil {
			return err
		}
	}
	return nil
}

// sealed reports whether the bucket's values end in a checksum. What the others say is believed
// only when the attempt's record says it too.
func (b Bucket) sealed() bool {
	switch b {
	case checkoutsBucket, phonesBucket, amountsBucket, referencesBucket:
		return false
	default:
		return true
	}
}

// fill is how full a page of the bucket is left when it is split. Keys that begin with a time
// arrive in order, so nothing will be put between those that are there; but records grow a little
// when they are forgotten. The others need room.
func (b Bucket) fill() float64 {
	switch b {
	case phonesBucket, ReceiptsBucket, amountsBucket, referencesBucket, addressesBucket, onceBucket, checkoutsBucket, ShopBucket:
		return 0.5
	default:
		return 0.9
	}
}

// Row is an entry of the file as it stands there, with the checksum where the bucket has them.
type Row struct {
	Bucket     Bucket
	Key, Value []byte
}

// newRow makes the row of a value without its checksum.
func newRow(b Bucket, k, body []byte) Row {
	if b.sealed() {
		body = format.Seal(k, body)
	}
	return Row{b, k, body}
}

// Body is the value without its checksum, which it checks.
func (r Row) Body() ([]byte, error) {
	if !r.Bucket.sealed() {
		return r.Value, nil
	}
	body, err := format.Unseal(r.Key, r.Value)
	if err != nil {
		return nil, damaged(r.Bucket, r.Key, err)
	}
	return body, nil
}

// put writes the row. Its key and value may not be changed afterwards.
func (r Row) put(tx *bolt.Tx) error {
	to := tx.Bucket([]byte(r.Bucket))
	to.FillPercent = r.Bucket.fill()
	return to.Put(r.Key, r.Value)
}

// value is the value of a key as it stands in the file, whose memory it shares; nil where there is
// none.
func value(tx *bolt.Tx, b Bucket, k []byte) []byte {
	from := tx.Bucket([]byte(b))
	if from == nil { // a file from before there were shifts
		return nil
	}
	return from.Get(k)
}

// get reads one value, without its checksum; nil where there is none. It shares the file's memory.
func get(tx *bolt.Tx, b Bucket, k []byte) ([]byte, error) {
	value := value(tx, b, k)
	if value == nil {
		return nil, nil
	}
	return Row{b, k, value}.Body()
}

func has(tx *bolt.Tx, b Bucket, k []byte) bool { return value(tx, b, k) != nil }

// scan calls visit for every entry whose key begins with prefix, in order. It goes on past what is
// damaged, and returns all errors together.
func scan(tx *bolt.Tx, b Bucket, prefix []byte, visit func(k, body []byte) error) error {
	from := tx.Bucket([]byte(b))
	if from == nil {
		return nil
	}
	var errs []error
	c := from.Cursor()
	for k, value := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, value = c.Next() {
		body, err := Row{b, k, value}.Body()
		if err == nil {
			err = visit(k, body)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
