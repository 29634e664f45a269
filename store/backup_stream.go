package store

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"iter"

	"kaunta/store/format"
)

// The stream of a backup is
//
//	magic │ rows (8), attempts (8) │ number of the bucket + 1, length of key, key, length of value, value │ … │ 0 │ CRC-32C of all before (4)
//
// with numbers as varints where no length is named.
const rowMagic = "kaunta backup 1\n"

// maxRow bounds a key and a value that are read from a stream, in bytes.
const maxRow = 64 << 20

func writeRows(w io.Writer, n counted, rows iter.Seq2[copied, error]) error {
	sum := crc32.New(format.Castagnoli)
	out := bufio.NewWriterSize(io.MultiWriter(w, sum), 64<<10)
	head := append([]byte(rowMagic), make([]byte, 16)...)
	binary.BigEndian.PutUint64(head[len(rowMagic):], uint64(n.rows))
	binary.BigEndian.PutUint64(head[len(rowMagic)+8:], uint64(n.attempts))
	if _, err := out.Write(head); err != nil {
		return err
	}
	number := map[bucket]uint64{}
	for i, b := range buckets() {
		number[b] = uint64(i) + 1
	}
	var line []byte
	for row, err := range rows {
		if err != nil {
			return err
		}
		line = binary.AppendUvarint(line[:0], number[row.bucket])
		line = binary.AppendUvarint(line, uint64(len(row.k)))
		line = append(line, row.k...)
		line = binary.AppendUvarint(line, uint64(len(row.value)))
		line = append(line, row.value...)
		if _, err := out.Write(line); err != nil {
			return err
		}
	}
	if err := errors.Join(out.WriteByte(0), out.Flush()); err != nil {
		return err
	}
	_, err := w.Write(binary.BigEndian.AppendUint32(nil, sum.Sum32()))
	return err
}

// rowReader reads the stream of a backup.
type rowReader struct {
	in  *bufio.Reader
	sum hash.Hash32 // of what was read
	err error
}

var errStream = errors.New("what came is not a whole backup: try again")

func newRowReader(r io.Reader) (*rowReader, counted, error) {
	in := &rowReader{in: bufio.NewReaderSize(r, 64<<10), sum: crc32.New(format.Castagnoli)}
	head := in.bytes(uint64(len(rowMagic) + 16))
	if in.err == nil && string(head[:len(rowMagic)]) != rowMagic {
		in.err = errStream
	}
	if in.err != nil {
		return nil, counted{}, in.err
	}
	head = head[len(rowMagic):]
	return in, counted{rows: int(binary.BigEndian.Uint64(head)), attempts: int(binary.BigEndian.Uint64(head[8:]))}, nil
}

// ReadByte implements [io.ByteReader].
func (r *rowReader) ReadByte() (byte, error) {
	b, err := r.in.ReadByte()
	if err == nil {
		_, _ = r.sum.Write([]byte{b})
	}
	return b, err
}

func (r *rowReader) number() uint64 {
	if r.err != nil {
		return 0
	}
	n, err := binary.ReadUvarint(r)
	r.fail(err)
	return n
}

func (r *rowReader) bytes(n uint64) []byte {
	if r.err == nil && n > maxRow {
		r.err = errStream
	}
	if r.err != nil {
		return nil
	}
	b := make([]byte, n)
	_, err := io.ReadFull(r.in, b)
	r.fail(err)
	_, _ = r.sum.Write(b)
	return b
}

func (r *rowReader) fail(err error) {
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		r.err = errStream
	case err != nil:
		r.err = err
	}
}

func (r *rowReader) rows(ctx context.Context) iter.Seq2[copied, error] {
	return func(yield func(copied, error) bool) {
		all := buckets()
		for n := r.number(); n != 0 && r.err == nil; n = r.number() {
			if n > uint64(len(all)) {
				r.err = errStream
				break
			}
			row := copied{bucket: all[n-1], k: r.bytes(r.number())}
			row.value = r.bytes(r.number())
			if r.err == nil {
				r.err = ctx.Err()
			}
			if r.err == nil && !yield(row, nil) {
				return
			}
		}
		if r.err == nil {
			want := r.sum.Sum32()
			if got := r.bytes(4); r.err == nil && binary.BigEndian.Uint32(got) != want {
				r.err = errStream
			}
		}
		if r.err != nil {
			yield(copied{}, r.err)
		}
	}
}
