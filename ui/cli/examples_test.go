//go:build unix

package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestExamples runs what README.md next to this file gives programs to copy, against the simulator.
func TestExamples(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	url := startSimulator(t, "--speed", "20")
	folder := t.TempDir()
	ledger := filepath.Join(folder, "shop.ledger")
	var takes []*exec.Cmd
	var sum *exec.Cmd
	for n, block := range regexp.MustCompile("(?s)```(sh|python)\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		program := map[string]string{"sh": "sh", "python": "python3"}[block[1]]
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("no %s", program)
		}
		file := filepath.Join(folder, "example"+string(rune('0'+n)))
		if err := os.WriteFile(file, []byte(block[2]), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(program, file)
		if strings.Contains(block[2], "charge") {
			takes = append(takes, cmd)
		} else {
			sum = cmd
		}
	}
	if len(takes) != 2 || sum == nil {
		t.Fatalf("%d examples that take a payment", len(takes))
	}
	run := func(cmd *exec.Cmd, args ...string) (int, string) {
		t.Helper()
		again := exec.Command(cmd.Path, append(cmd.Args[1:len(cmd.Args):len(cmd.Args)], args...)...)
		again.Dir, again.Env = folder, kaunta(url, ledger).Env
		code, out, _ := status(t, again)
		return code, out
	}
	for n, take := range takes {
		order := []string{"of-shell-", "of-python-"}[n]
		for _, tt := range []struct {
			amount, phone, order string
			code                 int
			says                 string
		}{
			{"450", pays, "1", 0, "paid: hand over the goods"},
			{"450", pays, "1", 0, "paid: hand over the goods"},
			{"80", "0712345632", "2", 10, "not paid"},
			{"80", "0201234567", "3", 2, "error: "},
			{"90", pays, "1", 1, "error: "},
		} {
			if code, out := run(take, tt.amount, tt.phone, order+tt.order); code != tt.code || !strings.HasPrefix(out, tt.says) {
				t.Errorf("%s %v: %d %s", take, tt, code, out)
			}
		}
	}
	if j := readJournal(t, url); j.pushes("254712345678") != 2 {
		t.Errorf("%d pushes for two orders", j.pushes("254712345678"))
	}
	if code, out := run(sum); code != 0 || out != "2 paid, KES 900\n" {
		t.Errorf("the sum of the day: %d %s", code, out)
	}
}

// TestReadmeCommands runs the list of commands in the README as it stands there, but for those that
// ask a person or serve for ever, which have tests of their own.
func TestReadmeCommands(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(text), "## Commands\n```\n")
	list, _, _ = strings.Cut(list, "```")
	url := startSimulator(t, "--speed", "20")
	folder := t.TempDir()
	ledger := filepath.Join(folder, "shop.ledger")
	ran := 0
	for line := range strings.Lines(list) {
		command, _, _ := strings.Cut(line, "  #")
		args := strings.Fields(command)[1:]
		if len(args) == 0 || strings.Contains(" demo setup simulator ", " "+args[0]+" ") {
			continue
		}
		if args[0] == "query" {
			_, rows, _ := status(t, kaunta(url, ledger, "ledger", "--json", "--unmask"))
			args[1] = regexp.MustCompile(`ws_CO_[^"]+`).FindString(rows)
		}
		cmd := kaunta(url, ledger, args...)
		cmd.Dir = folder
		if code, out, complaint := status(t, cmd); code != 0 || out == "" || complaint != "" {
			t.Errorf("%s: %d %s %s", command, code, out, complaint)
		}
		ran++
	}
	if ran < 11 {
		t.Errorf("only %d commands were run", ran)
	}
}
