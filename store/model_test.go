package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kaunta/daraja"
	"kaunta/pos"
)

// model is a ledger in memory that does by going through everything what the real one does by its
// indexes.
type model struct {
	sales  []pos.Sale
	events map[pos.AttemptID][]pos.Event
}

func (m *model) attempts() (all []pos.Attempt) {
	for _, sale := range m.sales {
		all = append(all, sale...)
	}
	slices.SortFunc(all, func(a, b pos.Attempt) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return all
}

func (m *model) filter(keep func(pos.Attempt) bool) []pos.AttemptID {
	return ids(slices.DeleteFunc(m.attempts(), func(a pos.Attempt) bool { return !keep(a) }))
}

// append is what Ledger.Append promises.
func (m *model) append(e pos.Event) (pos.Attempt, bool) {
	if e.Kind == pos.EventAsked && !slices.ContainsFunc(m.sales, func(s pos.Sale) bool { return s[0].Sale == e.Asked.Sale }) {
		next, _, changed := pos.Sale(nil).Apply(e)
		next[0].Events = 1
		m.sales = append(m.sales, next)
		m.events[e.Attempt] = append(m.events[e.Attempt], e)
		return next[0], changed
	}
	for i, sale := range m.sales {
		at := slices.IndexFunc(sale, func(a pos.Attempt) bool { return a.ID == e.Attempt })
		if at < 0 && (e.Kind != pos.EventAsked || sale[0].Sale != e.Asked.Sale) {
			continue
		}
		for _, was := range m.events[e.Attempt] {
			if e.Kind == pos.EventCalledBack && was.Kind == e.Kind && string(was.Answer.Raw) == string(e.Answer.Raw) {
				return sale[at], false
			}
		}
		for _, a := range m.attempts() {
			said := strings.ToUpper(e.Typed)
			if e.Kind == pos.EventCalledBack {
				said = e.Answer.Receipt
			}
			if a.ID != e.Attempt && a.Receipt != "" && a.Receipt == said {
				e.UsedBy = a.ID
			}
		}
		next, at, changed := sale.Apply(e)
		next[at].Events++
		m.sales[i] = next
		m.events[e.Attempt] = append(m.events[e.Attempt], e)
		return next[at], changed
	}
	panic("an event of no attempt")
}

// TestAgainstTheModel makes up the business of some days, right answers and wrong ones, in any
// order, and compares every read with a ledger that has no indexes.
func TestAgainstTheModel(t *testing.T) {
	dir := t.TempDir()
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		path := filepath.Join(dir, fmt.Sprint(run), "ledger.db")
		l, err := Open(path, training)
		if err != nil {
			rt.Fatal(err)
		}
		defer func() { _ = l.Close() }()
		m := &model{events: map[pos.AttemptID][]pos.Event{}}
		now := opening
		var asks []pos.Event

		add := func(rt *rapid.T, e pos.Event) {
			want, wantChanged := m.append(e)
			got, changed, err := l.Append(context.Background(), e)
			if err != nil || got != want || changed != wantChanged {
				rt.Fatalf("%s: %+v, %t, %v\nwant %+v, %t", e.Kind, got, changed, err, want, wantChanged)
			}
		}
		one := func(rt *rapid.T) pos.Event { return rapid.SampledFrom(asks).Draw(rt, "attempt") }
		receipt := rapid.SampledFrom([]string{"UKNAAAAAA1", "UKNAAAAAA2", "UKNBBBBBB1", "UKNBBBBBB2"})

		rt.Repeat(map[string]func(*rapid.T){
			"ask": func(rt *rapid.T) {
				now = now.Add(rapid.SampledFrom([]time.Duration{time.Millisecond, time.Minute, 5 * time.Hour}).Draw(rt, "later"))
				e := askedAt(len(asks), now)
				e.Asked.Amount = pos.Shillings(rapid.SampledFrom([]int{10, 450, 1500}).Draw(rt, "amount"))
				e.Asked.Phone = rapid.SampledFrom([]pos.MSISDN{"254712345601", "254712345611", "254708374149"}).Draw(rt, "phone")
				e.Asked.Reference = rapid.SampledFrom([]string{"", "Table 1", "table 12", "INV"}).Draw(rt, "reference")
				e.Asked.ConfirmBoth = rapid.Bool().Draw(rt, "both")
				if len(asks) > 0 && rapid.Bool().Draw(rt, "again") {
					e.Asked.Sale = one(rt).Asked.Sale
				}
				asks = append(asks, e)
				add(rt, e)
			},
			"answer": func(rt *rapid.T) {
				if len(asks) == 0 {
					rt.Skip()
				}
				e := one(rt)
				kind := rapid.SampledFrom([]pos.EventKind{pos.EventPushed, pos.EventQueried, pos.EventCalledBack, pos.EventCalledBack}).Draw(rt, "kind")
				verdict := rapid.SampledFrom([]daraja.Verdict{
					daraja.VerdictAccepted, daraja.VerdictPaid, daraja.VerdictPaid, daraja.VerdictFailed, daraja.VerdictUnknown, daraja.VerdictPhoneBusy,
				}).Draw(rt, "verdict")
				ans := daraja.Answer{Endpoint: daraja.EndpointCallback, Verdict: verdict, ResultCode: "0", Amount: int64(e.Asked.Amount), HasAmount: true}
				if kind == pos.EventCalledBack {
					ans.Receipt = receipt.Draw(rt, "receipt")
					ans.Raw = fmt.Appendf(nil, "%s %s %d", verdict, ans.Receipt, rapid.IntRange(0, 1).Draw(rt, "body"))
				}
				now = now.Add(time.Second)
				add(rt, answered(e, kind, now.Sub(e.At), ans))
			},
			"other": func(rt *rapid.T) {
				if len(asks) == 0 {
					rt.Skip()
				}
				now = now.Add(time.Second)
				e := pos.Event{Attempt: one(rt).Attempt, At: now, Kind: rapid.SampledFrom([]pos.EventKind{
					pos.EventGaveUp, pos.EventStopped, pos.EventTyped, pos.EventResumed,
				}).Draw(rt, "kind")}
				if e.Kind == pos.EventTyped {
					e.Typed = strings.ToLower(receipt.Draw(rt, "receipt"))
				}
				add(rt, e)
			},
			"reopen": func(rt *rapid.T) {
				if rapid.IntRange(0, 9).Draw(rt, "seldom") > 0 {
					rt.Skip()
				}
				if err := l.Close(); err != nil {
					rt.Fatal(err)
				}
				if l, err = Open(path, training); err != nil {
					rt.Fatal(err)
				}
			},
			"": func(rt *rapid.T) { compare(testingT{t, rt}, l, m) },
		})
		if err := Whole(l); err != nil {
			rt.Fatal(err)
		}
	})
}

// compare holds every read of the ledger against the model.
func compare(t testing.TB, l *Ledger, m *model) {
	t.Helper()
	all := m.attempts()
	days := map[pos.Day][]pos.AttemptID{}
	totals := map[pos.Day]pos.Totals{}
	for _, a := range all {
		day := pos.DayOf(a.AskedAt)
		days[day] = append([]pos.AttemptID{a.ID}, days[day]...)
		sum := totals[day]
		sum.Add(a, 1)
		totals[day] = sum
	}
	for day, want := range days {
		equal(t, "page", ids(must[[]pos.Attempt](t)(l.DayPage(day, "", len(all)))), want)
		equal(t, "totals", must[pos.Totals](t)(l.Totals(day)), totals[day])
	}
	months := map[pos.Month]pos.Totals{}
	for day, sum := range totals {
		months[day.Month()] = months[day.Month()].Plus(sum)
	}
	for month, want := range months {
		equal(t, "month", must[pos.Totals](t)(l.Month(month)), want)
	}
	equal(t, "open", ids(must[[]pos.Attempt](t)(l.Open())), m.filter(pos.Attempt.Open))
	equal(t, "unsettled", ids(must[[]pos.Attempt](t)(l.Unsettled())), m.filter(pos.Attempt.Unsettled))

	for text, fits := range map[string]func(pos.Attempt) bool{
		"11":         func(a pos.Attempt) bool { return strings.HasSuffix(string(a.Phone), "11") },
		"0712345601": func(a pos.Attempt) bool { return a.Phone == "254712345601" },
		"1,500":      func(a pos.Attempt) bool { return a.Amount == 1500 },
		"TABLE":      func(a pos.Attempt) bool { return strings.HasPrefix(strings.ToLower(a.Reference), "table") },
		"uknb": func(a pos.Attempt) bool {
			return slices.ContainsFunc(m.events[a.ID], func(e pos.Event) bool {
				return strings.HasPrefix(claimed(e), "UKNB")
			})
		},
	} {
		want := m.filter(fits)
		slices.Reverse(want)
		equal(t, fmt.Sprintf("Find(%q)", text), ids(must[[]pos.Attempt](t)(l.Find(text, len(all)))), want)
	}
	for _, sale := range m.sales {
		equal(t, "sale", must[pos.Sale](t)(l.Sale(sale[0].Sale)), sale)
		for _, a := range sale {
			equal(t, "events", len(must[[]pos.Event](t)(l.Events(a.ID))), len(m.events[a.ID]))
			if by, err := l.ByAddress(a.Address); err != nil || by != a.ID {
				t.Fatalf("%s has the address of %s: %v", by, a.ID, err)
			}
		}
	}
	if _, err := l.ByAddress("nobody's"); !errors.Is(err, pos.ErrNotFound) {
		t.Fatalf("nobody's address: %v", err)
	}
}
