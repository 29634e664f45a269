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
)

// maxPath is the longest path of a socket that every system takes, in bytes.
const maxPath = 103

// noteStart begins the text that stands in the place of a socket which had to be made elsewhere.
const noteStart = "The socket of this ledger's till is at:\n"

// Path is where the till of a ledger is reached, or a note that says where.
func Path(ledger string) string { return realPath(ledger) + ".sock" }

// realPath is the file that a path leads to, so that two names of one ledger have one socket.
func realPath(ledger string) string {
	if abs, err := filepath.Abs(ledger); err == nil {
		ledger = abs
	}
	if real, err := filepath.EvalSymlinks(ledger); err == nil {
		ledger = real
	}
	return ledger
}

// Listen makes the socket of a ledger, in the place of one that an earlier till left behind. Only who holds the ledger's lock
// may call it. Closing the listener removes the socket. An error means that this till cannot be shared; it can
// work all the same.
func Listen(ledger string) (net.Listener, error) {
	at := Path(ledger)
	if err := replaceable(at); err != nil {
		return nil, err
	}
	l, err := bind(at)
	if err == nil {
		return newListener(l, at), nil
	}
	folder, elsewhere := runtimeFolder()
	if elsewhere != nil {
		return nil, errors.Join(err, elsewhere)
	}
	sum := sha256.Sum256([]byte(at))
	socket := filepath.Join(folder, hex.EncodeToString(sum[:8]))
	if l, elsewhere = bind(socket); elsewhere != nil {
		return nil, errors.Join(err, elsewhere)
	}
	if err := writeNote(at, socket); err != nil {
		return nil, errors.Join(err, l.Close(), os.Remove(socket))
	}
	return newListener(l, at, socket), nil
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

// bind makes a socket that only this user can connect to. Its mode comes after its name, so it gets its name where nobody
// else may enter, and is moved to its place when it is ready.
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

// runtimeFolder is a folder with a short path that only this user may enter.
func runtimeFolder() (string, error) {
	folder := filepath.Join(os.TempDir(), fmt.Sprintf("kaunta-%d", os.Geteuid()))
	if run := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(run) {
		folder = filepath.Join(run, "kaunta")
	}
	if err := os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("local socket: %w", err)
	}
	info, err := os.Lstat(folder) // not what a link leads to
	switch {
	case err != nil:
		return "", fmt.Errorf("local socket: %w", err)
	case !info.IsDir() || !ours(info) || runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return "", fmt.Errorf("local socket: others can use the folder %s: remove it, or make it yours alone (chmod 700)", folder)
	}
	return folder, nil
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

// find is the socket to connect to for the ledger, or [ErrNobody].
func find(ledger string) (string, error) {
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

// listener takes connections of this user only, and a bounded number of them.
type listener struct {
	*net.UnixListener
	slots  chan struct{} // holds one for each open connection
	closed chan struct{}
	close  func() error
}

// newListener removes the paths when it is closed.
func newListener(l *net.UnixListener, paths ...string) *listener {
	n := &listener{UnixListener: l, slots: make(chan struct{}, maxConnections), closed: make(chan struct{})}
	n.close = sync.OnceValue(func() error {
		close(n.closed)
		errs := []error{l.Close()}
		for _, path := range paths {
			if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
				errs = append(errs, err)
			}
		}
		return errors.Join(errs...)
	})
	return n
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case l.slots <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	release := func() { <-l.slots }
	for {
		c, err := l.AcceptUnix()
		if err != nil {
			release()
			return nil, err
		}
		if samePeer(c) {
			return &connection{UnixConn: c, release: sync.OnceFunc(release)}, nil
		}
		_ = c.Close() // the mode keeps others out, and this is beside it
	}
}

func (l *listener) Close() error { return l.close() }

// connection gives its slot back when it is closed.
type connection struct {
	*net.UnixConn
	release func()
}

func (c *connection) Close() error {
	defer c.release()
	return c.UnixConn.Close()
}
