package simtest

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

var faultsFlag = flag.Bool("faults", false, "plant every fault into a copy of the till, and demand that the world finds it: a build each")

// fault is a mistake that a programmer could make in the till: at, a piece of Go that stands once
// in the function, becomes plant, in which … is what stood there. The world must find it, by the
// law that it breaks.
type fault struct {
	name  string
	in    string // package.function or package.Type.method
	at    string
	plant string
	law   string // or several, any of which may be the first that is broken
}

var faults = []fault{
	{
		"a push is repeated when its answer is lost", "daraja.Client.call",
		`if !renews(a)`,
		`if err != nil && e == EndpointPush { return c.post(ctx, e, body, token) }; …`,
		"onePushPerAttempt",
	},
	{
		"a push refused in words that nobody knows is sent again", "daraja.Client.call",
		`again || a.Verdict == VerdictUnknown`,
		`again`,
		"onePushPerAttempt",
	},
	{
		"a refused token is kept", "daraja.Client.call",
		`c.tokens.drop(token)`,
		`_ = c.tokens.drop`,
		"refusedTokenIsUsedNoMore|onePushPerAttempt",
	},
	{
		"a token refused in words that nobody knows is kept", "daraja.renews",
		`a.Verdict == VerdictUnknown && refused`,
		`refused && a.HTTPStatus == 0`,
		"refusedTokenIsUsedNoMore",
	},
	{
		"one spelling of a refused token is not known", "daraja.refusesToken",
		`refusedEarly`,
		`code != "400.003.01" && …`,
		"refusedPushIsOver",
	},
	{
		"the token's header refused is not renewed", "daraja.renews",
		`a.Verdict == VerdictConfiguration`,
		`a.NotSent`,
		"refusedTokenIsUsedNoMore",
	},
	{
		"a push that Daraja was too busy for is sent again", "pos.Till.push",
		`t.hear(answer)`,
		`if answer.Verdict == daraja.VerdictBlocked { answer, _ = t.cfg.Gateway.STKPush(t.pushes, request) }; …`,
		"onePushPerAttempt",
	},
	{
		"the push leaves before the disk has the attempt", "pos.Till.Charge",
		`a, err := t.record`,
		`early, _ := Attempt{}.Apply(Event{Attempt: id, Kind: EventAsked, At: now, Asked: &asked}); t.push(early); …`,
		"diskBeforePush",
	},
	{
		"a push whose answer was lost counts as refused", "daraja.Answer.MayHaveMovedMoney",
		`return true`,
		`return a.HTTPStatus != 0`,
		"notPaidIsTheWordOfMPESA|proofMeansPaid",
	},
	{
		"whatever had no answer counts as not sent", "daraja.send",
		`asked.Load() && !obtained.Load()`,
		`asked.Load()`,
		"notPaidIsTheWordOfMPESA",
	},
	{
		"our own deadline says NOT PAID", "pos.Attempt.judge",
		`f.Has(CallbackFailed | QueryFailed)`,
		`… || f.Has(Waited) && !f.Has(PushLost)`,
		"notPaidIsTheWordOfMPESA",
	},
	{
		"a code that nobody has documented is a refusal", "daraja.refuses",
		`known && final`,
		`(!known || final)`,
		"notPaidIsTheWordOfMPESA",
	},
	{
		"an unclear end is a refusal", "pos.Attempt.learnQuery",
		`a.Facts |= QueryUnclear`,
		`a.Facts |= QueryFailed`,
		"notPaidIsTheWordOfMPESA",
	},
	{
		"a late query undoes PAID", "pos.Attempt.judge",
		`a.State == Paid, paid`,
		`paid && !f.Has(QueryFailed)`,
		"paidIsForEver|proofMeansPaid",
	},
	{
		"what a till without an answer was told is forgotten at the start", "pos.Start",
		`range followed {`,
		`… if a.State == StillChecking { continue };`,
		"everythingOpenIsResumed",
	},
	{
		"a till that starts pushes again what it does not know of", "pos.Start",
		`t.resumed = append(t.resumed, a)`,
		`…; if a.CheckoutRequestID == "" { t.work.Go(func() { t.push(a) }) }`,
		"onePushPerAttempt|noPushOfAnEarlierProcess|notPaidIsTheWordOfMPESA",
	},
	{
		"what is open is resumed and never asked about", "pos.Till.resume",
		`later(now, w.began.Add(firstUseful))`,
		`time.Time{}`,
		"everyOpenPaymentIsAskedAbout|openIsOnlyWhatCannotBeKnown|moneyIsInTheLedgerOnce",
	},
	{
		"a callback is acknowledged before the write", "pos.Till.Callback",
		`_, err = t.record(context.WithoutCancel(ctx), Event{Attempt: id, Kind: EventCalledBack, At: t.cfg.Clock(), Answer: &answer})`,
		`t.work.Go(func() { _, _ = t.record(context.Background(), Event{Attempt: id, Kind: EventCalledBack, At: t.cfg.Clock(), Answer: &answer}) })`,
		"acknowledgedIsOnDisk",
	},
	{
		"a callback is matched by its CheckoutRequestID alone", "pos.Till.Callback",
		`id, err := t.cfg.Ledger.ByAddress(address)`,
		`…
		t.mu.Lock()
		for other, w := range t.watched {
			if checkout := daraja.ParseCallback(body).CheckoutRequestID; err != nil && checkout != "" && w.attempt.CheckoutRequestID == checkout {
				id, err = other, nil
			}
		}
		t.mu.Unlock()`,
		"callbackCameToItsAddress|paidMeansMoneyMoved",
	},
	{
		"the ids of a callback are not compared", "pos.Attempt.learnCallback",
		`a.CheckoutRequestID != "" && !a.sameIDs(ans)`,
		`false`,
		"paidMeansMoneyMoved|paidHasItsProof|receiptIsThatOfThePayment|notPaidIsTheWordOfMPESA|proofMeansPaid|openIsOnlyWhatCannotBeKnown",
	},
	{
		"the amount of a callback is ignored", "pos.Attempt.learnCallback",
		`ans.HasAmount && Shillings(ans.Amount) == a.Amount`,
		`true`,
		"paidHasItsProof",
	},
	{
		"a receipt may close two sales", "store.reader.holder",
		`other != k`,
		`other == k`,
		"paidMeansMoneyMoved|oneReceiptOneSale|paidHasItsProof|receiptIsThatOfThePayment",
	},
	{
		"the last of two equal names counts", "daraja.document.value",
		`if seen[folded]`,
		`… && len(name) > 64`,
		"paidMeansMoneyMoved|paidHasItsProof",
	},
	{
		"above the limit one witness is enough", "pos.Attempt.judge",
		`paid = f.Has(CallbackPaid) && f.Has(QueryPaid)`,
		`paid = f.Has(CallbackPaid | QueryPaid)`,
		"paidHasItsProof",
	},
	{
		"a second payment of a sale is not noticed", "pos.Sale.Add",
		`after.Notices |= PaidTwice`,
		`changed = true`,
		"onePaymentClosesASale",
	},
	{
		"the lock of a phone is skipped", "pos.Till.mayAsk",
		`a.Phone != r.Phone && a.Sale != r.Sale`,
		`a.Sale != r.Sale`,
		"phoneIsHeld",
	},
	{
		"of several open attempts any is named", "pos.Till.mayAsk",
		`(open == nil || e.Left > open.Left)`,
		`true`,
		"lockIsNamedBeforeWarning",
	},
	{
		"a lock goes by the clock", "pos.Till.mayAsk",
		`w.began.Add(PhoneLock).Sub(now)`,
		`a.AskedAt.Add(PhoneLock).Sub(t.cfg.Clock()) + 0*now.Sub(now)`,
		"phoneIsHeld|lockIsTwoMinutes|lockIsNamedBeforeWarning",
	},
	{
		"a payment is begun in a file that nobody will find", "pos.Till.ready",
		`t.cfg.Ledger.AtItsPath()`,
		`error(nil)`,
		"askedWhereItIsFound",
	},
	{
		"a payment is begun by a clock that is behind", "pos.Till.ready",
		`doubt.Behind()`,
		`… && doubt.Last.IsZero()`,
		"askedOnTheRightDay",
	},
	{
		"two Enters in one moment", "pos.Till.tryHold",
		`o.phone == h.phone ||`,
		``,
		"phoneIsHeld|oneEnterOnePush",
	},
	{
		"a key is free again when its payment has ended", "store.entries",
		`a.Once != ""`,
		`… && !a.State.Final()`,
		"oneKeyOneAttempt",
	},
	{
		"the mark of a key is another each time", "pos.onceMark",
		`"kaunta once\x00" + key`,
		`… + fmt.Sprint(new(int))`,
		"oneKeyOneAttempt",
	},
	{
		"queries do not keep the rate", "pos.Start",
		`every: cfg.QueryEvery`,
		`every: 0 * cfg.QueryEvery`,
		"rateIsKept",
	},
	{
		"the screen is told before the disk", "pos.Till.record",
		`a, changed, err := t.cfg.Ledger.Append(ctx, e)`,
		`if before, err := t.cfg.Ledger.Attempt(e.Attempt); err == nil {
			soon, _ := before.Apply(e)
			t.mu.Lock()
			t.publish(Update{Attempt: soon, Event: e.Kind, Changed: true})
			t.mu.Unlock()
		}
		…`,
		"screenFollowsDisk",
	},
	{
		"the totals keep what an attempt was before", "store.batch.count",
		`t.Add(before, -1)`,
		`_ = before`,
		"totalsAreTheSumOfRows",
	},
	{
		"money owed back is counted as earned", "pos.Totals.Add",
		`case a.Owed()`,
		`… && a.State != Paid`,
		"totalsAreTheSumOfRows",
	},
	{
		"what the cashier types clears the list of what is owed back", "pos.Attempt.learn",
		`a.Claimed = e.Typed`,
		`…; a.Notices |= Refunded`,
		"byHandIsSomebodysWord",
	},
	{
		"money is given back that is not owed", "pos.Till.Resolve",
		`return ErrSettled`,
		`_, err = t.record(ctx, Event{Attempt: a.ID, Kind: EventRefunded, At: now}); return err`,
		"byHandIsSomebodysWord",
	},
	{
		"what does not match is off the list when it has ended", "pos.Attempt.Unsettled",
		`|| a.Unmatched()`,
		``,
		"unsettledIsListed",
	},
	{
		"what was cleared up stays so, whatever comes", "pos.Attempt.mismatched",
		`a.Notices &^ Resolved`,
		`a.Notices`,
		"byHandIsSomebodysWord",
	},
	{
		"a person clears up what M-PESA is still asked about", "pos.Till.Resolve",
		`now.Before(until)`,
		`now.Before(a.AskedAt)`,
		"byHandIsSomebodysWord",
	},
	{
		"a query of another merchant's push counts", "pos.Attempt.learnQuery",
		`!a.sameIDs(ans)`,
		`ans.CheckoutRequestID != a.CheckoutRequestID`,
		"paidMeansMoneyMoved|paidHasItsProof|notPaidIsTheWordOfMPESA|proofMeansPaid",
	},
	{
		"an id that another attempt has is taken for its own", "store.batch.prepare",
		`e.IDUsedBy, err = b.idHolder`,
		`_, err = b.idHolder`,
		"paidMeansMoneyMoved|paidHasItsProof|notPaidIsTheWordOfMPESA",
	},
	{
		"NOT PAID by one query is an end for a till that starts again", "pos.Start",
		`range followed {`,
		`… if !a.Open() { continue };`,
		"moneyIsInTheLedgerOnce|openIsOnlyWhatCannotBeKnown",
	},
	{
		"NOT PAID by one query is asked about for three minutes only", "pos.watch.worthAsking",
		`case a.Followed(): return true`,
		`case a.Open(): return true; case a.Unconfirmed(): return fresh`,
		"moneyIsInTheLedgerOnce|openIsOnlyWhatCannotBeKnown",
	},
	{
		"a new sale does not know what it was asked in place of", "pos.Till.Charge",
		`Overrides: overrides`,
		`Overrides: overrides[:0]`,
		"whatIsOverriddenIsRecorded",
	},
	{
		"of two payments for one purchase only the second says so", "store.batch.twice",
		`{{o, a}, {a, o}}`,
		`{{a, o}}`,
		"twoPaymentsForOnePurchaseAreNamed",
	},
	{
		"two sales that may be one purchase are off the list", "pos.Attempt.Unsettled",
		`|| a.Doubtful()`,
		``,
		"unsettledIsListed|byHandIsSomebodysWord",
	},
	{
		"a typed receipt pays", "pos.Attempt.learn",
		`a.Claimed = e.Typed`,
		`…; a.Facts |= QueryPaid`,
		"paidHasItsProof|paidMeansMoneyMoved",
	},
	{
		"the screen is not told that the till gave up", "pos.Till.recorded",
		`w.replan(e, time.Now())`,
		`…; if e.Kind == EventGaveUp { return w.attempt }`,
		"screenShowsTheLastWord",
	},
	{
		"a till that is closed leaves its loop running", "pos.Till.Close",
		`t.stopQueries(); stop := context.AfterFunc(ctx, t.cancelPushes); t.work.Wait()`,
		`stop := context.AfterFunc(ctx, t.cancelPushes)`,
		"nothingLeaks",
	},
	{
		"a callback waits for an answer of M-PESA", "pos.Till.Callback",
		`id, err := t.cfg.Ledger.ByAddress(address)`,
		`if len(t.watched) > 0 { _, _ = t.cfg.Gateway.STKQuery(ctx, "ws_CO_1") }; …`,
		"rateIsKept|nothingHangs",
	},
	{
		"numbers in groups are left in a body", "store/format.finder.groups",
		`first < 0 || !national(digits)`,
		`first >= 0 || !national(digits)`,
		"numbersAreForgotten",
	},
	{
		"numbers that end alike become one", "store/format.endings.mask",
		`n[end]++`,
		`n[end] += 0`,
		"diskKeepsItsWord|paidMeansMoneyMoved|paidHasItsProof|receiptIsThatOfThePayment|askedNeverChanges|paidIsForEver",
	},
	{
		"an attempt that is open is forgotten", "store.batch.forgetOne",
		`a.Remembered() || !r.Remembers()`,
		`!r.Remembers()`,
		"diskKeepsItsWord|askedNeverChanges|phoneIsHeld|nothingForgottenIsAsked|openIsOnlyWhatCannotBeKnown",
	},
	{
		"a clock that was ahead makes later payments forgotten", "store.batch.forget",
		`keys[len(keys)-1].MS() + 1`,
		`to.MS()`,
		"askedNeverChanges|diskKeepsItsWord",
	},
	{
		"a till asks about an id that is forgotten", "pos.Attempt.Askable",
		`strings.Contains`,
		`strings.HasPrefix`,
		"nothingForgottenIsAsked",
	},
	{
		"what is forgotten stays in the index under its whole number", "store.batch.forgetOne",
		`entries, b.reindex(before, entries)`,
		`nil, nil`,
		"everyPhoneIsFound|theLedgerIsWhole|diskKeepsItsWord",
	},
	{
		"an answer that is refused stops the queue", "pos.Till.goOnWithout",
		`t.poke()`,
		``,
		"everyOpenPaymentIsAskedAbout",
	},
	{
		"what the disk had no room for is lost", "pos.Till.unrecorded",
		`t.late.keep(e, now)`,
		``,
		"lateIsOnDisk",
	},
	{
		"a full disk is the end of the till", "pos.Till.unrecorded",
		`t.noRoom = err`,
		`t.broken = err`,
		"everyOpenPaymentIsAskedAbout|lateIsOnDisk",
	},
}

// TestFaultsCanBePlanted holds the list to the code: each fault has its place, and what comes of it
// compiles.
func TestFaultsCanBePlanted(t *testing.T) {
	m := readModule(t)
	names := map[string]bool{}
	for _, f := range faults {
		if names[f.name] {
			t.Errorf("two faults are called %q", f.name)
		}
		names[f.name] = true
		path, patched, err := m.plant(f)
		if err == nil {
			err = m.check(path, patched)
		}
		if err != nil {
			t.Errorf("that %s cannot be planted; bring the fault up to date: %v", f.name, err)
		}
	}
}

// TestPlantedFaults shows that the world can fail: each fault is planted into a copy of the till,
// and the world must find it within a few thousand sales.
func TestPlantedFaults(t *testing.T) {
	if !*faultsFlag {
		t.Skip("with -faults: each fault is a build of its own")
	}
	m := readModule(t)
	for _, f := range faults {
		t.Run(strings.ReplaceAll(f.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			path, patched, err := m.plant(f)
			if err != nil {
				t.Fatal(err)
			}
			out, err := tryWorld(t, m.root, path, patched)
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

// tryWorld runs the world of a program in which the file at path has other contents.
func tryWorld(t *testing.T, root, path string, contents []byte) (output string, err error) {
	folder := t.TempDir()
	patched, overlay := filepath.Join(folder, "patched.go"), filepath.Join(folder, "overlay.json")
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{path: patched}})
	if err != nil {
		t.Fatal(err)
	}
	for file, contents := range map[string][]byte{patched: contents, overlay: replace} {
		if err := os.WriteFile(file, contents, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "test", "-overlay="+overlay, "-count=1", "-vet=off", "-ldflags=-s -w", "-short", "-timeout=2m", "-run=^TestWorld$",
		"./pos/simtest", "-world.seed="+strconv.Itoa(faultSeed), "-world.sales=4000")
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// faultSeed begins the worlds in which faults are looked for: the same each time, so that what was
// found once is found again.
const faultSeed = 20261123
