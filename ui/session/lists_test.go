package session

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"kaunta/pos"
	"kaunta/ui/session/sessiontest"
)

// read carries out an effect on a ledger of so many payments.
func read(t *testing.T, book *sessiontest.Book, e Effect) Fact {
	t.Helper()
	if e == nil {
		t.Fatal("nothing is wanted")
	}
	return Do(t.Context(), &sessiontest.Till{}, book, e)
}

// TestDay reads a day page by page, takes what is new at its top, and keeps what can be read of a
// damaged one.
func TestDay(t *testing.T) {
	book := &sessiontest.Book{}
	for n := range PageSize + 3 {
		book.Put(attempt(fmt.Sprintf("%03d", n), request))
	}
	day, first := OpenDay(pos.DayOf(noon))
	day.Read(read(t, book, first).(DayRead))
	if len(day.Rows) != PageSize || day.Whole || day.Busy {
		t.Fatalf("%d rows, whole %v", len(day.Rows), day.Whole)
	}
	fresh := attempt("200", request)
	if !day.Learn(fresh) || day.Rows[0].ID != "200" || day.Learn(fresh) {
		t.Error("a new payment is not at the top, once")
	}
	second := day.More()
	if day.More() != nil {
		t.Error("a page is read twice")
	}
	day.Read(read(t, book, second).(DayRead))
	if len(day.Rows) != PageSize+4 || !day.Whole || day.More() != nil {
		t.Errorf("%d rows, whole %v", len(day.Rows), day.Whole)
	}
	day.Read(DayRead{Day: day.Day.Add(-1), Rows: []pos.Attempt{attempt("300", request)}})
	if day.Rows[0].ID != "200" {
		t.Error("a page of another day was taken")
	}
	damaged := errors.New("damaged")
	day, first = OpenDay(pos.DayOf(noon))
	book.Damaged = damaged
	if day.Read(read(t, book, first).(DayRead)); len(day.Rows) != PageSize || day.Err != damaged || day.Whole {
		t.Errorf("of a damaged day: %d rows, %v", len(day.Rows), day.Err)
	}
}

// TestSearch has one look-up under way, and looks again for what was typed meanwhile.
func TestSearch(t *testing.T) {
	book := &sessiontest.Book{}
	book.Put(attempt("a", request))
	var s Search
	first := s.For("6")
	if first != (Find{"6"}) || s.For("67") != nil || s.For("678") != nil {
		t.Fatalf("wants %+v", first)
	}
	next, wanted := s.Found(read(t, book, first).(Found))
	if !wanted || next != (Find{"678"}) {
		t.Fatalf("then wants %+v", next)
	}
	if next, wanted = s.Found(read(t, book, next).(Found)); next != nil || !wanted || len(s.Rows) != 1 || s.Wanted != "" {
		t.Errorf("found %+v, wants %+v", s.Rows, next)
	}
	if _, wanted = s.Found(Found{Text: "6"}); wanted || len(s.Rows) != 1 {
		t.Error("an answer that nobody waits for was taken")
	}
	s.Learn(sessiontest.Paid(attempt("a", request), "SKN4T7W2QX"))
	if s.Rows[0].State != pos.Paid {
		t.Error("what was found is out of date")
	}
	if s.For("") != nil || s.Rows != nil {
		t.Error("nothing typed finds something")
	}
}

// TestList is newest first, and up to date with what is heard.
func TestList(t *testing.T) {
	a, b := sessiontest.Unclear(attempt("a", request)), sessiontest.Unclear(attempt("b", request))
	var l List
	l.Read([]pos.Attempt{a, b}, nil)
	a = sessiontest.Paid(a, "SKN4T7W2QX")
	l.heard(pos.Update{Attempt: a})
	if ids := []pos.AttemptID{l.Rows[0].ID, l.Rows[1].ID}; !slices.Equal(ids, []pos.AttemptID{"b", "a"}) || l.Rows[1].State != pos.Paid {
		t.Errorf("%+v", l.Rows)
	}
}

// TestDo: each effect asks the till or the ledger for one thing, and comes back as its fact.
func TestDo(t *testing.T) {
	a := attempt("a", request)
	till := &sessiontest.Till{OnCharge: func(pos.Request) (pos.Attempt, error) { return a, nil }}
	book := &sessiontest.Book{Rows: []pos.Attempt{a}, Evidence: map[pos.AttemptID][]pos.Event{"a": {{Attempt: "a"}}}}
	for _, tc := range []struct {
		e    Effect
		done func(Fact) bool
	}{
		{Charge{request}, func(f Fact) bool { return f.(Charged).Attempt.ID == "a" && len(till.Charges) == 1 }},
		{CheckNow{"a"}, func(f Fact) bool { return f.(Checked).ID == "a" && len(till.Checks) == 1 }},
		{StopWaiting{"a"}, func(f Fact) bool { return f.(Stopped).ID == "a" && len(till.Stops) == 1 }},
		{TypeReceipt{"a", "SKN4"}, func(f Fact) bool { return f.(ReceiptTyped).Err == pos.ErrReceipt && till.Codes[0] == "SKN4" }},
		{ResolveAs{a, pos.EventRefunded}, func(f Fact) bool { return f.(Resolved).As == pos.EventRefunded && till.Resolutions[0] == "a" }},
		{ReadAgain{[]pos.Attempt{a, {ID: "gone"}}}, func(f Fact) bool { return len(f.(AgainRead).Attempts) == 1 }},
		{ReadMonth{pos.DayOf(noon).Month()}, func(f Fact) bool { return len(f.(MonthRead).Days) == 1 }},
		{ReadEvents{"a"}, func(f Fact) bool { return len(f.(EventsRead).Events) == 1 }},
		{ReadEvents{"gone"}, func(f Fact) bool { e := f.(EventsRead); return e.Attempt.ID == "gone" && e.Err == pos.ErrNotFound }},
	} {
		if f := Do(t.Context(), till, book, tc.e); !tc.done(f) {
			t.Errorf("%T: %+v", tc.e, f)
		}
	}
}

// TestParseDay: a day as people write it; what is sought is one only where it can be nothing else.
func TestParseDay(t *testing.T) {
	for in, want := range map[string]struct{ day, sought string }{
		"": {"2026-11-23", ""}, "23": {"2026-11-23", ""}, "24": {"2026-10-24", ""}, "2311": {"2026-11-23", ""}, "231125": {"2025-11-23", ""},
		"23112024": {"2024-11-23", ""}, "5.3": {"2026-03-05", "2026-03-05"}, "24/11": {"2025-11-24", "2025-11-24"}, "23/11": {"2026-11-23", "2026-11-23"},
		"23.11.25": {"2025-11-23", "2025-11-23"}, " 23.11 ": {"2026-11-23", "2026-11-23"}, "2026-02-03": {"2026-02-03", "2026-02-03"},
		"yesterday": {"2026-11-22", "2026-11-22"}, "Jana": {"2026-11-22", "2026-11-22"}, "leo": {"2026-11-23", "2026-11-23"},
		"23 Nov": {"2026-11-23", "2026-11-23"}, "4 october": {"2026-10-04", "2026-10-04"}, "4 Okt": {"2026-10-04", "2026-10-04"},
		"4 mac 2025": {"2025-03-04", "2025-03-04"}, "1 dec": {"2025-12-01", "2025-12-01"}, "9 des 25": {"2025-12-09", "2025-12-09"},
		"29.2.2025": {}, "32": {}, "0": {}, "1.13": {}, "abc": {}, "1.2.3.4": {}, "23 no": {}, "23 nuv": {}, "Nov 23": {}, "12.50": {}, "31 nov": {},
		"SKN4T7W2QX": {}, "MEZA 4": {}, "4 meza": {},
	} {
		is := func(day pos.Day, ok bool) string {
			if !ok {
				return ""
			}
			return day.String()
		}
		if got := is(ParseDay(in, noon)); got != want.day {
			t.Errorf("ParseDay(%q) = %q, want %q", in, got, want.day)
		}
		if got := is(SoughtDay(in, noon)); got != want.sought {
			t.Errorf("SoughtDay(%q) = %q, want %q", in, got, want.sought)
		}
	}
}
