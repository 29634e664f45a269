package store

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
	"kaunta/store/format"
)

// The small values that are no records are JSON too. Their names are on disk: never change or reuse
// one.

type originValue struct {
	Environment string `json:"environment"`
	ShortCode   string `json:"short_code"`
	Created     int64  `json:"created"` // microseconds since 1970
}

type sumValue struct {
	Count int           `json:"n"`
	KES   pos.Shillings `json:"kes"`
}

type totalsValue struct {
	Paid     sumValue `json:"paid,omitzero"`
	NotPaid  sumValue `json:"not_paid,omitzero"`
	Checking sumValue `json:"checking,omitzero"`
	OwedBack sumValue `json:"owed_back,omitzero"`
	Refunded sumValue `json:"given_back,omitzero"`
	Resolved sumValue `json:"cleared_up,omitzero"`
	Doubtful sumValue `json:"doubtful,omitzero"`

	Hours [24]pos.Shillings `json:"hours,omitzero"`
}

func encodeOrigin(o Origin) []byte {
	b, _ := json.Marshal(originValue{o.Environment, o.ShortCode, o.Created.UnixMicro()}) // which cannot fail
	return b
}

func decodeOrigin(body []byte) (Origin, error) {
	var v originValue
	if err := json.Unmarshal(body, &v); err != nil {
		return Origin{}, errShape
	}
	return Origin{v.Environment, v.ShortCode, time.UnixMicro(v.Created).In(pos.EAT)}, nil
}

func encodeTotals(t pos.Totals) []byte {
	b, _ := json.Marshal(totalsValue{
		sumValue(t.Paid), sumValue(t.NotPaid), sumValue(t.Checking), sumValue(t.OwedBack), sumValue(t.Refunded), sumValue(t.Resolved),
		sumValue(t.Doubtful), t.Hours,
	})
	return b
}

func decodeTotals(body []byte) (pos.Totals, error) {
	var v totalsValue
	if err := json.Unmarshal(body, &v); err != nil {
		return pos.Totals{}, errShape
	}
	return pos.Totals{
		Paid: pos.Sum(v.Paid), NotPaid: pos.Sum(v.NotPaid), Checking: pos.Sum(v.Checking), OwedBack: pos.Sum(v.OwedBack),
		Refunded: pos.Sum(v.Refunded), Resolved: pos.Sum(v.Resolved), Doubtful: pos.Sum(v.Doubtful), Hours: v.Hours,
	}, nil
}

// kindsKey holds the kinds of event that the ledger has, as words: who does not know one of them
// may read the ledger, but not write it.
var kindsKey = []byte("kinds")

func getKinds(tx *bolt.Tx) ([]string, error) {
	body, err := get(tx, aboutBucket, kindsKey)
	if err != nil || body == nil {
		return nil, err
	}
	var kinds []string
	if err := json.Unmarshal(body, &kinds); err != nil {
		return nil, damaged(aboutBucket, kindsKey, errShape)
	}
	return kinds, nil
}

func putKinds(tx *bolt.Tx, kinds []string) error {
	b, err := json.Marshal(kinds)
	if err != nil {
		return err
	}
	return put(tx, aboutBucket, kindsKey, b)
}

// unknownKinds are those that this program does not know.
func unknownKinds(kinds []string) []string {
	return slices.DeleteFunc(slices.Clone(kinds), format.Known)
}

// getSecret reads 32 random bytes.
func getSecret(tx *bolt.Tx, k []byte) ([]byte, error) {
	body, err := get(tx, aboutBucket, k)
	if err == nil && len(body) != 32 {
		err = damaged(aboutBucket, k, errShape)
	}
	return bytes.Clone(body), err
}
