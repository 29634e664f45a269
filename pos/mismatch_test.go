package pos

import (
	"strings"
	"testing"
	"unicode/utf8"

	"kaunta/daraja"
)

// TestMismatch: every way in which something can fail to match says how, in both languages, and the
// column's title fits it.
func TestMismatch(t *testing.T) {
	accepted := says(EventPushed, daraja.VerdictAccepted)
	paid := says(EventCalledBack, daraja.VerdictPaid)
	holder := Attempt{ID: "A0", Asked: Asked{Amount: 450}, AskedAt: t0}
	for name, c := range map[string]struct {
		events        []Event
		en, sw, title string
	}{
		"other amount":     {[]Event{accepted, says(EventCalledBack, daraja.VerdictPaid, amount(889))}, "paid KES 889, code ", "zimelipwa KES 889, code ", "paid 889"},
		"most":             {[]Event{accepted, says(EventCalledBack, daraja.VerdictPaid, amount(250_000))}, "paid KES 250,000", "KES 250,000", "paid 250,000"},
		"no amount":        {[]Event{accepted, says(EventCalledBack, daraja.VerdictPaid, func(e *Event) { e.Answer.HasAmount = false })}, "without an amount", "bila kiasi", "no amount"},
		"no receipt":       {[]Event{accepted, says(EventCalledBack, daraja.VerdictPaid, receipt(""))}, "without a code", "bila code", "no code"},
		"used receipt":     {[]Event{accepted, says(EventCalledBack, daraja.VerdictPaid, usedBy("A0"))}, "has paid another sale already of KES 450, ", "ililipia mauzo mengine ya KES 450, ", "used code"},
		"second receipt":   {[]Event{accepted, paid, says(EventCalledBack, daraja.VerdictPaid, receipt("UKN9ZZZZZ9"))}, "a second payment: KES ", "malipo ya pili: KES ", "second code"},
		"other ids":        {[]Event{accepted, says(EventCalledBack, daraja.VerdictPaid, otherIDs)}, "other ids", "ids tofauti", "other ids"},
		"other ids, first": {[]Event{says(EventCalledBack, daraja.VerdictPaid, otherIDs), accepted}, "other ids", "ids tofauti", "other ids"},
		"ids of another":   {[]Event{accepted, says(EventCalledBack, daraja.VerdictPaid, func(e *Event) { e.IDUsedBy = "A0" })}, "other ids", "ids tofauti", "other ids"},
		"so by the push":   {[]Event{says(EventPushed, daraja.VerdictAccepted, func(e *Event) { e.IDUsedBy = "A0" })}, "other ids", "ids tofauti", "other ids"},
		"the last of two":  {[]Event{accepted, says(EventCalledBack, daraja.VerdictPaid, amount(1)), says(EventCalledBack, daraja.VerdictPaid, amount(2))}, "paid KES 2,", "KES 2,", "paid 2"},
		"cleared up":       {[]Event{accepted, says(EventCalledBack, daraja.VerdictPaid, amount(1)), bare(EventResolved)}, "paid KES 1,", "KES 1,", "paid 1"},
		"and then paid":    {[]Event{accepted, says(EventCalledBack, daraja.VerdictPaid, amount(1)), paid}, "paid KES 1,", "KES 1,", "paid 1"},
	} {
		t.Run(name, func(t *testing.T) {
			events := append([]Event{asked}, c.events...)
			m := MismatchOf(events)
			if m.UsedBy != "" {
				m.Holder = holder
			}
			text, title := TillMismatch(m), TillMismatchTitle(m)
			if !strings.Contains(text.EN, c.en) || !strings.Contains(text.SW, c.sw) || title.EN != c.title || title.SW == "" {
				t.Errorf("%q, %q, %q, %q", text.EN, text.SW, title.EN, title.SW)
			}
			if utf8.RuneCountInString(title.EN) > 12 || utf8.RuneCountInString(title.SW) > 12 {
				t.Errorf("%q or %q is too long for its column", title.EN, title.SW)
			}
			if !apply(t, events...).Notices.Has(DoesNotMatch) {
				t.Error("the attempt matches")
			}
		})
	}
	for name, events := range map[string][]Event{"none": nil, "paid": {asked, accepted, paid, paid}, "refused": {asked, accepted, says(EventCalledBack, daraja.VerdictFailed)}} {
		if m := MismatchOf(events); m != (Mismatch{}) || TillMismatch(m) != (Text{}) || TillMismatchTitle(m) != (Text{}) {
			t.Errorf("%s: %+v", name, m)
		}
	}
}
