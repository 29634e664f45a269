package format

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
)

// sumSize is the length of the checksum that ends a value.
const sumSize = 4

// Castagnoli is the table of CRC-32C.
var Castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Why a value is not what was written.
var (
	ErrSum   = errors.New("its checksum is wrong")
	ErrShape = errors.New("it does not read as a record")

	// ErrNewer: the value is whole, and this program does not know all that it says.
	ErrNewer = errors.New("it was written by a newer version of this program")
)

// Seal appends the checksum of k and body to body.
func Seal(k, body []byte) []byte {
	return binary.BigEndian.AppendUint32(body, sum(k, body))
}

// Unseal checks and strips the checksum. The result shares value's memory, and appending to it
// leaves that alone.
func Unseal(k, value []byte) ([]byte, error) {
	n := len(value) - sumSize
	if n < 0 || binary.BigEndian.Uint32(value[n:]) != sum(k, value[:n]) {
		return nil, ErrSum
	}
	return value[:n:n], nil
}

func sum(k, body []byte) uint32 {
	return crc32.Update(crc32.Checksum(k, Castagnoli), Castagnoli, body)
}
