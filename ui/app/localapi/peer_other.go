//go:build !linux

package localapi

import "net"

// hasSent does not know: a program whose request waits too long is told that it was not answered.
func hasSent(*net.UnixConn) bool { return false }

// samePeer trusts the socket's mode and folder: only this user can have reached it.
func samePeer(*net.UnixConn) bool { return true }
