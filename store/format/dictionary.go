package format

import (
	_ "embed"

	"github.com/klauspost/compress/zstd"
)

// The dictionaries that ever shipped, by their numbers: a file that was written with one is read
// with it for ever. A new one gets the next number, and is what records are written with from then
// on.
//
//go:embed dictionary/1.txt
var dictionary1 []byte

const (
	uncompressed  = 0
	newest        = 1
	dictionaryIDs = 0 // what zstd's own frames say: nothing, since the byte before them does
)

func newEncoder() *zstd.Encoder {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderDictRaw(dictionaryIDs, dictionary1), zstd.WithEncoderLevel(zstd.SpeedFastest),
		zstd.WithEncoderCRC(false), zstd.WithSingleSegment(true), zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true))
	if err != nil {
		panic(err) // the options are wrong
	}
	return e
}

func newDecoder() *zstd.Decoder {
	d, err := zstd.NewReader(nil, zstd.WithDecoderDictRaw(dictionaryIDs, dictionary1), zstd.WithDecoderMaxMemory(MaxSize),
		zstd.WithDecoderConcurrency(0))
	if err != nil {
		panic(err) // the options are wrong
	}
	return d
}

// compress is what stands before the checksum of a value.
func (c *Coder) compress(lines []byte) []byte {
	out := c.encoder().EncodeAll(lines, append(make([]byte, 0, len(lines)/2+sumSize), newest))
	if len(out) > len(lines) {
		out = append(append(out[:0], uncompressed), lines...)
	}
	return out
}

// expand is the lines in what stands before the checksum.
func (c *Coder) expand(body []byte) ([]byte, error) {
	if len(body) == 0 {
		return nil, ErrShape
	}
	switch body[0] {
	case uncompressed:
		if len(body) > MaxSize+1 {
			return nil, ErrShape
		}
		return body[1:], nil
	case newest:
		lines, err := c.decoder().DecodeAll(body[1:], nil)
		if err != nil {
			return nil, ErrShape
		}
		return lines, nil
	default:
		return nil, ErrNewer
	}
}
