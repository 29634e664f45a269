package ssh

import (
	"context"
	"io"
	"net"
	"sync"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

const (
	// carryMost is how many connections are carried at once. It is above the 256
	// of tunnel.Server, so that the server chooses whom to close when strangers
	// fill it: it knows which ones have brought a callback.
	carryMost = 300

	// carryIdle ends a connection over which nothing has moved. It is above the
	// server's own limits, and catches only what the server cannot see: a caller
	// who does not take the answer.
	carryIdle = 75 * time.Second

	localTimeout = 5 * time.Second // for connecting to the till's own server
)

// carryAll carries what comes to the socket until the session is over.
func (p *provider) carryAll(ctx context.Context, channels <-chan gossh.NewChannel, localAddr string) {
	ctx, cancel := context.WithCancel(ctx)
	var work sync.WaitGroup
	defer work.Wait()
	defer cancel()
	places := make(chan struct{}, carryMost)
	for nc := range channels {
		if !p.ours(nc) {
			_ = nc.Reject(gossh.Prohibited, "not forwarded") // an error is the session's end
			continue
		}
		// Waiting for a place here would keep the session from reading anything
		// else, answers to keepalive among them.
		select {
		case places <- struct{}{}:
			work.Go(func() {
				defer func() { <-places }()
				p.carry(ctx, &work, nc, localAddr)
			})
		default:
			_ = nc.Reject(gossh.ResourceShortage, "too many connections")
		}
	}
}

// ours reports whether nc comes from the socket that was asked for.
func (p *provider) ours(nc gossh.NewChannel) bool {
	var from struct{ Path, Reserved string }
	return nc.ChannelType() == forwardedChannel && gossh.Unmarshal(nc.ExtraData(), &from) == nil && from.Path == p.cfg.Socket
}

// carry copies bytes between one caller and the local address until either side
// is done. What waits for the relay's own goodbye goes on in work.
func (p *provider) carry(ctx context.Context, work *sync.WaitGroup, nc gossh.NewChannel, localAddr string) {
	conn, err := (&net.Dialer{Timeout: localTimeout}).DialContext(ctx, "tcp", localAddr)
	if err != nil {
		_ = nc.Reject(gossh.ConnectionFailed, "the till does not answer")
		return
	}
	local := conn.(*net.TCPConn)
	defer local.Close()
	ch, requests, err := nc.Accept()
	if err != nil {
		return
	}
	work.Go(func() { gossh.DiscardRequests(requests) })
	hangUp := func() {
		local.Close()
		ch.Close()
	}
	defer hangUp()
	defer context.AfterFunc(ctx, hangUp)()
	idle := time.AfterFunc(p.idle, hangUp)
	defer idle.Stop()

	work.Go(func() {
		_, _ = io.Copy(lively{local, idle, p.idle}, ch)
		_ = local.CloseWrite() // the caller may still wait for the answer
	})
	// When the server is done, so is the connection: the relay passes on what it
	// has before it closes.
	_, _ = io.Copy(lively{ch, idle, p.idle}, local)
}

// A lively writer puts off the end of an idle connection.
type lively struct {
	io.Writer
	idle *time.Timer
	by   time.Duration
}

func (l lively) Write(b []byte) (int, error) {
	l.idle.Reset(l.by)
	return l.Writer.Write(b)
}
