package store

import (
	"encoding/binary"
	"os"
)

// FreeBytes is the room that is left to this user on the disk that holds the folder dir, in bytes,
// and errors.ErrUnsupported where the system does not tell.
func FreeBytes(dir string) (uint64, error) { return freeBytes(dir) }

// Unused is how many bytes of the ledger's file at path are pages that hold nothing, and how many
// bytes the file has. It reads the pages in which bbolt keeps account of that, and no others, so
// the ledger must not be written meanwhile. What is unused is filled before the file grows;
// [Compact] gives it back to the disk.
func Unused(path string) (unused, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, 0, err
	}
	// Of the two first pages, that of the last commit says where the list of free pages is, and
	// where the pages end.
	const listAt, numberAt = 4*4 + 2*8, metaSum - 8
	var last, list, end uint64
	for n := range int64(2) {
		var meta [metaSum]byte
		if _, err := f.ReadAt(meta[:], n*pageSize+metaOffset); err != nil {
			return 0, 0, err
		}
		if number := binary.NativeEndian.Uint64(meta[numberAt:]); n == 0 || number > last {
			last, list, end = number, binary.NativeEndian.Uint64(meta[listAt:]), binary.NativeEndian.Uint64(meta[listAt+8:])
		}
	}
	var page [24]byte // its number, kind, count and overflow; the count itself where it is too big for that
	if _, err := f.ReadAt(page[:], int64(list)*pageSize); err != nil {
		return 0, 0, err
	}
	const isList, many = 0x10, 0xFFFF
	if binary.NativeEndian.Uint64(page[:]) != list || binary.NativeEndian.Uint16(page[8:]) != isList {
		return 0, 0, ErrDamaged
	}
	free := uint64(binary.NativeEndian.Uint16(page[10:]))
	if free == many {
		free = binary.NativeEndian.Uint64(page[16:])
	}
	return int64(free)*pageSize + max(0, info.Size()-int64(end)*pageSize), info.Size(), nil
}
