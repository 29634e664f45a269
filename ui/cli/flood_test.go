//go:build linux

package cli_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestFlood waits for a payment's callback while 2,000 clients hold connections to the callback
// server, half of them in the middle of a request, and others guess addresses and send bodies and
// headers that are far too long. The callback still lands, nothing else changes anything, and the
// program stays small.
func TestFlood(t *testing.T) {
	if !*long {
		t.Skip("with -long: it takes both cores for a quarter of a minute")
	}
	t.Parallel()
	address := freeAddress(t)
	url := startSimulator(t, "--speed", "20")
	// This customer pays at once and M-PESA says so 12 s later, by callback and by query.
	charge := kaunta(url, filepath.Join(t.TempDir(), "shop.ledger"), "charge", "--amount", "450", "--phone", "0712345652", "--json", "--wait", "60s")
	charge.Env = append(charge.Env, "KAUNTA_CALLBACK_LISTEN="+address)
	pipe, err := charge.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := charge.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(pipe)
	var out bytes.Buffer
	for !strings.Contains(out.String(), `"waiting"`) {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("charge said %q, %v", out.String(), err)
		}
		out.WriteString(line)
	}

	stop := make(chan struct{})
	var strangers sync.WaitGroup
	for i := range 2000 {
		strangers.Go(func() {
			for {
				c, err := net.DialTimeout("tcp", address, 5*time.Second)
				if err == nil {
					if i%2 == 0 {
						fmt.Fprintf(c, "POST /cb/%032x HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n{", i)
					}
					gone := make(chan struct{})
					go func() { _, _ = io.Copy(io.Discard, c); close(gone) }() // until the server cuts it
					select {
					case <-gone:
					case <-stop:
					}
					c.Close()
				}
				select {
				case <-stop:
					return
				case <-time.After(500 * time.Millisecond):
				}
			}
		})
	}
	guesses := make([]int, 4)
	for i := range guesses {
		strangers.Go(func() {
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1}, Timeout: 5 * time.Second}
			defer client.CloseIdleConnections()
			body := strings.Repeat("x", 300)
			long := strings.Repeat("y", 1<<20)
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				b := body
				if n%500 == 0 {
					b = long
				}
				request, _ := http.NewRequest(http.MethodPost, fmt.Sprintf("http://%s/cb/%030x%02x", address, n, i), strings.NewReader(b))
				if n%501 == 0 {
					request.Header.Set("X-Long", long)
				}
				if response, err := client.Do(request); err == nil {
					_, _ = io.Copy(io.Discard, response.Body)
					response.Body.Close()
					guesses[i]++
				}
			}
		})
	}
	peak := 0
	for {
		line, err := lines.ReadString('\n')
		out.WriteString(line)
		if kib := memory(charge.Process.Pid); kib > 0 {
			peak = kib
		}
		if err != nil {
			break
		}
	}
	_ = charge.Wait()
	close(stop)
	strangers.Wait()

	changes := readChanges(t, &out)
	if last := changes[len(changes)-1]; last.State != "paid" || last.Receipt == "" || len(last.Notices) > 0 || charge.ProcessState.ExitCode() != 0 {
		t.Errorf("under the flood the payment ended as %+v", last)
	}
	delivered := 0
	for _, c := range readJournal(t, url).Callbacks {
		if c.Status == http.StatusOK {
			delivered++
		}
	}
	if delivered != 1 {
		t.Errorf("%d callbacks were answered 200, want the one", delivered)
	}
	total := 0
	for _, n := range guesses {
		total += n
	}
	if total < 1000 {
		t.Errorf("only %d guesses were answered: this was no flood", total)
	}
	if peak > 200<<10 {
		t.Errorf("the program took %d MiB", peak>>10)
	}
	t.Logf("%d guesses, 2,000 held connections, %d MiB at the most", total, peak>>10)
}

var highWater = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// memory is the most that a process has taken so far, in KiB; 0 where it is gone.
func memory(pid int) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if m := highWater.FindSubmatch(status); err == nil && m != nil {
		n, _ := strconv.Atoi(string(m[1]))
		return n
	}
	return 0
}
