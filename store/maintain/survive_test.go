package maintain

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
	"kaunta/store"
	made "kaunta/store/trade"
)

// pageSize is that of a ledger.
const pageSize = 4096

var allDamage = flag.Bool("damage", false, "TestDamageIsReported flips 600 bits and zeroes 100 sectors, and not a share of them")

// judged is what a child says of a file: whether it was reported, and else what it shows.
type judged struct {
	Reported string // why the file is not good
	Figures  string // a hash of everything that it shows
}

// judge verifies a file, and only if that finds nothing looks at what it shows.
func judge(path string) judged {
	report, err := VerifyFile(context.Background(), path, nil)
	switch {
	case err != nil:
		return judged{Reported: err.Error()}
	case report.First != nil:
		return judged{Reported: report.First.Error()}
	}
	figures, err := figuresOf(path)
	if err != nil {
		figures = err.Error()
	}
	return judged{Figures: figures}
}

// figuresOf is a hash of all rows, totals, events, and of what each receipt finds.
func figuresOf(path string) (string, error) {
	l, err := store.Open(path, store.Options{ReadOnly: true})
	if err != nil {
		return "", err
	}
	defer l.Close()
	h := sha256.New()
	days, err := l.Days(20200101, 20301231)
	if err != nil {
		return "", err
	}
	fmt.Fprintln(h, days)
	for _, d := range days {
		rows, err := l.DayPage(d.Day, "", 100_000)
		if err != nil {
			return "", err
		}
		for _, a := range rows {
			fmt.Fprintln(h, a)
			events, err := l.Events(a.ID)
			if err != nil {
				return "", err
			}
			for _, e := range events {
				text, err := json.Marshal(e)
				if err != nil {
					return "", err
				}
				h.Write(text)
			}
			if a.Receipt != "" {
				found, err := l.Find(a.Receipt, 10)
				if err != nil {
					return "", err
				}
				fmt.Fprintln(h, ids(found))
			}
		}
	}
	for _, list := range []func() ([]pos.Attempt, error){l.Open, l.Unsettled} {
		rows, err := list()
		if err != nil {
			return "", err
		}
		fmt.Fprintln(h, rows)
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}

// childJudges judges the files that it is told of, a line each.
func childJudges() int {
	in, out := bufio.NewScanner(os.Stdin), json.NewEncoder(os.Stdout)
	for in.Scan() {
		if err := out.Encode(judge(in.Text())); err != nil {
			return 1
		}
	}
	return 0
}

// judges is a child that judges files, and is replaced when a file kills it.
type judges struct {
	t   testing.TB
	cmd *exec.Cmd
	in  io.WriteCloser
	out *json.Decoder
}

// of is what the child says of the file, or died.
func (j *judges) of(path string) (v judged, died bool) {
	if j.cmd == nil {
		j.cmd = another(j.t, "judges", "")
		var err error
		if j.in, err = j.cmd.StdinPipe(); err != nil {
			j.t.Fatal(err)
		}
		out, err := j.cmd.StdoutPipe()
		if err != nil {
			j.t.Fatal(err)
		}
		j.out = json.NewDecoder(out)
		if err := j.cmd.Start(); err != nil {
			j.t.Fatal(err)
		}
	}
	late := time.AfterFunc(time.Minute, func() { _ = j.cmd.Process.Kill() }) // one that would look for ever
	defer late.Stop()
	_, err := fmt.Fprintln(j.in, path)
	if err == nil {
		err = j.out.Decode(&v)
	}
	if err != nil {
		j.close()
		return v, true
	}
	return v, false
}

func (j *judges) close() {
	if j.cmd != nil {
		_ = j.in.Close()
		_ = j.cmd.Wait()
		j.cmd = nil
	}
}

// TestDamageIsReported damages a ledger of hundreds of attempts (thousands, with -damage) all over,
// one bit or one sector at a time. What changes a figure is reported, or kills the process that
// looks at it, which reports it too; nothing that Verify calls good shows anything but what was
// written.
func TestDamageIsReported(t *testing.T) {
	t.Parallel()
	flips, sectors, days := 60, 20, 2
	if *allDamage {
		flips, sectors, days = 600, 100, 10
	}
	path := newPath(t)
	l := open(t, path, training)
	var events []pos.Event
	if err := made.Fill(func(e pos.Event) error { events = append(events, e); return nil }, made.Options{Seed: 3, From: 20261120, Days: days, PerDay: 300}); err != nil {
		t.Fatal(err)
	}
	one := asked(1_000_000) // one that is owed back, and some that are open
	two := again(one, 1_000_001)
	events = append(events, asked(1_000_002), one, two, paid(one, receiptOf(1)), paid(two, receiptOf(2)), asked(1_000_003), asked(1_000_004))
	for len(events) > 0 { // in many commits, so that there are free pages too
		some := events[:min(97, len(events))]
		events = events[len(some):]
		if err := l.AppendAll(context.Background(), some); err != nil {
			t.Fatal(err)
		}
	}
	var size int64
	edit(t, closed(t, l), func(tx *bolt.Tx) error { size = tx.Size(); return nil })
	good := contents(t, path)
	want := judge(path)
	if want.Reported != "" || len(want.Figures) != 64 {
		t.Fatalf("the ledger itself: %+v", want)
	}

	type damage struct {
		name  string
		apply func(b []byte)
		undo  func(b []byte)
	}
	chance := seeded(7)
	var planned []damage
	for range flips {
		bit := chance.Int64N(8 * size)
		flip := func(b []byte) { b[bit/8] ^= 1 << (bit % 8) }
		planned = append(planned, damage{fmt.Sprintf("bit %d of page %d", bit%(8*pageSize), bit/(8*pageSize)), flip, flip})
	}
	const sector = 512
	for range sectors {
		at := chance.Int64N(size/sector) * sector
		planned = append(planned, damage{
			fmt.Sprintf("sector %d of page %d", at%pageSize/sector, at/pageSize),
			func(b []byte) { clear(b[at : at+sector]) },
			func(b []byte) { copy(b[at:at+sector], good[at:at+sector]) },
		})
	}
	for bit := int64(0); bit < 16*8*pageSize*2; bit += 8*pageSize + 8*16 + 33 { // and the first pages, which hold everything
		if at := bit; at < 2*8*pageSize {
			flip := func(b []byte) { b[at/8] ^= 1 << (at % 8) }
			planned = append(planned, damage{fmt.Sprintf("bit %d of page %d", at%(8*pageSize), at/(8*pageSize)), flip, flip})
		}
	}

	var mu sync.Mutex
	next, reported, harmless, deaths := 0, 0, 0, 0
	var all sync.WaitGroup
	for n := range 2 {
		all.Go(func() {
			j := &judges{t: t}
			defer j.close()
			file := filepath.Join(filepath.Dir(path), fmt.Sprintf("damaged-%d", n))
			b := append([]byte(nil), good...)
			for {
				mu.Lock()
				if next == len(planned) {
					mu.Unlock()
					return
				}
				d := planned[next]
				next++
				mu.Unlock()
				d.apply(b)
				if err := os.WriteFile(file, b, 0o600); err != nil {
					t.Error(err)
					return
				}
				d.undo(b)
				v, died := j.of(file)
				mu.Lock()
				switch {
				case died:
					deaths++
				case v.Reported != "":
					reported++
				case v.Figures != want.Figures:
					t.Errorf("%s: the file is called good and shows something else (%s)", d.name, v.Figures)
				default:
					harmless++
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	t.Logf("of %d: %d reported, %d changed nothing, %d killed the process that looked", len(planned), reported, harmless, deaths)
	if reported == 0 || harmless == 0 {
		t.Error("this test shows nothing")
	}
}

// TestDamageThatKills: a page that leads back to itself ends the process that reads it, and that is
// a report too.
func TestDamageThatKills(t *testing.T) {
	path := newPath(t)
	l := open(t, path, training)
	for n := range 200 {
		sell(t, l, n)
	}
	var page []byte
	var at int
	edit(t, closed(t, l), func(tx *bolt.Tx) error {
		for at = 2; ; at++ {
			info, err := tx.Page(at)
			if err != nil || info == nil {
				return errors.Join(err, errors.New("there is no branch page"))
			}
			if info.Type == "branch" {
				return nil
			}
		}
	})
	b := contents(t, path)
	page = b[at*pageSize : (at+1)*pageSize]
	count := int(page[10]) | int(page[11])<<8
	for i := range count { // each element: where its key is, how long, and its page
		page[16+16*i+8] = byte(at)
		clear(page[16+16*i+9 : 16+16*i+16])
	}
	writeFile(t, path, b)
	report, err := Check(context.Background(), another(t, "checks", path), nil)
	if err == nil && report.First == nil {
		t.Fatal("it is called good")
	}
	t.Log(err)
}
