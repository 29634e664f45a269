package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"kaunta/pos"
)

// style is what a screen needs to draw itself: the words, the inks, the room and the moment.
type style struct {
	say      *words
	theme    theme
	size     size
	ascii    bool
	still    bool // nothing moves by itself
	practice bool // there are customers' phones to act on
	width    int  // of the body
	height   int
	now      time.Time
}

// center puts lines in the middle of the body, each by itself.
func (l style) center(i colour, lines ...string) []string {
	centred := make([]string, len(lines))
	for n, s := range lines {
		centred[n] = center(i.on(s), l.width)
	}
	return centred
}

// wrap breaks s into centred lines of the content's width.
func (l style) wrap(i colour, s string) []string {
	return l.center(i, wrap(s, min(contentWidth, l.width-4))...)
}

// hint is a key and what it does here: in the keys band as far as there is room, and in the help
// whole.
type hint struct{ key, does string }

// word is the state of an attempt in large: its tone, and symbol and word.
func (w *words) word(a pos.Attempt) (tone, string) {
	switch {
	case a.State == pos.Paid && a.Owed():
		return toneCheck, "✓ " + w.paidTwice
	case a.State == pos.Paid && a.Notices.Has(pos.PaidTwice):
		return tonePaid, "✓ " + w.paidTwice
	case a.State == pos.Paid && a.Notices.Has(pos.PaidLate):
		return tonePaid, "✓ " + w.paidLate
	case a.State == pos.Paid:
		return tonePaid, "✓ " + w.paid
	case a.State == pos.NotPaid:
		return toneFail, "× " + w.notPaid
	case a.State == pos.StillChecking:
		return toneCheck, "? " + w.stillChecking
	case a.State == pos.Waiting:
		return toneWait, "◔ " + w.waiting
	}
	return toneWait, "◔ " + w.sending
}

// result is the state of an attempt in a column: its tone, and symbol and word in at most 16 cells.
func (w *words) result(a pos.Attempt) (tone, string) {
	t, _ := w.word(a)
	switch {
	case a.Notices.Has(pos.DoesNotMatch) && a.State != pos.Paid && !a.Notices.Has(pos.Resolved):
		return toneCheck, "? " + lower(w.doesNotMatch)
	case a.State == pos.Paid && a.Owed():
		return t, "✓ " + w.owed
	case a.State == pos.Paid && a.Unmatched():
		return toneCheck, "✓ " + lower(w.doesNotMatch)
	case a.State == pos.Paid && a.Doubtful():
		return toneCheck, "✓ " + w.possiblyShort
	case a.State == pos.Paid && a.Notices.Has(pos.Refunded):
		return t, "✓ " + w.givenBack
	case a.State == pos.Paid && a.Notices.Has(pos.Disagree):
		// there is something for the owner to look at
		return toneCheck, "✓ " + w.verdicts["paid"] + " !"
	case a.State == pos.Paid && a.Notices.Has(pos.PaidLate):
		return t, "✓ " + w.paidLateColumn
	case a.State == pos.Paid:
		return t, "✓ " + w.verdicts["paid"]
	case a.State == pos.StillChecking && !a.Open():
		return tonePlain, "? " + w.clearedUp
	case a.State == pos.StillChecking:
		return t, "? " + w.checkingShort
	case a.State == pos.NotPaid && a.Cause.NotSent:
		return t, "× " + w.notSentTitle
	case a.State == pos.NotPaid:
		if title := w.text(a.Title()); title != "" {
			return t, "× " + title
		}
		return t, "× " + w.verdicts["failed"]
	case a.State == pos.Waiting:
		return t, "◔ " + w.waitingShort
	}
	return t, "◔ " + lower(w.sending)
}

// noticeWords lists the notices of a set, the gravest first.
func (w *words) noticeWords(n pos.Notice) []string {
	return ofNotices(n, w.paidTwice, w.possiblyTwice, w.doesNotMatch, w.disagree, w.paidLate, w.clearedUp)
}

// advice is what a notice means for the cashier, a sentence for each of a set.
func (w *words) advice(n pos.Notice) []string {
	twice := w.twiceAdvice
	if n.Has(pos.Refunded) {
		twice = w.givenBackAdvice
	}
	return ofNotices(n, twice, w.possiblyAdvice, w.matchAdvice, w.disagreeAdvice, w.lateAdvice, w.clearedUpAdvice)
}

// ofNotices picks the texts of the notices in a set, the gravest first.
func ofNotices(n pos.Notice, twice, possibly, match, disagree, late, clearedUp string) []string {
	if n&(pos.TwoSales|pos.Refunded) != 0 {
		n &^= pos.PossiblyTwice // a person knows
	}
	var list []string
	for _, known := range []struct {
		bit  pos.Notice
		text string
	}{{pos.PaidTwice, twice}, {pos.PossiblyTwice, possibly}, {pos.DoesNotMatch, match}, {pos.Disagree, disagree}, {pos.PaidLate, late}, {pos.Resolved, clearedUp}} {
		if n.Has(known.bit) {
			list = append(list, known.text)
		}
	}
	return list
}

// announced is what has been said of each attempt's notices.
type announced map[pos.AttemptID]pos.Notice

// news are the attempt's notices that were not told yet, and are from now on. What a person has
// settled, that person knows; what does not match after it was cleared up is news again.
func (t announced) news(a pos.Attempt) pos.Notice {
	said := t[a.ID]
	switch {
	case a.Notices == 0:
		return 0
	case a.Notices.Has(pos.Resolved):
		t[a.ID] = a.Notices &^ (pos.Resolved | pos.DoesNotMatch)
		return 0
	case a.Notices.Has(pos.Refunded):
		said |= pos.Refunded | pos.PaidTwice | pos.PossiblyTwice
	case a.Notices.Has(pos.TwoSales):
		t[a.ID] = (said | a.Notices) &^ pos.PossiblyTwice // another one is news
		return a.Notices &^ (said | pos.TwoSales | pos.PossiblyTwice)
	}
	t[a.ID] = said | a.Notices
	return a.Notices &^ said
}

// receiptOf is the M-PESA code of an attempt; of one that is paid without it, whether it comes or a
// person has typed one.
func (w *words) receiptOf(a pos.Attempt) string {
	switch {
	case a.Receipt != "":
		return w.receipt + " " + printable(a.Receipt)
	case !a.WithoutReceipt():
		return ""
	case a.Claimed != "":
		return fmt.Sprintf(w.claimedCode, shown(a.Phone, a.Claimed))
	case a.Reachable:
		return w.codeLater
	}
	return w.noCode
}

// witnesses is "callback and query", or "" where nobody has said the end yet.
func (w *words) witnesses(a pos.Attempt) string {
	names := a.Witnesses()
	for i, n := range names {
		names[i] = map[string]string{pos.WitnessCallback: w.callback, pos.WitnessQuery: w.query}[n]
	}
	return strings.Join(slices.Compact(names), " "+w.and+" ")
}

func lower(s string) string { return strings.ToLower(s) }

func kes(s pos.Shillings) string { return "KES " + s.String() }

// orDash is s made fit for the terminal, and — for nothing.
func orDash(s string) string {
	if s = printable(s); s == "" {
		return "—"
	}
	return s
}
