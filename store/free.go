package store

// FreeBytes is the room that is left to this user on the disk that holds the folder dir, in bytes, and errors.ErrUnsupported
// where the system does not tell.
func FreeBytes(dir string) (uint64, error) { return freeBytes(dir) }
