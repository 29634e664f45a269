package cloudflared

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain is also the stand-in for cloudflared, and whatever else a test runs
// as a program: the name that it is started by says what it is to be.
func TestMain(m *testing.M) {
	role, ok := strings.CutPrefix(filepath.Base(os.Args[0]), "standin-")
	if !ok {
		goleak.VerifyTestMain(m)
		return
	}
	time.AfterFunc(time.Minute, func() { os.Exit(4) }) // whatever becomes of the test
	switch role {
	case "till":
		runTill(os.Args[1])
	case "grandchild":
		hold("grandchild")
		os.Stdout.WriteString("1")
		select {}
	default:
		standIn(role)
	}
	os.Exit(0)
}

// A call is how a stand-in was started.
type call struct {
	Args, Env []string
}

// hold listens on a port that the test finds in the file name, so that it can
// tell the process's end by the end of a connection.
func hold(name string) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		die(err)
	}
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			defer c.Close()
		}
	}()
	leave(name, ln.Addr().String())
}

// leave writes what the test is to know into a file beside the program.
func leave(name string, content any) {
	text, err := json.Marshal(content)
	if err != nil {
		die(err)
	}
	path := filepath.Join(filepath.Dir(os.Args[0]), name)
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		die(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		die(err)
	}
}

func die(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(3)
}

// standIn speaks cloudflared's metrics, as its source has them, and misbehaves
// as role says.
func standIn(role string) {
	leave("call", call{os.Args[1:], os.Environ()})
	flag := func(name string) string {
		for i, arg := range os.Args {
			if arg == name && i+1 < len(os.Args) {
				return os.Args[i+1]
			}
		}
		die(fmt.Errorf("%s is missing", name))
		return ""
	}
	fmt.Fprintln(os.Stderr, "2026-11-24T09:00:00Z ERR Configuration file was empty")
	fmt.Fprintln(os.Stderr, "2026-11-24T09:00:00Z INF |  https://in-the-box.trycloudflare.com  |")
	switch role {
	case "refused":
		fmt.Fprintln(os.Stderr, "failed to request quick Tunnel: \x1b[31m429 Too Many Requests\x1b[0m")
		os.Exit(1)
	case "no-host":
		fmt.Fprint(os.Stderr, noHost)
		os.Exit(1)
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
	case "flood":
		token := os.Getenv("TUNNEL_TOKEN")
		for i := range 165_000 {
			fmt.Fprintf(os.Stderr, "2026-11-24T09:00:01Z ERR failed to serve tunnel connection, token %s, attempt %d\n", token, i)
		}
		fmt.Fprint(os.Stderr, strings.Repeat("no end of a line ", 100_000), "\n")
		fmt.Fprintln(os.Stderr, "2026-11-24T09:00:02Z INF all is well")
	}
	if role == "parent" || role == "stubborn" {
		grandchild := filepath.Join(filepath.Dir(os.Args[0]), "standin-grandchild")
		cmd := exec.Command(grandchild)
		cmd.Stderr = os.Stderr // it keeps the pipe open
		out, err := cmd.StdoutPipe()
		if err != nil {
			die(err)
		}
		if err := cmd.Start(); err != nil {
			die(err)
		}
		if _, err := out.Read(make([]byte, 1)); err != nil {
			die(err)
		}
	}
	hold("child")

	ln, err := net.Listen("tcp", flag("--metrics"))
	if err != nil {
		die(err)
	}
	looks := 0
	http.HandleFunc("/ready", func(w http.ResponseWriter, _ *http.Request) {
		looks++ // one poller, one connection at a time
		if role == "never-ready" || looks < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprint(w, `{"status":503,"readyConnections":0}`)
			return
		}
		fmt.Fprint(w, `{"status":200,"readyConnections":1}`)
	})
	http.HandleFunc("/quicktunnel", func(w http.ResponseWriter, _ *http.Request) {
		hostname := fmt.Sprintf("stand-in-%d.trycloudflare.com", os.Getpid())
		switch role {
		case "hostile":
			hostname = "till.example.com/@evil.example?"
		case "named":
			hostname = ""
		}
		fmt.Fprintf(w, `{"hostname":"%s"}`, hostname)
	})
	http.HandleFunc("/die", func(http.ResponseWriter, *http.Request) {
		fmt.Fprintln(os.Stderr, "2026-11-24T09:00:03Z ERR Initiating shutdown error=\"the edge is gone\"")
		os.Exit(1)
	})
	die(http.Serve(ln, nil))
}
