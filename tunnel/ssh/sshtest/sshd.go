//go:build linux

package sshtest

import (
	"bufio"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	gossh "golang.org/x/crypto/ssh"
)

// sshd is an OpenSSH server in a folder of its own.
type sshd struct {
	t      testing.TB
	binary string
	folder string
	addr   string
	who    account

	cmd    *exec.Cmd
	logged chan struct{} // closed when no process of the server is left

	mu  sync.Mutex
	log strings.Builder
}

// find returns the sshd of this machine, and skips the test if it has none.
func find(t testing.TB) string {
	for _, name := range []string{"sshd", "/usr/sbin/sshd", "/usr/local/sbin/sshd"} {
		if binary, err := exec.LookPath(name); err == nil {
			if binary, err = filepath.Abs(binary); err == nil { // sshd insists
				return binary
			}
		}
	}
	t.Skip("this test needs OpenSSH's server: apt-get install openssh-server")
	return ""
}

// start runs the server and returns when it listens.
func (s *sshd) start() {
	s.t.Helper()
	// What a server says on its stderr goes through a pipe that its sessions hold
	// too: the pipe ends when the last of them has.
	read, write, err := os.Pipe()
	if err != nil {
		s.t.Fatal(err)
	}
	s.cmd = exec.Command(s.binary, "-D", "-e", "-f", s.path("sshd_config"))
	s.cmd.Stderr = write
	s.cmd.SysProcAttr = s.who.attr
	err = s.cmd.Start()
	write.Close()
	if err != nil {
		s.t.Fatalf("sshd does not start: %v", err)
	}
	listens, logged := make(chan struct{}), make(chan struct{})
	s.logged = logged
	go func() {
		defer close(logged)
		defer read.Close()
		announced := false
		for lines := bufio.NewScanner(read); lines.Scan(); {
			s.mu.Lock()
			s.log.WriteString(lines.Text() + "\n")
			s.mu.Unlock()
			if !announced && strings.Contains(lines.Text(), "Server listening on") {
				announced = true
				close(listens)
			}
		}
	}()
	select {
	case <-listens:
	case <-logged:
		s.cmd.Wait()
		s.cmd = nil
		s.t.Fatalf("sshd gave up:\n%s", s.said())
	}
}

// kill ends the server and every session of it, as a power cut does. It may be
// called again.
func (s *sshd) kill() {
	if s.cmd == nil {
		return
	}
	// A stopped listener begins no session while its children are looked up:
	// they are not in its process group, and outlive it.
	s.cmd.Process.Signal(syscall.SIGSTOP)
	for _, pid := range descendants(s.cmd.Process.Pid) {
		if child, err := os.FindProcess(pid); err == nil {
			child.Kill()
		}
	}
	s.cmd.Process.Kill()
	s.cmd.Wait()
	<-s.logged
	s.cmd = nil
}

func (s *sshd) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

func (s *sshd) path(name string) string { return filepath.Join(s.folder, name) }

// write writes a file that the server can read and nobody else.
func (s *sshd) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(s.path(name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	if err := s.who.own(s.path(name)); err != nil {
		s.t.Fatal(err)
	}
}

// makeHostKey writes a new host key of a kind and returns its public half.
func (s *sshd) makeHostKey(kind string) gossh.PublicKey {
	s.t.Helper()
	var private crypto.Signer
	var err error
	switch kind {
	case "ed25519":
		_, private, err = ed25519.GenerateKey(nil)
	case "ecdsa":
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "rsa":
		private, err = rsa.GenerateKey(rand.Reader, 2048)
	default:
		s.t.Fatalf("no host key is of kind %q", kind)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	block, err := gossh.MarshalPrivateKey(private, "")
	if err != nil {
		s.t.Fatal(err)
	}
	s.write("host_"+kind, string(pem.EncodeToMemory(block)))
	public, err := gossh.NewPublicKey(private.Public())
	if err != nil {
		s.t.Fatal(err)
	}
	return public
}

// configure writes the configuration: what a relay of its own needs, and then
// the recipe's part.
func (s *sshd) configure(kinds []string, recipe string) {
	host, port, _ := strings.Cut(s.addr, ":")
	var config strings.Builder
	fmt.Fprintf(&config, "ListenAddress %s\nPort %s\nPidFile none\nStrictModes no\nAuthorizedKeysFile %s\n", host, port, s.path("authorized_keys"))
	for _, kind := range kinds {
		fmt.Fprintf(&config, "HostKey %s\n", s.path("host_"+kind))
	}
	s.write("sshd_config", config.String()+recipe)
}

// descendants returns the processes that stem from pid, from Linux's /proc.
func descendants(pid int) []int {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	children := map[int][]int{}
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // it has just ended
		}
		// "12 (name) S 11 …": the name may hold blanks and brackets.
		_, after, _ := strings.Cut(string(stat[strings.LastIndexByte(string(stat), ')'):]), " ")
		if fields := strings.Fields(after); len(fields) > 1 {
			child, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			parent, _ := strconv.Atoi(fields[1])
			children[parent] = append(children[parent], child)
		}
	}
	all := children[pid]
	for i := 0; i < len(all); i++ {
		all = append(all, children[all[i]]...)
	}
	return all
}
