//go:build ngrok

package ngrok

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
)

// An edge stands in for ngrok's, on loopback: as much of its protocol (muxado
// frames over TLS) as it takes to answer a token and a domain, and to bring one
// connection.
type edge struct {
	t     *testing.T
	ln    net.Listener
	roots *x509.CertPool
	work  sync.WaitGroup

	refuseToken  string // the text of the refusal; empty: taken
	refuseDomain string
	mute         atomic.Bool // answers nothing

	mu       sync.Mutex
	tokens   []string
	sessions []*wire
}

// newEdge listens with a certificate that roots trust.
func newEdge(t *testing.T) *edge {
	server := httptest.NewTLSServer(nil)
	cert := server.TLS.Certificates[0]
	e := &edge{t: t, roots: x509.NewCertPool()}
	e.roots.AddCert(server.Certificate())
	server.Close()
	ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}})
	if err != nil {
		t.Fatal(err)
	}
	e.ln = ln
	e.work.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			e.work.Go(func() { e.serve(c) })
		}
	})
	t.Cleanup(func() {
		ln.Close()
		e.mu.Lock()
		for _, w := range e.sessions {
			w.Close()
		}
		e.mu.Unlock()
		e.work.Wait()
	})
	return e
}

// A wire is one connection of the library's.
type wire struct {
	net.Conn
	writing sync.Mutex
	bound   string        // the id of the endpoint
	answers chan []byte   // what comes back on the stream that bring opened
	ready   chan struct{} // closed once there is an endpoint
}

const (
	frameData = 1
	dataFin   = 1
	dataSyn   = 2

	authRequest  = 0
	bindRequest  = 1
	proxyRequest = 3

	broughtStream = 2 // ours are even
)

// frame writes one DATA frame.
func (w *wire) frame(stream uint32, flags byte, data []byte) {
	head := make([]byte, 8, 8+len(data))
	binary.BigEndian.PutUint32(head, uint32(len(data))<<8|frameData<<4|uint32(flags))
	binary.BigEndian.PutUint32(head[4:], stream)
	w.writing.Lock()
	defer w.writing.Unlock()
	w.Write(append(head, data...)) // the library may be gone
}

func (w *wire) answer(stream uint32, body any) {
	text, _ := json.Marshal(body)
	w.frame(stream, dataFin, text)
}

// bring opens a connection from client to the endpoint, and sends what it says.
func (w *wire) bring(client, says string) {
	header, _ := json.Marshal(map[string]string{"Id": w.bound, "ClientAddr": client, "Proto": "https"})
	data := binary.BigEndian.AppendUint32(nil, proxyRequest)
	data = binary.LittleEndian.AppendUint64(data, uint64(len(header)))
	w.frame(broughtStream, dataSyn, append(append(data, header...), says...))
}

func (e *edge) serve(c net.Conn) {
	w := &wire{Conn: c, answers: make(chan []byte, 100), ready: make(chan struct{})}
	defer c.Close()
	e.mu.Lock()
	e.sessions = append(e.sessions, w)
	e.mu.Unlock()
	streams := map[uint32][]byte{}
	for {
		head := make([]byte, 8)
		if _, err := io.ReadFull(c, head); err != nil {
			return
		}
		data := make([]byte, binary.BigEndian.Uint32(head)>>8)
		if _, err := io.ReadFull(c, data); err != nil {
			return
		}
		stream := binary.BigEndian.Uint32(head[4:])
		if head[3]>>4 != frameData || e.mute.Load() {
			continue
		}
		if stream == broughtStream {
			w.answers <- data
			continue
		}
		said := append(streams[stream], data...)
		streams[stream] = said
		if len(data) > 0 && len(said) > 4 && said[len(said)-1] == '\n' { // a request is one line
			e.request(w, stream, said)
		}
	}
}

// request answers a whole request: its type, and JSON.
func (e *edge) request(w *wire, stream uint32, said []byte) {
	switch binary.BigEndian.Uint32(said) {
	case authRequest:
		var auth struct{ Extra struct{ Authtoken string } }
		json.Unmarshal(said[4:], &auth)
		e.mu.Lock()
		e.tokens = append(e.tokens, auth.Extra.Authtoken)
		e.mu.Unlock()
		if e.refuseToken != "" {
			w.answer(stream, map[string]string{"Error": e.refuseToken})
			return
		}
		w.answer(stream, map[string]any{"Version": "3", "ClientId": "a-client", "Extra": map[string]string{"Version": "1"}})
	case bindRequest:
		var bind struct {
			Id    string
			Proto string
			Opts  json.RawMessage
		}
		json.Unmarshal(said[4:], &bind)
		if e.refuseDomain != "" {
			w.answer(stream, map[string]string{"Error": e.refuseDomain})
			return
		}
		w.bound = "an-endpoint"
		if bind.Id != "" {
			w.bound = bind.Id
		}
		w.answer(stream, map[string]any{"Id": w.bound, "URL": public, "Proto": bind.Proto, "Opts": bind.Opts})
		close(w.ready)
	default:
		w.answer(stream, map[string]string{})
	}
}

// token returns the first token that has come.
func (e *edge) token() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.tokens) == 0 {
		return ""
	}
	return e.tokens[0]
}

// session returns the first wire once it has an endpoint.
func (e *edge) session() *wire {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.sessions) == 0 {
		e.t.Fatal("the library has not connected")
	}
	return e.sessions[0]
}

// refusal is how ngrok's edge words one.
func refusal(code string) string {
	return fmt.Sprintf("authentication failed: The authtoken you specified is properly formed, but it is invalid.\nYour authtoken: %s\r\n\r\nERR_NGROK_%s\r\n", token, code)
}
