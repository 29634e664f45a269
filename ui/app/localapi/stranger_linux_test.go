package localapi

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// nobody is a user who owns nothing.
const nobody = 65534

// TestStranger: another user of the machine cannot connect, and is not answered even where the
// socket's mode would let them.
func TestStranger(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can be another user for a moment")
	}
	folder, err := os.MkdirTemp("", "k") // which others may enter, as they may not the test's own
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	program := filepath.Join(folder, "stranger")
	self, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, self, 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "shop.ledger")
	s := openShop(t, path)
	visit := func() string {
		t.Helper()
		cmd := exec.Command(program)
		cmd.Dir = "/"
		cmd.Env = []string{"KAUNTA_LOCALAPI_STRANGER=" + path}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if said := visit(); !strings.Contains(said, "connect: permission denied") || !strings.Contains(said, "belongs to another user") {
		t.Errorf("by the mode: %s", said)
	}
	if err := os.Chmod(path+".sock", 0o666); err != nil {
		t.Fatal(err)
	}
	if said := visit(); !strings.Contains(said, "answer: 0 bytes") || !strings.Contains(said, "belongs to another user") {
		t.Errorf("by the system's word: %s", said)
	}
	if _, err := s.dial().DayPage(1, "", 10); err != nil {
		t.Error(err)
	}

	// A socket that somebody else has made in the place of the till's is not talked to.
	if err := os.Chown(path+".sock", nobody, nobody); err != nil {
		t.Fatal(err)
	}
	if _, err := Dial(t.Context(), path); err == nil || !strings.Contains(err.Error(), "another user") {
		t.Error(err)
	}
}
