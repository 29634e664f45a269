package store

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
	"kaunta/store/format"
)

// The bucket "kaunta" says what a file is. Its first two keys stay the same in every version. What
// is JSON has its names on disk: never change or reuse one.
var (
	versionKey   = []byte("version")   // 4 bytes, big-endian
	originKey    = []byte("origin")    // an Origin
	seedKey      = []byte("seed")      // 32 random bytes: the chain's beginning
	phonesKey    = []byte("phones")    // 32 random bytes: the key of the hashes of phone numbers
	headKey      = []byte("head")      // the chain's end (chain.go)
	kindsKey     = []byte("kinds")     // the kinds of event that the ledger has, as words
	forgottenKey = []byte("forgotten") // the moment, in milliseconds, before which all is forgotten but what is unsettled
)

// version is the version of the ledgers that this program makes, the first that has left the house.
// A file of a newer one is refused; one of an older is made again, record by record, on the way to
// which its records are read as they were.
const version = 1

// VersionRow says that a file has today's version.
func VersionRow() Row {
	return newRow(AboutBucket, versionKey, binary.BigEndian.AppendUint32(nil, version))
}

func getVersion(tx *bolt.Tx) (int, error) {
	body, err := get(tx, AboutBucket, versionKey)
	if err == nil && len(body) != 4 {
		err = damaged(AboutBucket, versionKey, errShape)
	}
	if err != nil {
		return 0, err
	}
	return int(binary.BigEndian.Uint32(body)), nil
}

type originValue struct {
	Environment string `json:"environment"`
	ShortCode   string `json:"short_code"`
	Created     int64  `json:"created"` // microseconds since 1970
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

func getKinds(tx *bolt.Tx) ([]string, error) {
	body, err := get(tx, AboutBucket, kindsKey)
	if err != nil || body == nil {
		return nil, err
	}
	var kinds []string
	if err := json.Unmarshal(body, &kinds); err != nil {
		return nil, damaged(AboutBucket, kindsKey, errShape)
	}
	return kinds, nil
}

func putKinds(tx *bolt.Tx, kinds []string) error {
	b, err := json.Marshal(kinds)
	if err != nil {
		return err
	}
	return newRow(AboutBucket, kindsKey, b).put(tx)
}

// unknownKinds are those that this program does not know: it may read the ledger, but not write it.
func unknownKinds(kinds []string) []string {
	return slices.DeleteFunc(slices.Clone(kinds), format.Known)
}

// getSecret reads 32 random bytes.
func getSecret(tx *bolt.Tx, k []byte) ([]byte, error) {
	body, err := get(tx, AboutBucket, k)
	if err == nil && len(body) != 32 {
		err = damaged(AboutBucket, k, errShape)
	}
	return bytes.Clone(body), err
}

func getForgotten(tx *bolt.Tx) (uint64, error) {
	body, err := get(tx, AboutBucket, forgottenKey)
	switch {
	case err != nil || body == nil:
		return 0, err
	case len(body) != 8:
		return 0, damaged(AboutBucket, forgottenKey, errShape)
	}
	return binary.BigEndian.Uint64(body), nil
}
