//go:build !linux && !darwin && !freebsd

package store

import "errors"

func childFails(*Ledger, string) error { return errors.ErrUnsupported }
