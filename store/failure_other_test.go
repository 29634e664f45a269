//go:build !linux && !darwin && !freebsd

package store

import "errors"

func childFills(*Ledger, string) error { return errors.ErrUnsupported }
