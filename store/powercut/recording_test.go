package powercut

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestCut: what was flushed is there in every cut, what was not is there in some, whole, torn and
// not at all.
func TestCut(t *testing.T) {
	r := NewRecording(map[string][]byte{"old": []byte("old")})
	a := r.file("a")
	r.write(a, "a", bytes.Repeat([]byte("1"), 2*Sector), 0)
	r.flush(a, true)
	r.flushFolder(".")
	flushed := r.Len()
	r.write(a, "a", bytes.Repeat([]byte("2"), 2*Sector), 0)
	r.rename("a", "b")
	r.write(0, Acks, []byte("said\n"), 0)

	seen := map[string]bool{}
	for n := range uint64(200) {
		files, acked := r.Cut(flushed, rand.New(rand.NewPCG(n, 0)), false)
		if string(files["old"]) != "old" || string(files["a"]) != string(bytes.Repeat([]byte("1"), 2*Sector)) || len(files) != 2 || acked != "" {
			t.Fatalf("what was flushed: %q, acknowledged %q", files, acked)
		}
		files, acked = r.Cut(r.Len(), rand.New(rand.NewPCG(n, 0)), false)
		content, renamed := files["b"]
		if !renamed {
			content = files["a"]
		}
		if len(files) != 2 || len(content) != 2*Sector || acked != "said\n" {
			t.Fatalf("%q, acknowledged %q", files, acked)
		}
		seen[string([]byte{content[0], content[Sector]})] = true
		for at, b := range content {
			if b != content[at/Sector*Sector] {
				t.Fatalf("a sector is torn at %d", at)
			}
		}
		seen[map[bool]string{true: "renamed", false: "not renamed"}[renamed]] = true
		files, _ = r.Cut(flushed, rand.New(rand.NewPCG(n, 0)), true)
		if _, ok := files["a"]; !ok {
			seen["lied"] = true
		}
		again, _ := r.Cut(flushed, rand.New(rand.NewPCG(n, 0)), true)
		if len(again) != len(files) || !bytes.Equal(again["a"], files["a"]) {
			t.Fatal("the same seed makes another cut")
		}
	}
	for _, want := range []string{"11", "12", "21", "22", "renamed", "not renamed", "lied"} {
		if !seen[want] {
			t.Errorf("of 200 cuts, none is %s", want)
		}
	}
}

// TestDisk: another program's work on the mount is in the recording, and a disk in trouble refuses
// it.
func TestDisk(t *testing.T) {
	disk, err := NewDisk(t.TempDir(), map[string][]byte{"sub/first": []byte("1")})
	if errors.Is(err, ErrUnavailable) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	sh := func(script string) error {
		cmd := exec.Command("sh", "-c", script)
		cmd.Dir = disk.Mount
		return cmd.Run()
	}
	err = sh("cat sub/first > second && mv second third && ln third sub/fourth && rm sub/first && printf said > acks")
	full := sh("printf full > troubles; echo more >> third")
	after := sh("printf well > troubles && printf 23 >> third")
	if err := errors.Join(err, after, disk.Close()); err != nil {
		t.Fatal(err)
	}
	if full == nil {
		t.Error("a full disk was written")
	}
	content, err := os.ReadFile(filepath.Join(filepath.Dir(disk.Mount), "behind", "third"))
	if err != nil || string(content) != "123" {
		t.Errorf("%q, %v", content, err)
	}
	whole := false
	for n := range uint64(500) {
		files, acked := disk.Cut(disk.Len(), rand.New(rand.NewPCG(n, 0)), false)
		if acked != "said" {
			t.Fatalf("acknowledged: %q", acked)
		}
		_, gone := files["sub/first"]
		whole = whole || string(files["third"]) == "123" && string(files["sub/fourth"]) == "123" && !gone && len(files["second"]) == 0
	}
	if !whole {
		t.Error("of 500 cuts, none has everything that was done")
	}
}
