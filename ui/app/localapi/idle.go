package localapi

import (
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// idlers are the connections that ask nothing, the one that has been idle longest first. When all
// places are taken, they make way: who connects for nothing locks out no command.
type idlers struct {
	mu   sync.Mutex
	list []idler
}

type idler struct {
	net.Conn
	since time.Time
}

const (
	idleGrace = 250 * time.Millisecond // a program asks as soon as it is connected
	idleLook  = 50 * time.Millisecond
)

// changed is [http.Server.ConnState].
func (i *idlers) changed(c net.Conn, to http.ConnState) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.list = slices.DeleteFunc(i.list, func(other idler) bool { return other.Conn == c })
	if to == http.StateNew || to == http.StateIdle {
		i.list = append(i.list, idler{c, time.Now()})
	}
}

// end ends those that have been idle for long enough. On a busy machine a request may have arrived
// that nobody has had the time to read: its connection stays.
func (i *idlers) end() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.list = slices.DeleteFunc(i.list, func(c idler) bool {
		if time.Since(c.since) < idleGrace || hasSent(c.Conn.(*connection).UnixConn) {
			return false
		}
		_ = c.Close()
		return true
	})
}
