package cli_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	simulated "kaunta/daraja/simulator"
	"kaunta/ui/text"
)

var long = flag.Bool("long", false, "flood the callback server, and kill the program at every point in every ending")

// failpoints builds the program that can be killed at a point of its own, once for all tests.
var failpoints func() (path string, err error)

// TestMain builds the program once. The tests of this package run it as a person or a script would,
// and many at once where -parallel does not say otherwise: nearly all of their time is waiting for
// M-PESA.
func TestMain(m *testing.M) {
	flag.Parse()
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "test.parallel" })
	if !asked {
		_ = flag.Set("test.parallel", "24")
	}
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "kaunta")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		build := exec.Command("go", "build", "-o", filepath.Join(dir, "kaunta"), "kaunta")
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			fmt.Fprintln(os.Stderr, "building the program:", err)
			return 1
		}
		os.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
		failpoints = sync.OnceValues(func() (string, error) {
			path := filepath.Join(dir, "kaunta-failpoints")
			if out, err := exec.Command("go", "build", "-tags", "failpoints", "-o", path, "kaunta").CombinedOutput(); err != nil {
				return "", fmt.Errorf("building with failpoints: %w\n%s", err, out)
			}
			return path, nil
		})
		run := filepath.Join(dir, "run")
		if err := os.Mkdir(run, 0o700); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		// of the sockets that tills leave behind which are killed
		os.Setenv("XDG_RUNTIME_DIR", run)
		// for tests without a log file of their own
		os.Setenv("XDG_STATE_HOME", filepath.Join(dir, "state"))
		return m.Run()
	}())
}

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("XDG_CONFIG_HOME", filepath.Join(e.WorkDir, "config"))
			e.Setenv("XDG_DATA_HOME", filepath.Join(e.WorkDir, "data"))
			e.Setenv("XDG_STATE_HOME", filepath.Join(e.WorkDir, "state"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     exits,
			"simulator": simulator,
		},
	})
}

// exits runs a command and demands one exit status: exits 10 kaunta charge …
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits status command [arguments]")
	}
	err := ts.Exec(args[1], args[2:]...)
	status := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		status = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(status) != args[0] {
		ts.Fatalf("exit status %d, want %s", status, args[0])
	}
}

// simulator starts the program's simulator for the rest of the script and points the till at it.
func simulator(ts *testscript.TestScript, _ bool, args []string) {
	url := startSimulator(scriptTB{ts}, args...)
	ts.Setenv("KAUNTA_DARAJA_URL", url)
	ts.Setenv("SIMULATOR_ADDR", strings.TrimPrefix(url, "http://"))
}

// scriptTB lets a script use what is written for tests.
type scriptTB struct{ *testscript.TestScript }

func (s scriptTB) Helper()                           {}
func (s scriptTB) Cleanup(f func())                  { s.Defer(f) }
func (s scriptTB) Fatal(args ...any)                 { s.Fatalf("%s", fmt.Sprint(args...)) }
func (s scriptTB) Errorf(format string, args ...any) { s.Logf(format, args...) }

// TestImports holds the direction of imports: what is not listed here, no package may import of
// this module.
func TestImports(t *testing.T) {
	allowed := map[string][]string{
		"kaunta":                        {"daraja/simulator", "pos", "ui/app/practice", "ui/app/shop", "store", "store/disk", "ui/app/reach", "tunnel/ssh", "ui", "ui/cli", "ui/doctor", "ui/keeper", "ui/app/settings", "ui/plain", "ui/session", "ui/setup", "ui/text"},
		"kaunta/daraja":                 {},
		"kaunta/daraja/simulator":       {},
		"kaunta/pos":                    {"daraja"},
		"kaunta/ui/app/failpoint":       {"daraja", "pos"},
		"kaunta/ui/app/localapi":        {"daraja", "pos"},
		"kaunta/ui/app/logfile":         {"daraja"},
		"kaunta/ui/app/pins":            {"pos"},
		"kaunta/ui/app/practice":        {"pos", "store", "store/trade", "ui/app/settings", "ui/app/shop"},
		"kaunta/ui/app/reach":           {"tunnel", "tunnel/acme", "tunnel/cloudflared", "tunnel/ssh", "ui/app/settings"},
		"kaunta/ui/app/settings":        {"daraja"},
		"kaunta/ui/app/shop":            {"daraja", "pos", "ui/app/failpoint", "ui/app/localapi", "store", "store/maintain", "tunnel", "ui/app/reach", "ui/app/logfile", "ui/app/settings"},
		"kaunta/pos/simtest":            {},
		"kaunta/store":                  {"pos", "daraja", "store/disk", "store/format"},
		"kaunta/store/disk":             {},
		"kaunta/store/format":           {"pos", "daraja"},
		"kaunta/store/export":           {"pos"},
		"kaunta/store/maintain":         {"pos", "store", "store/disk", "store/format"},
		"kaunta/store/powercut":         {},
		"kaunta/store/trade":            {"pos", "daraja"},
		"kaunta/tunnel":                 {"daraja"},
		"kaunta/tunnel/acme":            {"tunnel"},
		"kaunta/tunnel/cloudflared":     {"tunnel"},
		"kaunta/tunnel/ssh":             {"tunnel"},
		"kaunta/tunnel/ssh/sshtest":     {"tunnel/ssh"},
		"kaunta/ui":                     {"pos", "ui/draw", "ui/frame", "ui/session", "ui/text"},
		"kaunta/ui/cli":                 {"daraja", "pos", "store/export", "ui/doctor", "ui/app/settings", "ui/setup", "ui/text", "daraja/simulator", "store", "store/maintain", "ui/keeper", "ui/app/localapi"},
		"kaunta/ui/draw":                {},
		"kaunta/ui/doctor":              {"daraja", "pos", "ui/app/settings", "ui/text"},
		"kaunta/ui/keeper":              {"ui/app/shop", "store", "store/maintain", "ui/app/settings"},
		"kaunta/ui/frame":               {},
		"kaunta/ui/setup":               {"daraja", "pos", "ui/app/settings", "ui/draw", "ui/text"},
		"kaunta/ui/plain":               {"pos", "ui/draw", "ui/session", "ui/text"},
		"kaunta/ui/session":             {"pos", "ui/text"},
		"kaunta/ui/session/sessiontest": {"pos"},
		"kaunta/ui/slip":                {},
		"kaunta/ui/text":                {"daraja", "pos"},
	}
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "kaunta/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		may, known := allowed[fields[0]]
		if !known {
			t.Errorf("package %s is not in the plan of imports: add it where it belongs", fields[0])
			continue
		}
		for _, imported := range fields[1:] {
			if name, ours := strings.CutPrefix(imported, "kaunta/"); ours && !slices.Contains(may, name) {
				t.Errorf("%s imports %s, against the direction of imports", fields[0], imported)
			}
			if charm := strings.HasPrefix(imported, "charm.land/"); charm && !strings.HasPrefix(fields[0], "kaunta/ui") {
				t.Errorf("%s imports %s: only the screens and the command line may", fields[0], imported)
			}
		}
	}
}

// TestPracticeEndings holds the list on the help screen to what the simulator plays.
func TestPracticeEndings(t *testing.T) {
	var listed []string
	for _, e := range text.PracticeEndings() {
		if e.Digits != "" {
			listed = append(listed, e.Digits)
		}
	}
	if played := simulated.Endings(); !slices.Equal(listed, played) {
		t.Errorf("the help screen lists %v, the simulator plays %v", listed, played)
	}
}

// TestUnitOfGoRun: a unit never names the program of go run, which is gone tomorrow.
func TestUnitOfGoRun(t *testing.T) {
	for _, print := range []string{"--print-unit", "--print-kiosk"} {
		cmd := exec.Command("go", "run", "kaunta", "setup", print)
		cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+t.TempDir())
		var out, says strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &says
		if err := cmd.Run(); err == nil || out.Len() > 0 || !strings.Contains(says.String(), "build it with go build, install it with") {
			t.Errorf("%s: %v, printed %q, said %q", print, err, out.String(), says.String())
		}
	}
}
