package simtest

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"time"

	"kaunta/daraja"
	"kaunta/pos"
	"kaunta/store/maintain"
)

// A law is kept if its function finds nothing to say. Laws are grouped by the moment at which they
// can be broken, and every one is asked at every such moment, in this order: the first that is
// broken ends the world.
type law[T any] func(w *world, x T) string

var (
	whenWritten = []law[writing]{
		callbackCameToItsAddress,
		paidMeansMoneyMoved,
		paidHasItsProof,
		proofMeansPaid,
		notPaidIsTheWordOfMPESA,
		paidIsForEver,
		receiptIsThatOfThePayment,
		oneReceiptOneSale,
		onePaymentClosesASale,
		twoPaymentsForOnePurchaseAreNamed,
		refusedPushIsOver,
		phoneIsHeld,
		whatIsOverriddenIsRecorded,
		oneKeyOneAttempt,
		askedWhereItIsFound,
		askedOnTheRightDay,
		paidSaleIsNotAskedAgain,
		askedNeverChanges,
		byHandIsSomebodysWord,
	}
	whenPushed = []law[pushing]{
		diskBeforePush,
		onePushPerAttempt,
		noPushAfterTheEnd,
		noPushOfAnEarlierProcess,
	}
	whenAuthorized   = []law[authorizing]{refusedTokenIsUsedNoMore}
	whenRefused      = []law[refusing]{lockIsNamedBeforeWarning, lockIsTwoMinutes}
	whenAnswered     = []law[answering]{keyNamesItsAttempt}
	whenQueried      = []law[querying]{rateIsKept, nothingForgottenIsAsked}
	whenAcknowledged = []law[acknowledging]{acknowledgedIsOnDisk}
	whenShown        = []law[showing]{screenFollowsDisk}
	whenCalled       = []law[calling]{nothingHangs}
	whenStarted      = []law[starting]{everythingOpenIsResumed}
	whenStopped      = []law[*stopping]{screenShowsTheLastWord, lateIsOnDisk, everyOpenPaymentIsAskedAbout}
	whenRead         = []law[*reading]{
		diskKeepsItsWord,
		openIsListed,
		unsettledIsListed,
		totalsAreTheSumOfRows,
		stateIsAFunctionOfEvidence,
		numbersAreForgotten,
	}
	whenOver = []law[*reading]{
		openIsOnlyWhatCannotBeKnown,
		moneyIsInTheLedgerOnce,
		everyPhoneIsFound,
		theLedgerIsWhole,
	}
)

type (
	// writing: an event has reached the disk.
	writing struct {
		row    *row
		before pos.Attempt // the attempt's state on the disk was this; row.now is after
		event  pos.Event
		means  meaning // of its answer's body
		word   bool    // its answer's body is one that M-PESA sent to this attempt
		again  bool    // it is a callback that the disk has already
		warned bool    // the cashier who asked was warned of an earlier attempt
		once   string  // the key of the request
		begun  moment  // as things were when the till set out to write it
	}
	// pushing: a push leaves the till. row is nil where no attempt has its address.
	pushing struct {
		row     *row
		process *process
		phone   string
		amount  int64
		base    string // of its CallBackURL
	}
	// authorizing: a push or a query is about to leave with a token of which the till knows since then
	// that Daraja refuses it; zero where it does not know.
	authorizing struct{ refused time.Time }
	// refusing: the till refuses to ask, because of an earlier attempt.
	refusing struct {
		request pos.Request
		*pos.OpenError
	}
	// answering: the till has taken a request with a key, and says that this is its attempt.
	answering struct {
		once    string
		attempt pos.Attempt
	}
	// querying: a query about an id leaves the till, so long after the one before.
	querying struct {
		id    string
		gap   time.Duration
		first bool
	}
	// acknowledging: the till has answered a callback to the attempt with 200.
	acknowledging struct {
		row  *row
		body string
	}
	// showing: a subscriber of the till hears of the attempt.
	showing struct {
		row *row
		pos.Update
	}
	// calling: a call of the till has returned.
	calling struct {
		name        string
		took, limit time.Duration
	}
	// starting: a till has started.
	starting struct{ resumed []pos.Attempt }
	// stopping: a process has ended, and everything that its till told the screen has been shown.
	stopping struct {
		process *process
		about   *row // whose row it is that a law is looking at
	}
	// reading: the ledger is read from the disk while no till is running.
	reading struct {
		rows      []pos.Attempt // newest first, day by day
		open      []pos.Attempt
		unsettled []pos.Attempt
		totals    map[pos.Day]pos.Totals
		events    func(pos.AttemptID) ([]pos.Event, error) // nil where the evidence is not read this time
		find      func(string, int) ([]pos.Attempt, error)
		// nil where this world does not verify
		verify func(context.Context, func(done, total int)) (maintain.Report, error)
		about  *row // the row that a law is checking
	}
)

// check asks each of the laws; w.mu is held. r is the attempt that it is about, or nil.
func check[T any](w *world, laws []law[T], x T, r *row) {
	for _, l := range laws {
		if wrong := l(w, x); wrong != "" {
			w.breach(lawName(l), wrong, r)
		}
	}
}

// lawName is the name of a law's function.
func lawName(l any) string {
	name := runtime.FuncForPC(reflect.ValueOf(l).Pointer()).Name()
	return name[strings.LastIndex(name, ".")+1:]
}

// A push that Daraja refused in words that are known is not left open.
func refusedPushIsOver(_ *world, x writing) string {
	if x.event.Kind == pos.EventPushed && x.means == refuses && x.row.now.Open() {
		return fmt.Sprintf("refused, and the attempt is %v", x.row.now.State)
	}
	return ""
}

// Nothing is PAID unless its push brought money.
func paidMeansMoneyMoved(_ *world, x writing) string {
	if x.row.now.State == pos.Paid && x.row.paid() == nil {
		return "PAID, and M-PESA has no payment of its push"
	}
	return ""
}

// Nothing is PAID before enough of the evidence for it is on the disk: a callback with the amount
// asked and its own receipt, or a query's word and nothing that does not match; both above the
// limit that wants both.
func paidHasItsProof(_ *world, x writing) string {
	if x.row.now.State == pos.Paid && x.before.State != pos.Paid && !x.row.proven() {
		return fmt.Sprintf("PAID on the strength of %v", x.event.Kind)
	}
	return ""
}

// Once the evidence of a payment is on the disk, the attempt is PAID, and has the receipt if that
// came. Where it is not enough for PAID, it is at least never NOT PAID.
func proofMeansPaid(_ *world, x writing) string {
	r := x.row
	switch {
	case r.proven() && r.now.State != pos.Paid:
		return fmt.Sprintf("%v, with the proof of the payment on the disk", r.now.State)
	case r.proof[showsPayment] && r.now.Receipt == "":
		return "the receipt number came, and is not in the row"
	case (r.proof[showsPayment] || r.proof[saysPaid] || r.proof[doesNotMatch] || r.proof[hints]) && r.now.State == pos.NotPaid:
		return "NOT PAID, with word of a payment on the disk"
	}
	return ""
}

// Nothing is NOT PAID unless M-PESA has refused it in so many words, or its push has never left.
func notPaidIsTheWordOfMPESA(_ *world, x writing) string {
	if r := x.row; r.now.State == pos.NotPaid && !r.proof[refuses] && r.left > 0 {
		return fmt.Sprintf("NOT PAID after %v, and M-PESA has refused nothing", x.event.Kind)
	}
	return ""
}

// PAID is never undone, nor is its receipt exchanged.
func paidIsForEver(_ *world, x writing) string {
	switch now := x.row.now; {
	case x.before.State == pos.Paid && now.State != pos.Paid:
		return fmt.Sprintf("%v after PAID", now.State)
	case x.before.Receipt != "" && now.Receipt != x.before.Receipt:
		return "another receipt in place of the first"
	}
	return ""
}

// The receipt in a row is the one that M-PESA gave for its push.
func receiptIsThatOfThePayment(_ *world, x writing) string {
	if r := x.row; r.now.Receipt != "" && (r.paid() == nil || r.paid().receipt != r.now.Receipt) {
		return "the receipt " + r.now.Receipt + " is not that of its payment"
	}
	return ""
}

// A receipt stands in one row.
func oneReceiptOneSale(w *world, x writing) string {
	r := x.row
	if r.now.Receipt == "" {
		return ""
	}
	if other, used := w.receipts[r.now.Receipt]; used && other != r {
		return fmt.Sprintf("the receipt of attempt %d closes attempt %d too", other.n, r.n)
	}
	w.receipts[r.now.Receipt] = r
	return ""
}

// Of a sale's payments one closes it, and every other is owed back.
func onePaymentClosesASale(w *world, x writing) string {
	paid, closing := 0, 0
	for _, r := range w.bySale[x.row.now.Sale] {
		if r.now.State == pos.Paid {
			paid++
			if !r.now.Notices.Has(pos.PaidTwice) {
				closing++
			}
		}
	}
	if paid > 0 && closing != 1 {
		return fmt.Sprintf("%d payments of one sale, of which %d close it", paid, closing)
	}
	return ""
}

// Of the payments of sales of which one was asked in place of another, all say that they may be one
// too many.
func twoPaymentsForOnePurchaseAreNamed(w *world, x writing) string {
	now := x.row.now
	if x.before.State == pos.Paid || now.State != pos.Paid || now.Notices.Has(pos.PaidTwice) {
		return ""
	}
	for _, o := range w.rivals(x.row) {
		if o.now.State != pos.Paid || o.now.Notices&(pos.PaidTwice|pos.Refunded) != 0 {
			continue
		}
		if !now.Notices.Has(pos.PossiblyTwice) || !o.now.Notices.Has(pos.PossiblyTwice) {
			return fmt.Sprintf("PAID, and so is attempt %d, of which one was asked in place of the other: nobody is told", o.n)
		}
	}
	return ""
}

// A request for a phone that has an attempt of another sale without an end is in place of that.
func whatIsOverriddenIsRecorded(w *world, x writing) string {
	if x.event.Kind != pos.EventAsked || x.row.now.Overrides != "" {
		return ""
	}
	for _, r := range w.byPhone[x.row.now.Phone] {
		if x.begun.open[r] && r.now.Open() && r.now.Sale != x.row.now.Sale {
			return fmt.Sprintf("asked in place of attempt %d, which is not recorded", r.n)
		}
	}
	return ""
}

// A phone, and a sale, with an attempt that has no end is not asked again for two minutes, and then
// only by a cashier who has been warned.
func phoneIsHeld(w *world, x writing) string {
	if x.event.Kind != pos.EventAsked {
		return ""
	}
	now := x.row.now
	for _, earlier := range [][]*row{w.byPhone[now.Phone], w.bySale[now.Sale]} {
		for _, r := range earlier {
			if r == x.row || !r.told || !r.now.Open() || r.now.Phone.Forgotten() && r.now.Sale != now.Sale {
				// what was forgotten, and is open again by late evidence, holds no phone: nobody knows which
				continue
			}
			if r.at.Before(x.begun.at) && !x.begun.open[r] {
				continue // it had its end, and lost that while this one was being written
			}
			switch age := x.row.at.Sub(r.at); {
			case age < pos.PhoneLock-slowest: // counted from the asking, a write earlier
				return fmt.Sprintf("asked %v after attempt %d, which is %v", age, r.n, r.now.State)
			case !x.warned:
				return fmt.Sprintf("asked without a warning of attempt %d, which is %v", r.n, r.now.State)
			}
		}
	}
	return ""
}

// A key is used by one attempt, for ever. All pushes are of attempts on the disk, and each has one:
// so a key pushes once.
func oneKeyOneAttempt(w *world, x writing) string {
	if x.event.Kind != pos.EventAsked || x.once == "" {
		return ""
	}
	if other := w.byOnce[x.once]; other != nil && other != x.row {
		return fmt.Sprintf("asked with the key of attempt %d, which is %v", other.n, other.now.State)
	}
	w.byOnce[x.once] = x.row
	return ""
}

// A request with a key gets the attempt that was made with it.
func keyNamesItsAttempt(w *world, x answering) string {
	switch r := w.byOnce[x.once]; {
	case r == nil:
		return "an attempt for a key that no attempt on the disk was asked with"
	case r.now.ID != x.attempt.ID:
		return fmt.Sprintf("another attempt than %d, which was asked with the key", r.n)
	}
	return ""
}

// A cashier is warned, and may then ask all the same, only when no lock holds any more: of several
// open attempts the one that holds the longest is named.
func lockIsNamedBeforeWarning(w *world, x refusing) string {
	if x.Locked() {
		return ""
	}
	// The lock is counted from the asking, and the disk has had that a write later.
	for _, earlier := range [][]*row{w.byPhone[x.request.Phone], w.bySale[x.request.Sale]} {
		for _, r := range earlier {
			if r.told && r.now.Open() && (!r.now.Phone.Forgotten() || r.now.Sale == x.request.Sale) && time.Since(r.at) < pos.PhoneLock-slowest {
				return fmt.Sprintf("a warning only, and attempt %d still holds the phone or the sale", r.n)
			}
		}
	}
	return ""
}

// A sale that is paid is not asked for again.
func paidSaleIsNotAskedAgain(w *world, x writing) string {
	if x.event.Kind != pos.EventAsked {
		return ""
	}
	for _, r := range w.bySale[x.row.now.Sale] {
		if x.begun.paid[r] {
			return fmt.Sprintf("asked, and attempt %d has paid the sale", r.n)
		}
	}
	return ""
}

// What was asked never changes, but for the number that is forgotten.
func askedNeverChanges(w *world, x writing) string {
	before, now := x.before, x.row.now
	if before.ID == "" {
		return ""
	}
	if now.Phone.Forgotten() && (w.forgets(before) || w.forgets(now)) {
		before = forgotten(before)
	}
	if now.Asked != before.Asked || !now.AskedAt.Equal(before.AskedAt) {
		return "the attempt was asked with something else"
	}
	return ""
}

// Two sales that may be one purchase are so until somebody says that they are two, or gives one
// back. What is owed back is owed until somebody says that it was given back; what does not match
// stays so until somebody clears it up; and what has no end is open until M-PESA tells, or somebody
// clears it up when M-PESA has been asked for two days. It holds until there is news.
func byHandIsSomebodysWord(_ *world, x writing) string {
	before, now := x.before, x.row.now
	switch fresh := now.Notices &^ before.Notices; {
	case fresh.Has(pos.Refunded) && (x.event.Kind != pos.EventRefunded || !before.Owed() && !before.Doubtful()):
		return fmt.Sprintf("given back after %v, and it was owed: %t", x.event.Kind, before.Owed())
	case fresh.Has(pos.TwoSales) && (x.event.Kind != pos.EventTwoSales || !before.Doubtful()):
		return fmt.Sprintf("two sales after %v, and it was in doubt: %t", x.event.Kind, before.Doubtful())
	case fresh.Has(pos.Resolved) && (x.event.Kind != pos.EventResolved || !ended(before) && (!before.Open() || !nothingTells(before) && x.event.At.Sub(now.AskedAt) < 48*time.Hour) || ended(before) && !before.Notices.Has(pos.DoesNotMatch)):
		return fmt.Sprintf("cleared up after %v, %v after the asking", x.event.Kind, x.event.At.Sub(now.AskedAt))
	case now.Notices.Has(pos.Resolved) && (now.State != before.State && ended(now) || !ended(now) && now.Facts&^before.Facts&^(pos.Waited|pos.Resumed) != 0 || fresh.Has(pos.Disagree) || !x.again && paidOtherwise(now, x.event)):
		return fmt.Sprintf("cleared up, and there is news by %v", x.event.Kind)
	}
	return ""
}

func ended(a pos.Attempt) bool { return a.State == pos.Paid || a.State == pos.NotPaid }

// paidOtherwise reports whether a callback speaks of a payment that is not the attempt's.
func paidOtherwise(a pos.Attempt, e pos.Event) bool {
	return e.Kind == pos.EventCalledBack && e.Answer != nil && e.Answer.Verdict == daraja.VerdictPaid &&
		(e.Answer.CheckoutRequestID != a.CheckoutRequestID && !a.Phone.Forgotten() || e.Answer.Amount != int64(a.Amount) || e.UsedBy != "")
}

// nothingTells reports whether the till has no way to learn an attempt's end: M-PESA gave no id to
// ask with, and cannot call back.
func nothingTells(a pos.Attempt) bool {
	return (a.CheckoutRequestID == "" || strings.Contains(a.CheckoutRequestID, "*")) && !a.Reachable
}

// A callback is evidence of an attempt only if it was sent to the attempt's own address.
func callbackCameToItsAddress(_ *world, x writing) string {
	if x.event.Kind == pos.EventCalledBack && !x.word {
		return "a callback that was never sent to the attempt's address"
	}
	return ""
}

// The attempt is on the disk, as it is asked, before its push leaves.
func diskBeforePush(_ *world, x pushing) string {
	switch {
	case x.row == nil || !x.row.told:
		return "a push whose attempt is not on the disk"
	case string(x.row.now.Phone) != x.phone || int64(x.row.now.Amount) != x.amount:
		return "a push for another phone or amount than the disk has"
	}
	return ""
}

// A push leaves once. Only one that was refused for its token, and so never executed, is sent
// again.
func onePushPerAttempt(_ *world, x pushing) string {
	if x.row != nil && x.row.left > 0 {
		return "a second push of the attempt"
	}
	return ""
}

// A token that Daraja has refused, in whatever words, is used no more.
func refusedTokenIsUsedNoMore(_ *world, x authorizing) string {
	if !x.refused.IsZero() && time.Now().After(x.refused) {
		return fmt.Sprintf("a request with a token that was refused %v ago", time.Since(x.refused))
	}
	return ""
}

// An attempt that has an end is not pushed any more.
func noPushAfterTheEnd(_ *world, x pushing) string {
	if x.row != nil && x.row.now.State.Final() {
		return fmt.Sprintf("a push of an attempt that is %v", x.row.now.State)
	}
	return ""
}

// A till that starts again does not push what was asked before: nobody knows whether it went out.
func noPushOfAnEarlierProcess(_ *world, x pushing) string {
	if x.row != nil && x.row.owner != x.process {
		return "a push of an attempt that was asked before the till was killed"
	}
	return ""
}

// Between two queries lies at least the time that the app's rate wants.
func rateIsKept(w *world, x querying) string {
	if !x.first && x.gap < w.climate.queryEvery {
		return fmt.Sprintf("a query %v after another, at a rate of one in %v", x.gap, w.climate.queryEvery)
	}
	return ""
}

// What the till has acknowledged is on its disk.
func acknowledgedIsOnDisk(_ *world, x acknowledging) string {
	if !x.row.known[x.body] {
		return "a callback was acknowledged, and is not on the disk"
	}
	return ""
}

// An end is shown only after the disk has it.
func screenFollowsDisk(_ *world, x showing) string {
	if s := x.Attempt.State; s.Final() && (x.row == nil || !x.row.states[s]) {
		return fmt.Sprintf("the screen says %v, and the disk never did", s)
	}
	return ""
}

// A till that is stopped in an orderly way has shown everything that the disk has.
func screenShowsTheLastWord(w *world, x *stopping) string {
	if x.process.killed || x.process.failed {
		return ""
	}
	for _, r := range w.rows {
		x.about = r
		if shown := w.screen[r.now.ID]; r.writer == x.process && r.refused != x.process && shown != r.now.State {
			return fmt.Sprintf("the screen says %v of attempt %d, the disk %v", shown, r.n, r.now.State)
		}
	}
	return ""
}

// A callback for which the disk had no room is on it when the till has been stopped in an orderly
// way, if there was room by then.
func lateIsOnDisk(_ *world, x *stopping) string {
	p := x.process
	if p.killed || p.failed || time.Now().Before(p.roomAgain) {
		return ""
	}
	for _, late := range p.late {
		x.about = late.row
		if !late.row.known[late.body] && late.row.refused != p {
			return fmt.Sprintf("a callback to attempt %d came while the disk was full, and was never written", late.row.n)
		}
	}
	return ""
}

// asksAfter is when a payment without an end is asked about in the background, counted from its
// push.
var asksAfter = []time.Duration{15 * time.Minute, time.Hour, 3 * time.Hour, 12 * time.Hour, 24 * time.Hour, 48 * time.Hour}

// Every payment without an end is asked about by the plan, whatever becomes of others, and of what
// M-PESA says of it.
func everyOpenPaymentIsAskedAbout(w *world, x *stopping) string {
	p := x.process
	if p.killed || p.failed {
		return ""
	}
	open := 0
	for _, r := range w.rows {
		if r.now.Open() {
			open++
		}
	}
	patience := 30*time.Minute + time.Duration(open)*w.climate.queryEvery
	for _, r := range w.rows {
		x.about = r
		// a till that resumes a payment counts by the clock
		if r.askable.IsZero() || r.wrongClock {
			continue
		}
		for _, after := range asksAfter {
			due := r.now.AskedAt.Add(after)
			if due.After(r.askable) && due.After(p.began) && time.Since(due) > patience && r.asked.Before(due.Add(-5*time.Minute)) {
				return fmt.Sprintf("attempt %d is %v, and was not asked about %v after its push", r.n, r.now.State, after)
			}
		}
	}
	return ""
}

// Every call of the till returns in its time.
func nothingHangs(_ *world, x calling) string {
	if x.took > x.limit {
		return fmt.Sprintf("%s took %v, longer than %v", x.name, x.took, x.limit)
	}
	return ""
}

// A till that starts takes up everything that is open.
func everythingOpenIsResumed(w *world, x starting) string {
	resumed := map[pos.AttemptID]bool{}
	for _, a := range x.resumed {
		resumed[a.ID] = true
	}
	for _, r := range w.rows {
		if r.now.Open() && !resumed[r.now.ID] {
			return fmt.Sprintf("attempt %d is %v, and was not resumed", r.n, r.now.State)
		}
	}
	return ""
}

// No query names an id that is known only in part.
func nothingForgottenIsAsked(_ *world, x querying) string {
	if strings.Contains(x.id, "*") {
		return "a query about " + x.id
	}
	return ""
}

// The disk holds every attempt as it was last said to be, up to what is forgotten since, and no
// other.
func diskKeepsItsWord(w *world, x *reading) string {
	if len(x.rows) != len(w.rows) {
		return fmt.Sprintf("%d attempts were written, and %d are there", len(w.rows), len(x.rows))
	}
	for _, a := range x.rows {
		x.about = w.byID[a.ID]
		if r := x.about; r == nil || r.now != a && !(w.forgets(r.now) && forgotten(r.now) == a) {
			return fmt.Sprintf("an attempt on the disk is not as it was written: %v", a.State)
		}
	}
	return ""
}

// What has no end is listed as open, and nothing else is.
func openIsListed(w *world, x *reading) string {
	return listed(w, x, x.open, pos.Attempt.Open)
}

// What has no end, does not match or is owed back is listed until somebody has settled it, and
// nothing else is.
func unsettledIsListed(w *world, x *reading) string {
	return listed(w, x, x.unsettled, func(a pos.Attempt) bool {
		unended, twice := a.State != pos.Paid && a.State != pos.NotPaid, a.Notices.Has(pos.PaidTwice)
		perhaps := a.Notices.Has(pos.PossiblyTwice) && a.Notices&(pos.TwoSales|pos.Refunded) == 0
		return perhaps || (unended || a.Notices.Has(pos.DoesNotMatch)) && !a.Notices.Has(pos.Resolved) || twice && !a.Notices.Has(pos.Refunded)
	})
}

func listed(w *world, x *reading, list []pos.Attempt, belongs func(pos.Attempt) bool) string {
	on := map[pos.AttemptID]bool{}
	for _, a := range list {
		on[a.ID] = true
	}
	for _, a := range x.rows {
		x.about = w.byID[a.ID]
		if belongs(a) != on[a.ID] {
			return fmt.Sprintf("an attempt that is %v, %v: on the list %t", a.State, a.Notices.Names(), on[a.ID])
		}
	}
	return ""
}

// The totals of a day are the sums of its rows, added up here in the plainest way.
func totalsAreTheSumOfRows(_ *world, x *reading) string {
	x.about = nil
	sums := map[pos.Day]pos.Totals{}
	for _, a := range x.rows {
		day := pos.DayOf(a.AskedAt)
		t := sums[day]
		to := &t.Checking
		switch {
		case a.State == pos.Paid && a.Notices.Has(pos.Refunded):
			to = &t.Refunded
		case a.State == pos.Paid && a.Notices.Has(pos.PaidTwice):
			to = &t.OwedBack
		case a.State == pos.Paid:
			to = &t.Paid
			t.Hours[a.AskedAt.In(pos.EAT).Hour()] += a.Amount
		case a.State == pos.NotPaid:
			to = &t.NotPaid
		case a.Notices.Has(pos.Resolved):
			to = &t.Resolved
		}
		to.Count++
		to.KES += a.Amount
		if to == &t.Paid && a.Notices.Has(pos.PossiblyTwice) && !a.Notices.Has(pos.TwoSales) {
			t.Doubtful.Count++
			t.Doubtful.KES += a.Amount
		}
		sums[day] = t
	}
	for day, total := range x.totals {
		if total != sums[day] {
			return fmt.Sprintf("%v: the totals are %+v, the rows come to %+v", day, total, sums[day])
		}
	}
	return ""
}

// An attempt is what its evidence makes it: to read all of it again gives the same.
func stateIsAFunctionOfEvidence(w *world, x *reading) string {
	if x.events == nil {
		return ""
	}
	for _, a := range x.rows {
		x.about = w.byID[a.ID]
		events, err := x.events(a.ID)
		if err != nil {
			return err.Error()
		}
		var again pos.Attempt
		for _, e := range events {
			again, _ = again.Apply(e)
			again.Events++
		}
		again.Notices |= a.Notices & pos.PaidTwice // a fact about the sale, not of the attempt's evidence
		if again != a {
			return fmt.Sprintf("the evidence of an attempt that is %v makes it %v", a.State, again.State)
		}
	}
	return ""
}

// After the last start and enough time in fair weather, only what nobody can tell the till is still
// open.
func openIsOnlyWhatCannotBeKnown(w *world, x *reading) string {
	for _, a := range x.rows {
		if a.State == pos.NotPaid && w.byID[a.ID].no == 1 && w.byID[a.ID].push().tells() {
			x.about = w.byID[a.ID]
			return fmt.Sprintf("attempt %d is NOT PAID by the word of one query, and was not asked about again", x.about.n)
		}
		if !a.Open() {
			continue
		}
		x.about = w.byID[a.ID]
		switch r := x.about; {
		case a.Phone.Forgotten(): // open again by late evidence, and of its id only a part is known
		case a.CheckoutRequestID == "": // no answer, no callback: nothing to query with
		case !r.push().tells(): // M-PESA itself has no end for it, or does not tell
		case r.proof[doesNotMatch]: // held for the owner
		case a.ConfirmBoth && a.State == pos.StillChecking && r.paid() != nil: // a witness is missing
		default:
			return fmt.Sprintf("attempt %d is %v, and a query would tell that it ended with %q", r.n, a.State, r.push().code)
		}
	}
	return ""
}

// Money of which there is any evidence is in the ledger once: in one row, with its receipt if that
// is known, and once in the totals.
func moneyIsInTheLedgerOnce(w *world, x *reading) string {
	var moved, counted pos.Shillings
	for _, r := range w.rows {
		x.about = r
		p := r.paid()
		if p == nil {
			continue
		}
		if r.now.State == pos.Paid {
			moved += pos.Shillings(p.amount)
		} else if r.proven() || p.tells() && r.now.CheckoutRequestID != "" && !r.excused() {
			return fmt.Sprintf("attempt %d was paid, and is %v", r.n, r.now.State)
		}
		if r.n%16 == 0 && r.proof[showsPayment] {
			found, err := x.find(p.receipt, 9)
			if err != nil {
				return err.Error()
			}
			holders := 0
			for _, a := range found {
				if a.Receipt == p.receipt {
					holders++
				}
			}
			if holders != 1 {
				return fmt.Sprintf("the receipt of attempt %d is found %d times", r.n, holders)
			}
		}
	}
	x.about = nil
	for _, t := range x.totals {
		counted += t.Paid.KES + t.OwedBack.KES + t.Refunded.KES
	}
	if moved != counted {
		return fmt.Sprintf("%v of the payments are PAID, and the totals have %v", moved, counted)
	}
	return ""
}

// excused reports whether a payment that M-PESA would own up to may yet not be PAID: something that
// does not match is held, a second witness is missing, M-PESA refused it in so many words before,
// twice if by query, or a person says that it is cleared up.
func (r *row) excused() bool {
	return r.now.Notices.Has(pos.Resolved) || r.proof[doesNotMatch] || r.no > 1 || r.now.ConfirmBoth && !r.proof[showsPayment]
}
