package store

// private accepts every ledger: who may do what with a file is not in its mode on Windows.
func private(string) error { return nil }
