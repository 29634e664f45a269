package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
	"kaunta/store/format"
)

// askedAt is asked(n), at another moment.
func askedAt(n int, at time.Time) pos.Event {
	e := asked(n)
	e.Attempt, e.At = attemptID(at, uint64(n)), at
	e.Asked.Sale, e.Asked.Address = saleID(at, uint64(n)), addressOf(at, n)
	return e
}

func TestDayPage(t *testing.T) {
	l := open(t, newPath(t), training)
	day := pos.DayOf(opening)
	midnight := day.Start()
	var yesterday, today, tomorrow []pos.AttemptID // newest first
	for n, at := range []time.Time{
		midnight.Add(-time.Hour), midnight.Add(-time.Millisecond),
		midnight, midnight.Add(time.Millisecond), opening, opening.Add(8 * time.Hour), midnight.Add(24*time.Hour - time.Millisecond),
		midnight.Add(24 * time.Hour), midnight.Add(47 * time.Hour),
	} {
		a := add(t, l, askedAt(n, at))
		switch pos.DayOf(at) {
		case day.Add(-1):
			yesterday = append(yesterday, a.ID)
		case day:
			today = append(today, a.ID)
		default:
			tomorrow = append(tomorrow, a.ID)
		}
	}
	for _, list := range [][]pos.AttemptID{yesterday, today, tomorrow} {
		slices.Reverse(list)
	}
	page := func(d pos.Day, before pos.AttemptID, n int) []pos.AttemptID {
		t.Helper()
		return ids(must[[]pos.Attempt](t)(l.DayPage(d, before, n)))
	}
	none := []pos.AttemptID{}
	equal(t, "the day before", page(day.Add(-1), "", 10), yesterday)
	equal(t, "the day", page(day, "", 10), today)
	equal(t, "the day after", page(day.Add(1), "", 10), tomorrow)
	equal(t, "an empty day", page(day.Add(5), "", 10), none)
	equal(t, "long ago", page(0, "", 10), none)
	equal(t, "the far future", page(99991231, "", 10), none)
	equal(t, "the first three", page(day, "", 3), today[:3])
	equal(t, "the rest", page(day, today[2], 3), today[3:])
	equal(t, "before the last of them", page(day, today[4], 3), none)

	month := must[pos.Totals](t)(l.Month(day.Month()))
	if month.Checking.Count != len(yesterday)+len(today)+len(tomorrow) {
		t.Errorf("the month came to %+v", month)
	}
	days := must[[]pos.DayTotals](t)(l.Days(day.Month().First(), day))
	if len(days) != 2 || days[0].Day != day.Add(-1) || days[0].Checking.Count != len(yesterday) || days[1].Checking.Count != len(today) {
		t.Errorf("the two days came to %+v", days)
	}
	equal(t, "from a later day", page(day, tomorrow[0], 2), today[:2])
	equal(t, "from an earlier day", page(day, yesterday[0], 2), none)
	equal(t, "no rows", page(day, "", 0), none)
	equal(t, "fewer than none", page(day, "", -1), none)
	if _, err := l.DayPage(day, "yesterday", 1); !errors.Is(err, pos.ErrNotFound) {
		t.Errorf("before what is no attempt: %v", err)
	}
	for d, list := range map[pos.Day][]pos.AttemptID{day.Add(-1): yesterday, day: today, day.Add(1): tomorrow, day.Add(5): nil} {
		if got := must[pos.Totals](t)(l.Totals(d)); got.Checking.Count != len(list) {
			t.Errorf("%s: %d attempts, want %d", d, got.Checking.Count, len(list))
		}
	}
}

// spoil damages the stored value of a key: bbolt does not notice.
func spoil(t *testing.T, l *Ledger, b Bucket, k []byte) {
	t.Helper()
	err := l.db.Update(func(tx *bolt.Tx) error {
		to := tx.Bucket([]byte(b))
		value := slices.Clone(to.Get(k))
		value[len(value)/2] ^= 0x04
		return to.Put(k, value)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Records beyond the page are damaged here: a page that read them would say so.
func TestAPageReadsOnlyItsRows(t *testing.T) {
	l := open(t, newPath(t), training)
	var all []pos.Attempt
	for n := range 30 {
		all = append(all, sell(t, l, n))
		if n < 10 || n >= 20 {
			k, _ := format.ParseKey(all[n].ID)
			spoil(t, l, RecordsBucket, k[:])
		}
	}
	page, err := l.DayPage(pos.DayOf(opening), all[20].ID, 10)
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Clone(all[10:20])
	slices.Reverse(want)
	equal(t, "page", page, want)
}

// A damaged record is never shown as good. It is named, and the others are still there.
func TestDamagedRecords(t *testing.T) {
	l := open(t, newPath(t), training)
	one, two, three := asked(1), asked(2), asked(3)
	add(t, l, one, two, three, pushed(two))
	k, _ := format.ParseKey(two.Attempt)
	spoil(t, l, RecordsBucket, k[:])
	named := fmt.Sprintf("records/%x", k[:])

	damagedBy := func(what string, err error, name string) {
		t.Helper()
		if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v, want one with %q", what, err, name)
		}
	}
	_, err := l.Attempt(two.Attempt)
	damagedBy("Attempt", err, named)
	_, err = l.Sale(two.Asked.Sale)
	damagedBy("Sale", err, named)
	page, err := l.DayPage(pos.DayOf(opening), "", 10)
	damagedBy("DayPage", err, named)
	equal(t, "page", ids(page), []pos.AttemptID{three.Attempt, one.Attempt})
	unended, err := l.Open()
	damagedBy("Open", err, named)
	equal(t, "open", ids(unended), []pos.AttemptID{one.Attempt, three.Attempt})
	found, err := l.Find("2547123", 10)
	if err != nil || found != nil {
		t.Errorf("Find: %v, %v", ids(found), err)
	}
	found, err = l.Find("0712300002", 10)
	damagedBy("Find", err, named)
	equal(t, "found", ids(found), []pos.AttemptID{})
	_, _, err = l.Append(t.Context(), paid(two, receiptOf(2)))
	damagedBy("Append", err, named)
	if err := l.Health(); err != nil {
		t.Errorf("a damaged record broke the ledger: %v", err)
	}
	add(t, l, paid(one, receiptOf(1)))

	_, err = l.Events(two.Attempt)
	damagedBy("Events", err, named)
	_, err = l.ByAddress(two.Asked.Address)
	damagedBy("ByAddress", err, named)
	spoil(t, l, TotalsBucket, dayKey(pos.DayOf(opening)))
	_, err = l.Totals(pos.DayOf(opening))
	damagedBy("Totals", err, "totals/")
	k, _ = format.ParseKey(three.Attempt)
	spoil(t, l, unsettledBucket, k[:])
	unended, err = l.Open()
	damagedBy("Open", err, "unsettled/")
	if strings.Contains(fmt.Sprint(err), three.Asked.Address) {
		t.Errorf("a secret address in an error: %v", err)
	}
	equal(t, "open", ids(unended), []pos.AttemptID{})
}

func TestWhatIsNotThere(t *testing.T) {
	l := open(t, newPath(t), training)
	sell(t, l, 1)
	for _, id := range []pos.AttemptID{"", "attempt", asked(2).Attempt, "8ZZZZZZZZZZZZZZZZZZZZZZZZZ"} {
		if _, err := l.Attempt(id); !errors.Is(err, pos.ErrNotFound) {
			t.Errorf("Attempt(%q): %v", id, err)
		}
		if _, err := l.Events(id); !errors.Is(err, pos.ErrNotFound) {
			t.Errorf("Events(%q): %v", id, err)
		}
		if sale, err := l.Sale(pos.SaleID(id)); sale != nil || err != nil {
			t.Errorf("Sale(%q): %v, %v", id, sale, err)
		}
	}
	for _, address := range []string{"", "0", asked(2).Asked.Address, asked(1).Asked.Address[1:], strings.Repeat("0", 1000)} {
		if id, err := l.ByAddress(address); id != "" || !errors.Is(err, pos.ErrNotFound) {
			t.Errorf("ByAddress(%q): %q, %v", address, id, err)
		}
	}
}

// TestADamagedRecordIsRefusedAlone: nothing is added to it, and the ledger takes others and lists
// them.
func TestADamagedRecordIsRefusedAlone(t *testing.T) {
	l := open(t, newPath(t), training)
	bad, good := asked(1), asked(2)
	add(t, l, bad)
	add(t, l, good)
	k, _ := format.ParseKey(bad.Attempt)
	spoil(t, l, RecordsBucket, k[:])
	l = reopen(t, l)
	if _, _, err := l.Append(t.Context(), pushed(bad)); !errors.Is(err, ErrDamaged) || !errors.Is(err, pos.ErrRefused) || errors.Is(err, ErrFailed) {
		t.Errorf("an event of a damaged record: %v", err)
	}
	if _, _, err := l.Append(t.Context(), pushed(good)); err != nil {
		t.Errorf("an event of another: %v", err)
	}
	rows, err := l.Open()
	if !errors.Is(err, pos.ErrRefused) || len(rows) != 1 || rows[0].ID != good.Attempt {
		t.Errorf("open are %v, %v", ids(rows), err)
	}
	if err := l.Health(); err != nil {
		t.Error(err)
	}
}
