package localapi

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
)

// maxPath is the longest path of a socket that every system takes, in bytes.
const maxPath = 103

// noteStart begins the text that stands in the place of a socket which had to be made elsewhere.
const noteStart = "The socket of this ledger's till is at:\n"

// Path is where the till of a ledger is reached, or a note that says where.
func Path(ledger string) string { return realPath(ledger) + ".sock" }

// realPath is the file that a path leads to, so that two names of one ledger have one socket; where
// the file is gone, the one that it would lead to.
func realPath(ledger string) string {
	if abs, err := filepath.Abs(ledger); err == nil {
		ledger = abs
	}
	const mostLinks = 40
	for range mostLinks {
		if real, err := filepath.EvalSymlinks(ledger); err == nil {
			return real
		}
		to, err := os.Readlink(ledger)
		if err != nil {
			break
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(ledger), to)
		}
		ledger = to
	}
	if parent := filepath.Dir(ledger); parent != ledger {
		return filepath.Join(realPath(parent), filepath.Base(ledger))
	}
	return ledger
}

// Listen makes the socket of a ledger, in the place of one that an earlier till left behind. Only
// who holds the ledger's lock may call it. Closing the listener removes the socket. An error means
// that this till cannot be shared; it can work all the same.
//
// Others are in folders of the user's own, as far as they can be made: by them the till is found
// when the ledger has lost its name or its folder, and with it the first, or when its name, that of
// a link, leads elsewhere.
func Listen(ledger string) (net.Listener, error) {
	at := Path(ledger)
	if err := replaceable(at); err != nil {
		return nil, err
	}
	paths, sockets, elsewhere := bindNamed(ledger)
	l, err := bind(at)
	switch {
	case err == nil:
		return newListener(append(paths, at), append(sockets, l)...), nil
	case len(sockets) == 0:
		return nil, errors.Join(err, elsewhere)
	}
	if err := writeNote(at, paths[0]); err != nil {
		return nil, errors.Join(err, newListener(paths, sockets...).Close())
	}
	return newListener(append(paths, at), sockets...), nil
}

// bindNamed makes the sockets that go by the names of a ledger. Those that are asked for it may
// know another folder: a program that the clock starts has no session. The error is why some were
// not made.
func bindNamed(ledger string) (paths []string, sockets []*net.UnixListener, err error) {
	for _, folder := range runtimeFolders() {
		if failed := os.Mkdir(folder, 0o700); failed != nil && !errors.Is(failed, fs.ErrExist) {
			err = errors.Join(err, fmt.Errorf("local socket: %w", failed))
			continue
		}
		if failed := own(folder); failed != nil {
			err = errors.Join(err, failed)
			continue
		}
		for _, name := range names(ledger) {
			socket := namedSocket(folder, name)
			l, failed := bind(socket)
			if failed != nil {
				err = errors.Join(err, failed)
				continue
			}
			paths, sockets = append(paths, socket), append(sockets, l)
		}
	}
	return paths, sockets, err
}

// names are the file that a path leads to, and the path itself.
func names(ledger string) []string {
	list := []string{realPath(ledger)}
	if abs, err := filepath.Abs(ledger); err == nil && abs != list[0] {
		list = append(list, abs)
	}
	return list
}

func namedSocket(folder, name string) string {
	sum := sha256.Sum256([]byte(name + ".sock"))
	return filepath.Join(folder, hex.EncodeToString(sum[:8]))
}

// replaceable refuses to put a socket in the place of something that no till has made.
func replaceable(at string) error {
	info, err := os.Lstat(at)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("local socket: %w", err)
	case info.Mode().IsRegular():
		if _, err := readNote(at); err == nil {
			return nil
		}
	case info.Mode()&(fs.ModeSocket|fs.ModeIrregular) != 0:
		return nil
	}
	return fmt.Errorf("local socket: %s is in the way: move it elsewhere", at)
}

// bind makes a socket that only this user can connect to. Its mode comes after its name, so it gets
// its name where nobody else may enter, and is moved to its place when it is ready.
func bind(path string) (*net.UnixListener, error) {
	if len(path) > maxPath {
		return nil, fmt.Errorf("local socket: the path %s is longer than %d bytes", path, maxPath)
	}
	if runtime.GOOS == "windows" { // the folder's access list is inherited
		_ = os.Remove(path)
		return listenUnix(path)
	}
	folder, err := os.MkdirTemp(filepath.Dir(path), ".s") // mode 0700
	if err != nil {
		return nil, fmt.Errorf("local socket: %w", err)
	}
	defer os.RemoveAll(folder)
	made := filepath.Join(folder, "s")
	if len(made) > maxPath {
		return nil, fmt.Errorf("local socket: the path %s is longer than %d bytes", made, maxPath)
	}
	l, err := listenUnix(made)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(os.Chmod(made, 0o600), os.Rename(made, path)); err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("local socket: %w", err)
	}
	return l, nil
}

func listenUnix(path string) (*net.UnixListener, error) {
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("local socket: %w", err)
	}
	l.SetUnlinkOnClose(false) // it would remove the name that the socket was made with
	return l, nil
}

// runtimeFolders are folders with a short path that only this user may enter: that of the session,
// where there is one, and the one that is known without a session.
func runtimeFolders() []string {
	folders := []string{filepath.Join(os.TempDir(), fmt.Sprintf("kaunta-%d", os.Geteuid()))}
	if run := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(run) {
		folders = append([]string{filepath.Join(run, "kaunta")}, folders...)
	}
	return folders
}

// own refuses a folder that others can use.
func own(folder string) error {
	info, err := os.Lstat(folder) // not what a link leads to
	switch {
	case err != nil:
		return fmt.Errorf("local socket: %w", err)
	case !info.IsDir() || !ours(info) || runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("local socket: others can use the folder %s: remove it, or make it yours alone (chmod 700)", folder)
	}
	return nil
}

// writeNote leaves word at the place of the socket of where it is.
func writeNote(at, socket string) error {
	f, err := os.CreateTemp(filepath.Dir(at), ".s") // mode 0600
	if err != nil {
		return fmt.Errorf("local socket: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(noteStart + socket + "\n")
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("local socket: %w", err)
	}
	if err := os.Rename(f.Name(), at); err != nil {
		return fmt.Errorf("local socket: %w", err)
	}
	return nil
}

func readNote(at string) (socket string, err error) {
	text, err := os.ReadFile(at)
	if err != nil {
		return "", fmt.Errorf("local socket: %w", err)
	}
	socket, ok := strings.CutPrefix(string(text), noteStart)
	if socket = strings.TrimSuffix(socket, "\n"); !ok || !filepath.IsAbs(socket) || len(socket) > maxPath {
		return "", fmt.Errorf("local socket: %s does not say where the socket is", at)
	}
	return socket, nil
}

// beside is the socket next to the ledger, or [ErrNobody].
func beside(ledger string) (string, error) {
	at := Path(ledger)
	info, err := look(at)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return at, nil
	}
	if at, err = readNote(at); err != nil {
		return "", err
	}
	_, err = look(at)
	return at, err
}

// byName are the ledger's sockets in folders of the user's own, some of them left behind perhaps.
func byName(ledger string) (sockets []string) {
	for _, folder := range runtimeFolders() {
		if own(folder) != nil {
			continue
		}
		for _, name := range names(ledger) {
			if socket := namedSocket(folder, name); exists(socket) {
				sockets = append(sockets, socket)
			}
		}
	}
	return sockets
}

func exists(path string) bool {
	_, err := look(path)
	return err == nil
}

// look finds a file that this user has made: a socket of anybody else's could be anything.
func look(path string) (fs.FileInfo, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrNobody
	case err != nil:
		return nil, fmt.Errorf("local socket: %w", err)
	case !ours(info):
		return nil, fmt.Errorf("local socket: %s belongs to another user: run this as the user who runs the till", path)
	}
	return info, nil
}

// maxConnections is how many programs may be connected at once; more wait in the system's queue.
const maxConnections = 256

// listener takes connections of this user only, and a bounded number of them, from some sockets.
type listener struct {
	sockets []*net.UnixListener
	taken   chan taken
	slots   chan struct{} // holds one for each open connection
	closed  chan struct{}
	close   func() error
	idle    idlers // of the open connections
}

type taken struct {
	net.Conn
	err error
}

// newListener removes the paths when it is closed, unless another till's sockets are there by then.
func newListener(paths []string, sockets ...*net.UnixListener) *listener {
	n := &listener{
		sockets: sockets, taken: make(chan taken), slots: make(chan struct{}, maxConnections), closed: make(chan struct{}),
	}
	made := make([]fs.FileInfo, len(paths))
	for i, path := range paths {
		made[i], _ = os.Lstat(path)
	}
	var taking sync.WaitGroup
	for _, l := range sockets {
		taking.Go(func() { n.take(l) })
	}
	n.close = sync.OnceValue(func() error {
		close(n.closed)
		var errs []error
		for _, l := range sockets {
			errs = append(errs, l.Close())
		}
		taking.Wait()
		for i, path := range paths {
			if is, err := os.Lstat(path); err == nil && made[i] != nil && os.SameFile(made[i], is) {
				errs = append(errs, os.Remove(path))
			}
		}
		return errors.Join(errs...)
	})
	return n
}

// take hands over the connections of a socket.
func (n *listener) take(l *net.UnixListener) {
	release := func() { <-n.slots }
	for {
		c, err := l.AcceptUnix()
		if err == nil && !samePeer(c) { // a second guard: the mode keeps others out already
			_ = c.Close()
			continue
		}
		t := taken{err: err}
		if err == nil {
			if !n.slot() {
				_ = c.Close()
				return
			}
			t.Conn = &connection{UnixConn: c, release: sync.OnceFunc(release)}
		}
		select {
		case n.taken <- t:
		case <-n.closed:
			if err == nil {
				_ = t.Conn.Close()
			}
			return
		}
		if errors.Is(err, net.ErrClosed) {
			return
		}
	}
}

// slot waits for a place, for which those who ask nothing make way, and reports false when the
// listener is closed.
func (n *listener) slot() bool {
	for {
		select {
		case n.slots <- struct{}{}:
			return true
		case <-n.closed:
			return false
		case <-time.After(idleLook):
			n.idle.end()
		}
	}
}

func (n *listener) Accept() (net.Conn, error) {
	select {
	case t := <-n.taken:
		return t.Conn, t.err
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

func (n *listener) Addr() net.Addr { return n.sockets[0].Addr() }

func (n *listener) Close() error { return n.close() }

// connection gives its slot back when it is closed.
type connection struct {
	*net.UnixConn
	release func()
}

func (c *connection) Close() error {
	defer c.release()
	return c.UnixConn.Close()
}
