package maintain

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"iter"

	"kaunta/store"
	"kaunta/store/format"
)

// The stream of a backup is
//
//	magic │ rows (8), attempts (8) │ row │ … │ 0 │ CRC-32C of all before (4)
//
// and a row is the number of its bucket + 1, length of the key, key, length of the value, value,
// with numbers as varints.
const rowMagic = "kaunta backup 1\n"

// maxRow bounds a key and a value that are read from a stream, in bytes.
const maxRow = 64 << 20

// Stream writes the ledger to w as it is when Stream begins, for [SaveBackup] to read.
func Stream(ctx context.Context, l *store.Ledger, w io.Writer) error {
	return l.Views(1, func(v []*store.View) error { return writeRows(ctx, w, v[0]) })
}

func writeRows(ctx context.Context, w io.Writer, view *store.View) error {
	sum := crc32.New(format.Castagnoli)
	out := bufio.NewWriterSize(io.MultiWriter(w, sum), 64<<10)
	rows, number := 0, map[store.Bucket]uint64{}
	for i, b := range store.Buckets() {
		rows += view.Count(b)
		number[b] = uint64(i) + 1
	}
	line := binary.BigEndian.AppendUint64([]byte(rowMagic), uint64(rows))
	line = binary.BigEndian.AppendUint64(line, uint64(view.Count(store.RecordsBucket)))
	if _, err := out.Write(line); err != nil {
		return err
	}
	for row, err := range view.All(ctx) {
		if err != nil {
			return err
		}
		line = binary.AppendUvarint(line[:0], number[row.Bucket])
		line = append(binary.AppendUvarint(line, uint64(len(row.Key))), row.Key...)
		line = append(binary.AppendUvarint(line, uint64(len(row.Value))), row.Value...)
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

// rowReader reads the stream of a backup. The first error ends it.
type rowReader struct {
	ctx             context.Context
	in              *bufio.Reader
	sum             hash.Hash32 // of what was read
	err             error
	count, attempts int // what the stream says that it has
}

var errStream = errors.New("what came is not a whole backup: try again")

func newRowReader(ctx context.Context, r io.Reader) (*rowReader, error) {
	in := &rowReader{ctx: ctx, in: bufio.NewReaderSize(r, 64<<10), sum: crc32.New(format.Castagnoli)}
	magic, head := in.bytes(uint64(len(rowMagic))), in.bytes(16)
	if in.err == nil && string(magic) != rowMagic {
		in.err = errStream
	}
	if in.err == nil {
		in.count, in.attempts = int(binary.BigEndian.Uint64(head)), int(binary.BigEndian.Uint64(head[8:]))
	}
	return in, in.err
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

func (r *rowReader) rows() iter.Seq2[store.Row, error] {
	return func(yield func(store.Row, error) bool) {
		all := store.Buckets()
		for n := r.number(); n != 0 && r.err == nil; n = r.number() {
			if n > uint64(len(all)) {
				r.err = errStream
				break
			}
			row := store.Row{Bucket: all[n-1], Key: r.bytes(r.number()), Value: r.bytes(r.number())}
			if r.err == nil {
				r.err = r.ctx.Err()
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
			yield(store.Row{}, r.err)
		}
	}
}
