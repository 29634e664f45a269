package world

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// fault is a mistake that a programmer could make in the till: old, which stands once in the file, becomes new. The world must
// find it, by the law that it breaks.
type fault struct {
	name string
	file string
	old  string
	new  string
	law  string // or several, any of which may be the first that is broken
}

var faults = []fault{
	{
		"a push is repeated when its answer is lost", "daraja/transport.go",
		"		if !renews(a) {\n",
		"		if err != nil && e == EndpointPush {\n			return c.post(ctx, e, body, token)\n		}\n		if !renews(a) {\n",
		"onePushPerAttempt",
	},
	{
		"a push refused in words that nobody knows is sent again", "daraja/transport.go",
		"		if again || a.Verdict == VerdictUnknown {\n",
		"		if again {\n",
		"onePushPerAttempt",
	},
	{
		"a refused token is kept", "daraja/transport.go",
		"		c.tokens.drop(token)\n",
		"		_ = c.tokens.drop\n",
		"refusedTokenIsUsedNoMore|onePushPerAttempt",
	},
	{
		"a token refused in words that nobody knows is kept", "daraja/transport.go",
		" || a.Verdict == VerdictUnknown && refused ||\n",
		" || refused && a.HTTPStatus == 0 ||\n",
		"refusedTokenIsUsedNoMore",
	},
	{
		"one spelling of a refused token is not known", "daraja/classify.go",
		"	return refusedEarly(status, code) && saysOneOf(msg, \"access token\"",
		"	return code != \"400.003.01\" && refusedEarly(status, code) && saysOneOf(msg, \"access token\"",
		"refusedPushIsOver",
	},
	{
		"the token's header refused is not renewed", "daraja/transport.go",
		"		a.Verdict == VerdictConfiguration && refusesHeader(",
		"		a.NotSent && refusesHeader(",
		"refusedTokenIsUsedNoMore",
	},
	{
		"a push that Daraja was too busy for is sent again", "pos/till.go",
		"		t.hear(answer)\n	}\n	_, _ = t.record(context.Background(), Event{Attempt: a.ID, Kind: EventPushed",
		"	}\n	if answer.Verdict == daraja.VerdictBlocked {\n		answer, _ = t.cfg.Gateway.STKPush(t.pushes, daraja.PushRequest{Amount: int64(a.Amount), Phone: string(a.Phone), CallBackURL: a.CallBackURL})\n	}\n" +
			"	t.hear(answer)\n	_, _ = t.record(context.Background(), Event{Attempt: a.ID, Kind: EventPushed",
		"onePushPerAttempt",
	},
	{
		"the push leaves before the disk has the attempt", "pos/till.go",
		"	a, err := t.record(ctx, Event{Attempt: id, Kind: EventAsked, At: now, Asked: &asked})",
		"	e := Event{Attempt: id, Kind: EventAsked, At: now, Asked: &asked}\n	early, _ := Attempt{}.Apply(e)\n	t.push(early)\n	a, err := t.record(ctx, e)",
		"diskBeforePush",
	},
	{
		"a push whose answer was lost counts as refused", "daraja/answer.go",
		"			return false\n		}\n		return true",
		"			return false\n		}\n		return a.HTTPStatus != 0",
		"notPaidIsTheWordOfMPESA|proofMeansPaid",
	},
	{
		"whatever had no answer counts as not sent", "daraja/transport.go",
		"unsent: asked.Load() && !obtained.Load()}",
		"unsent: asked.Load()}",
		"notPaidIsTheWordOfMPESA",
	},
	{
		"our own deadline says NOT PAID", "pos/apply.go",
		"	case f.Has(CallbackFailed | QueryFailed):\n",
		"	case f.Has(CallbackFailed|QueryFailed) || f.Has(Waited) && !f.Has(PushLost):\n",
		"notPaidIsTheWordOfMPESA",
	},
	{
		"a code that nobody has documented is a refusal", "daraja/codes.go",
		"	return known && m.Final && code != codePaid",
		"	return (!known || m.Final) && code != codePaid",
		"notPaidIsTheWordOfMPESA",
	},
	{
		"an unclear end is a refusal", "pos/apply.go",
		"		a.Facts |= QueryUnclear\n",
		"		a.Facts |= QueryFailed\n",
		"notPaidIsTheWordOfMPESA",
	},
	{
		"a late query undoes PAID", "pos/apply.go",
		"	case a.State == Paid, paid:\n",
		"	case paid && !f.Has(QueryFailed):\n",
		"paidIsForEver|proofMeansPaid",
	},
	{
		"what a till without an answer was told is forgotten at the start", "pos/till.go",
		"	for _, a := range followed {\n",
		"	for _, a := range followed {\n		if a.State == StillChecking {\n			continue\n		}\n",
		"everythingOpenIsResumed",
	},
	{
		"a till that starts pushes again what it does not know of", "pos/till.go",
		"			t.resumed = append(t.resumed, a)\n",
		"			t.resumed = append(t.resumed, a)\n			if a.CheckoutRequestID == \"\" {\n				t.work.Go(func() { t.push(a) })\n			}\n",
		"onePushPerAttempt|noPushOfAnEarlierProcess|notPaidIsTheWordOfMPESA",
	},
	{
		"what is open is resumed and never asked about", "pos/queue.go",
		"		w.next = later(now, w.began.Add(firstUseful))\n",
		"		w.next = time.Time{}\n",
		"everyOpenPaymentIsAskedAbout|openIsOnlyWhatCannotBeKnown|moneyIsInTheLedgerOnce",
	},
	{
		"a callback is acknowledged before the write", "pos/till.go",
		"	_, err = t.record(context.WithoutCancel(ctx), Event{Attempt: id, Kind: EventCalledBack, At: t.cfg.Clock(), Answer: &answer})\n	return err\n",
		"	t.work.Go(func() {\n		_, _ = t.record(context.Background(), Event{Attempt: id, Kind: EventCalledBack, At: t.cfg.Clock(), Answer: &answer})\n	})\n	return nil\n",
		"acknowledgedIsOnDisk",
	},
	{
		"a callback is matched by its CheckoutRequestID alone", "pos/till.go",
		"	if err != nil {\n		return err\n	}\n	answer := daraja.ParseCallback(body)\n",
		"	answer := daraja.ParseCallback(body)\n	t.mu.Lock()\n	for other, w := range t.watched {\n		if err != nil && answer.CheckoutRequestID != \"\" && w.attempt.CheckoutRequestID == answer.CheckoutRequestID {\n" +
			"			id, err = other, nil\n		}\n	}\n	t.mu.Unlock()\n	if err != nil {\n		return err\n	}\n",
		"callbackCameToItsAddress|paidMeansMoneyMoved",
	},
	{
		"the ids of a callback are not compared", "pos/apply.go",
		"	if ans.CheckoutRequestID == \"\" || a.CheckoutRequestID != \"\" && !a.sameIDs(ans) {",
		"	if ans.CheckoutRequestID == \"\" {",
		"paidMeansMoneyMoved|paidHasItsProof|receiptIsThatOfThePayment|notPaidIsTheWordOfMPESA|proofMeansPaid|openIsOnlyWhatCannotBeKnown",
	},
	{
		"the amount of a callback is ignored", "pos/apply.go",
		"ans.HasAmount && Shillings(ans.Amount) == a.Amount && usedBy",
		"usedBy",
		"paidHasItsProof",
	},
	{
		"a receipt may close two sales", "store/index.go",
		"			if err == nil && other != k && receiptText(a.Receipt) == receipt {",
		"			if err == nil && other == k && receiptText(a.Receipt) == receipt {",
		"paidMeansMoneyMoved|oneReceiptOneSale|paidHasItsProof|receiptIsThatOfThePayment",
	},
	{
		"the last of two equal names counts", "daraja/json.go",
		"		if seen[folded] {\n			return nil, fmt.Errorf(\"the name",
		"		if seen[folded] && len(name) > 64 {\n			return nil, fmt.Errorf(\"the name",
		"paidMeansMoneyMoved|paidHasItsProof",
	},
	{
		"above the limit one witness is enough", "pos/apply.go",
		"		paid = f.Has(CallbackPaid) && f.Has(QueryPaid)\n",
		"		paid = f.Has(CallbackPaid | QueryPaid)\n",
		"paidHasItsProof",
	},
	{
		"a second payment of a sale is not noticed", "pos/sale.go",
		"		after.Notices |= PaidTwice\n",
		"		changed = true\n",
		"onePaymentClosesASale",
	},
	{
		"the lock of a phone is skipped", "pos/till.go",
		"		if !a.Open() || a.Phone != r.Phone && a.Sale != r.Sale {\n",
		"		if !a.Open() || a.Sale != r.Sale {\n",
		"phoneIsHeld",
	},
	{
		"of several open attempts any is named", "pos/till.go",
		" && (open == nil || e.Left > open.Left) {",
		" {",
		"lockIsNamedBeforeWarning",
	},
	{
		"a lock goes by the clock", "pos/till.go",
		"Left: w.began.Add(PhoneLock).Sub(now)}",
		"Left: a.AskedAt.Add(PhoneLock).Sub(t.cfg.Clock()) + 0*now.Sub(now)}",
		"phoneIsHeld|lockIsTwoMinutes|lockIsNamedBeforeWarning",
	},
	{
		"a payment is begun in a file that nobody will find", "pos/ready.go",
		"	if err := t.cfg.Ledger.AtItsPath(); err != nil {\n		return err\n	}\n",
		"",
		"askedWhereItIsFound",
	},
	{
		"a payment is begun by a clock that is behind", "pos/ready.go",
		"	case doubt != nil && doubt.Behind():\n",
		"	case doubt != nil && doubt.Behind() && doubt.Last.IsZero():\n",
		"askedOnTheRightDay",
	},
	{
		"two Enters in one moment", "pos/hold.go",
		"		if o.phone == h.phone || ",
		"		if ",
		"phoneIsHeld|oneEnterOnePush",
	},
	{
		"a key is free again when its payment has ended", "store/index.go",
		"	if a.Once != \"\" {\n",
		"	if a.Once != \"\" && !a.State.Final() {\n",
		"oneKeyOneAttempt",
	},
	{
		"the mark of a key is another each time", "pos/once.go",
		"\"kaunta once\\x00\" + key",
		"\"kaunta once\\x00\" + key + fmt.Sprint(new(int))",
		"oneKeyOneAttempt",
	},
	{
		"queries do not keep the rate", "pos/till.go",
		"every: cfg.QueryEvery",
		"every: 0 * cfg.QueryEvery",
		"rateIsKept",
	},
	{
		"the screen is told before the disk", "pos/till.go",
		"	a, changed, err := t.cfg.Ledger.Append(ctx, e)\n",
		"	if before, err := t.cfg.Ledger.Attempt(e.Attempt); err == nil {\n		soon, _ := before.Apply(e)\n		t.mu.Lock()\n		t.publish(Update{Attempt: soon, Event: e.Kind, Changed: true})\n		t.mu.Unlock()\n	}\n" +
			"	a, changed, err := t.cfg.Ledger.Append(ctx, e)\n",
		"screenFollowsDisk",
	},
	{
		"the totals keep what an attempt was before", "store/evidence.go",
		"			t.Add(before, -1)\n",
		"			_ = before\n",
		"totalsAreTheSumOfRows",
	},
	{
		"money owed back is counted as earned", "pos/day.go",
		"	case a.Owed():\n		count(&t.OwedBack)\n",
		"	case a.Owed() && a.State != Paid:\n		count(&t.OwedBack)\n",
		"totalsAreTheSumOfRows",
	},
	{
		"what the cashier types clears the list of what is owed back", "pos/apply.go",
		"		a.Claimed = e.Typed\n",
		"		a.Claimed = e.Typed\n		a.Notices |= GivenBack\n",
		"byHandIsSomebodysWord",
	},
	{
		"money is given back that is not owed", "pos/byhand.go",
		"	case len(a.Answers()) == 0:\n		return ErrSettled\n",
		"	case len(a.Answers()) == 0:\n		_, err = t.record(ctx, Event{Attempt: a.ID, Kind: EventGivenBack, At: now})\n		return err\n",
		"byHandIsSomebodysWord",
	},
	{
		"what does not match is off the list when it has ended", "pos/attempt.go",
		" || a.Owed() || a.Unmatched() || a.Doubtful() }",
		" || a.Owed() || a.Doubtful() }",
		"unsettledIsListed",
	},
	{
		"what was cleared up stays so, whatever comes", "pos/apply.go",
		"a.Notices&^ClearedUp | DoesNotMatch",
		"a.Notices | DoesNotMatch",
		"byHandIsSomebodysWord",
	},
	{
		"a person clears up what M-PESA is still asked about", "pos/byhand.go",
		"a.Open() && now.Before(until)",
		"a.Open() && now.Before(a.AskedAt)",
		"byHandIsSomebodysWord",
	},
	{
		"a query of another merchant's push counts", "pos/apply.go",
		"idUsedBy != \"\" || a.CheckoutRequestID != \"\" && !a.sameIDs(ans) {",
		"idUsedBy != \"\" || a.CheckoutRequestID != \"\" && ans.CheckoutRequestID != a.CheckoutRequestID {",
		"paidMeansMoneyMoved|paidHasItsProof|notPaidIsTheWordOfMPESA|proofMeansPaid",
	},
	{
		"an id that another attempt has is taken for its own", "store/evidence.go",
		"		if e.IDUsedBy, err = b.idHolder(id, k); err != nil {\n",
		"		if _, err = b.idHolder(id, k); err != nil {\n",
		"paidMeansMoneyMoved|paidHasItsProof|notPaidIsTheWordOfMPESA",
	},
	{
		"NOT PAID by one query is an end for a till that starts again", "pos/till.go",
		"	for _, a := range followed {\n",
		"	for _, a := range followed {\n		if !a.Open() {\n			continue\n		}\n",
		"moneyIsInTheLedgerOnce|openIsOnlyWhatCannotBeKnown",
	},
	{
		"NOT PAID by one query is asked about for three minutes only", "pos/plan.go",
		"	case a.Followed():\n		return true\n",
		"	case a.Open():\n		return true\n	case a.Unconfirmed():\n		return fresh\n",
		"moneyIsInTheLedgerOnce|openIsOnlyWhatCannotBeKnown",
	},
	{
		"a new sale does not know what it was asked in place of", "pos/till.go",
		"		Overrides:   overrides, Once:",
		"		Overrides:   overrides[:0], Once:",
		"whatIsOverriddenIsRecorded",
	},
	{
		"of two payments for one purchase only the second says so", "store/twice.go",
		"			list = append(list, follows(pos.EventPossiblyTwice, o.ID, a.ID), follows(pos.EventPossiblyTwice, a.ID, o.ID))\n",
		"			list = append(list, follows(pos.EventPossiblyTwice, a.ID, o.ID))\n",
		"twoPaymentsForOnePurchaseAreNamed",
	},
	{
		"two sales that may be one purchase are off the list", "pos/attempt.go",
		" || a.Owed() || a.Unmatched() || a.Doubtful() }",
		" || a.Owed() || a.Unmatched() }",
		"unsettledIsListed|byHandIsSomebodysWord",
	},
	{
		"a typed receipt pays", "pos/apply.go",
		"		a.Claimed = e.Typed\n",
		"		a.Claimed = e.Typed\n		a.Facts |= QueryPaid\n",
		"paidHasItsProof|paidMeansMoneyMoved",
	},
	{
		"the screen is not told that the till gave up", "pos/till.go",
		"	w.replan(e, time.Now())\n",
		"	w.replan(e, time.Now())\n	if e.Kind == EventGaveUp {\n		return w.attempt\n	}\n",
		"screenShowsTheLastWord",
	},
	{
		"a till that is closed leaves its loop running", "pos/till.go",
		"	t.stopQueries()\n\n	stop := context.AfterFunc(ctx, t.cancelPushes)\n	t.work.Wait()\n",
		"	stop := context.AfterFunc(ctx, t.cancelPushes)\n",
		"nothingLeaks",
	},
	{
		"a callback waits for an answer of M-PESA", "pos/till.go",
		"	id, err := t.cfg.Ledger.ByAddress(address)\n",
		"	if w := t.watched; len(w) > 0 {\n		_, _ = t.cfg.Gateway.STKQuery(ctx, \"ws_CO_1\")\n	}\n	id, err := t.cfg.Ledger.ByAddress(address)\n",
		"rateIsKept|nothingHangs",
	},
	{
		"numbers in groups are left in a body", "store/phone.go",
		"b.grouped(spans, text, i, m); next > 0 {",
		"b.grouped(spans, text, i, m); next > len(text) {",
		"numbersAreForgotten",
	},
	{
		"numbers that end alike become one", "store/phone.go",
		"			alike++\n",
		"			alike += 0\n",
		"diskKeepsItsWord|paidMeansMoneyMoved|paidHasItsProof|receiptIsThatOfThePayment|askedNeverChanges|paidIsForEver",
	},
	{
		"an attempt that is open is forgotten", "store/forget.go",
		"	if a.Remembered() || !r.remembers() {\n",
		"	if !r.remembers() {\n",
		"diskKeepsItsWord|askedNeverChanges|phoneIsHeld|nothingForgottenIsAsked|openIsOnlyWhatCannotBeKnown",
	},
	{
		"a clock that was ahead makes later payments forgotten", "store/forget.go",
		"keys[len(keys)-1].ms() + 1\n",
		"to.ms()\n",
		"askedNeverChanges|diskKeepsItsWord",
	},
	{
		"a till asks about an id that is forgotten", "pos/attempt.go",
		" && !strings.Contains(a.CheckoutRequestID, \"*\")",
		" && !strings.HasPrefix(a.CheckoutRequestID, \"*\")",
		"nothingForgottenIsAsked",
	},
	{
		"what is forgotten stays in the index under its whole number", "store/forget.go",
		"	return true, entries, b.reindex(before, entries)\n",
		"	return true, nil, nil\n",
		"everyPhoneIsFound|theLedgerIsWhole|diskKeepsItsWord",
	},
	{
		"an answer that is refused stops the queue", "pos/unwritten.go",
		"	t.poke() // whoever was behind it in the queue is due\n",
		"",
		"everyOpenPaymentIsAskedAbout",
	},
	{
		"what the disk had no room for is lost", "pos/unwritten.go",
		"		t.late.keep(e, now)\n",
		"",
		"lateIsOnDisk",
	},
	{
		"a full disk is the end of the till", "pos/unwritten.go",
		"	case errors.Is(err, ErrNoRoom):\n		t.noRoom = err\n",
		"	case errors.Is(err, ErrNoRoom):\n		t.broken = err\n",
		"everyOpenPaymentIsAskedAbout|lateIsOnDisk",
	},
}

// TestPlantedFaults shows that the world can fail: each fault is planted into a copy of the till, and the world must find it
// within a few thousand sales.
func TestPlantedFaults(t *testing.T) {
	if testing.Short() || raceDetector {
		t.Skip("each fault is a build of its own, without the race detector")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		t.Run(strings.ReplaceAll(f.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			out, err := f.try(t, root)
			if err == nil {
				t.Fatalf("the world did not find that %s:\n%s", f.name, out)
			}
			_, after, _ := strings.Cut(out, "law broken: ")
			law, _, _ := strings.Cut(after, ":")
			if law == "" || !strings.Contains("|"+f.law+"|", "|"+law+"|") {
				t.Errorf("that %s broke the law %q, want %s:\n%s", f.name, law, f.law, out)
			}
		})
	}
}

// try plants the fault and runs the world.
func (f fault) try(t *testing.T, root string) (output string, err error) {
	file := filepath.Join(root, f.file)
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(source, []byte(f.old)); n != 1 {
		t.Fatalf("the fault that %s cannot be planted: its text stands %d times in %s, must be once; bring the fault up to date:\n%s", f.name, n, f.file, f.old)
	}
	folder := t.TempDir()
	patched, overlay := filepath.Join(folder, "patched.go"), filepath.Join(folder, "overlay.json")
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{file: patched}})
	if err != nil {
		t.Fatal(err)
	}
	for path, content := range map[string][]byte{patched: bytes.Replace(source, []byte(f.old), []byte(f.new), 1), overlay: replace} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "test", "-overlay="+overlay, "-count=1", "-vet=off", "-ldflags=-s -w", "-short", "-timeout=2m", "-run=^TestWorld$",
		"./pos/world", "-world.seed="+strconv.Itoa(faultSeed), "-world.sales=4000")
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// faultSeed begins the worlds in which faults are looked for: the same each time, so that what was found once is
// found again.
const faultSeed = 20261123
