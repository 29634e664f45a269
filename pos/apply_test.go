package pos

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kaunta/daraja"
)

var (
	t0    = time.Date(2026, 11, 23, 14, 32, 0, 0, EAT)
	asked = Event{Attempt: "A1", Kind: EventAsked, At: t0, Asked: &Asked{
		Sale: "S1", Phone: "254712345678", Amount: 450, Address: "00ff", Reachable: true,
	}}
)

// says makes an event that carries an answer about the push of asked.
func says(kind EventKind, verdict daraja.Verdict, more ...func(*Event)) Event {
	answer := daraja.Answer{Verdict: verdict, MerchantRequestID: "m-1", CheckoutRequestID: "ws_CO_1"}
	switch kind {
	case EventPushed:
		answer.Endpoint = daraja.EndpointPush
	case EventQueried:
		answer.Endpoint = daraja.EndpointQuery
	case EventCalledBack:
		answer.Endpoint = daraja.EndpointCallback
	}
	switch {
	case verdict == daraja.VerdictFailed:
		answer.ResultCode = "1032"
	case verdict == daraja.VerdictPaid:
		answer.ResultCode = "0"
		if kind == EventCalledBack {
			answer.Receipt, answer.Amount, answer.HasAmount, answer.TransactionDate = "UKN1ABCDE2", 450, true, "20261123143210"
		}
	case verdict == daraja.VerdictUnknown && kind != EventPushed:
		answer.ResultCode = "9999"
	}
	e := Event{Attempt: "A1", Kind: kind, At: t0.Add(20 * time.Second), Answer: &answer}
	for _, m := range more {
		m(&e)
	}
	return e
}

func bare(kind EventKind) Event {
	return Event{Attempt: "A1", Kind: kind, At: t0.Add(20 * time.Second)}
}

func amount(kes int64) func(*Event)    { return func(e *Event) { e.Answer.Amount = kes } }
func usedBy(id AttemptID) func(*Event) { return func(e *Event) { e.UsedBy = id } }
func idUsed(e *Event)                  { e.IDUsedBy = "A0" }
func otherMerchant(e *Event)           { e.Answer.MerchantRequestID = "m-2" }
func noMerchant(e *Event)              { e.Answer.MerchantRequestID = "" }
func notSent(e *Event)                 { e.Answer.NotSent = true }
func noIDs(e *Event)                   { e.Answer.MerchantRequestID, e.Answer.CheckoutRequestID = "", "" }
func otherIDs(e *Event)                { e.Answer.CheckoutRequestID = "ws_CO_2" }
func receipt(r string) func(*Event)    { return func(e *Event) { e.Answer.Receipt = r } }

func apply(t interface{ Helper() }, events ...Event) Attempt {
	t.Helper()
	var a Attempt
	for _, e := range events {
		a, _ = a.Apply(e)
	}
	return a
}

func TestApply(t *testing.T) {
	accepted := says(EventPushed, daraja.VerdictAccepted)
	lost := says(EventPushed, daraja.VerdictUnknown, noIDs)
	callbackPaid := says(EventCalledBack, daraja.VerdictPaid)
	callbackFailed := says(EventCalledBack, daraja.VerdictFailed)
	callbackUnclear := says(EventCalledBack, daraja.VerdictUnknown)
	queryPaid := says(EventQueried, daraja.VerdictPaid)
	queryFailed := says(EventQueried, daraja.VerdictFailed)
	queryUnclear := says(EventQueried, daraja.VerdictUnknown)
	wrongAmount := says(EventCalledBack, daraja.VerdictPaid, amount(1))

	for name, c := range map[string]struct {
		events    []Event
		want      State
		notices   Notice
		witnesses []string
	}{
		"asked":              {nil, Sending, 0, nil},
		"accepted":           {[]Event{accepted}, Waiting, 0, nil},
		"answer lost":        {[]Event{lost}, StillChecking, 0, nil},
		"firewall page":      {[]Event{says(EventPushed, daraja.VerdictBlocked, noIDs)}, StillChecking, 0, nil},
		"refused":            {[]Event{says(EventPushed, daraja.VerdictPhoneBusy, noIDs)}, NotPaid, 0, nil},
		"never left":         {[]Event{says(EventPushed, daraja.VerdictUnknown, noIDs, notSent)}, NotPaid, 0, nil},
		"stopped in between": {[]Event{bare(EventResumed)}, StillChecking, 0, nil},
		"resumed":            {[]Event{accepted, bare(EventResumed)}, Waiting, 0, nil},

		"paid by callback": {[]Event{accepted, callbackPaid}, Paid, 0, []string{"callback"}},
		"paid by query":    {[]Event{accepted, queryPaid}, Paid, 0, []string{"query"}},
		"paid by both":     {[]Event{accepted, callbackPaid, queryPaid}, Paid, 0, []string{"callback", "query"}},
		"cancelled":        {[]Event{accepted, callbackFailed}, NotPaid, 0, []string{"callback"}},
		"failed by query":  {[]Event{accepted, queryFailed}, NotPaid, 0, []string{"query"}},

		"callback before the push's answer": {[]Event{callbackPaid, accepted}, Paid, 0, []string{"callback"}},
		"callback after a lost answer":      {[]Event{lost, callbackPaid}, Paid, 0, []string{"callback"}},
		"callback with the answer refused":  {[]Event{says(EventPushed, daraja.VerdictSystemBusy, noIDs), callbackPaid}, Paid, PaidLate | Disagree, []string{"callback"}},

		"pending says nothing":                     {[]Event{accepted, says(EventQueried, daraja.VerdictPending)}, Waiting, 0, nil},
		"a refused query neither":                  {[]Event{accepted, says(EventQueried, daraja.VerdictRateLimited, noIDs)}, Waiting, 0, nil},
		"unclear by callback":                      {[]Event{accepted, callbackUnclear}, StillChecking, 0, nil},
		"unclear by query":                         {[]Event{accepted, queryUnclear}, StillChecking, 0, nil},
		"unclear, then paid":                       {[]Event{accepted, callbackUnclear, queryPaid}, Paid, 0, []string{"query"}},
		"a payment without a receipt, then failed": {[]Event{accepted, says(EventCalledBack, daraja.VerdictUnknown, func(e *Event) { e.Answer.ResultCode = "0" }), queryFailed}, StillChecking, 0, nil},
		"a refusal with a receipt, then failed":    {[]Event{accepted, says(EventCalledBack, daraja.VerdictUnknown, receipt("UKN1ABCDE2")), queryFailed}, StillChecking, 0, nil},
		"a payment without a receipt, then paid":   {[]Event{accepted, says(EventCalledBack, daraja.VerdictUnknown, func(e *Event) { e.Answer.ResultCode = "0" }), queryPaid}, Paid, 0, []string{"query"}},
		"unclear, then failed":                     {[]Event{accepted, callbackUnclear, queryFailed}, NotPaid, 0, []string{"query"}},
		"cleared up":                               {[]Event{accepted, bare(EventGaveUp), bare(EventResolved)}, StillChecking, Resolved, nil},
		"cleared up, then paid":                    {[]Event{accepted, bare(EventGaveUp), bare(EventResolved), callbackPaid}, Paid, PaidLate, []string{"callback"}},
		"cleared up, then unclear":                 {[]Event{accepted, bare(EventGaveUp), bare(EventResolved), callbackUnclear}, StillChecking, 0, nil},
		"cleared up, and the time passes":          {[]Event{accepted, bare(EventResolved), bare(EventGaveUp), bare(EventResumed)}, StillChecking, Resolved, nil},
		"cleared up, then other ids":               {[]Event{accepted, bare(EventGaveUp), bare(EventResolved), says(EventCalledBack, daraja.VerdictPaid, otherIDs)}, StillChecking, DoesNotMatch, nil},
		"wrong amount, paid, cleared up":           {[]Event{accepted, queryPaid, wrongAmount, bare(EventResolved)}, Paid, DoesNotMatch | Resolved, []string{"query"}},
		"cleared up, then another wrong amount":    {[]Event{accepted, queryPaid, wrongAmount, bare(EventResolved), wrongAmount}, Paid, DoesNotMatch, []string{"query"}},
		"wrong amount, cleared up, then paid":      {[]Event{accepted, wrongAmount, bare(EventResolved), callbackPaid}, Paid, DoesNotMatch, []string{"callback"}},
		"cleared up, then another witness":         {[]Event{accepted, callbackPaid, wrongAmount, bare(EventResolved), queryPaid}, Paid, DoesNotMatch | Resolved, []string{"callback", "query"}},
		"cleared up, then a query denies":          {[]Event{accepted, callbackPaid, wrongAmount, bare(EventResolved), queryFailed}, Paid, DoesNotMatch | Disagree, []string{"callback"}},
		"paid, then cleared up":                    {[]Event{accepted, callbackPaid, bare(EventResolved)}, Paid, 0, []string{"callback"}},
		"gave up":                                  {[]Event{accepted, bare(EventGaveUp)}, StillChecking, 0, nil},
		"stopped":                                  {[]Event{accepted, bare(EventStopped)}, StillChecking, 0, nil},
		"gave up, then paid":                       {[]Event{accepted, bare(EventGaveUp), callbackPaid}, Paid, PaidLate, []string{"callback"}},
		"gave up, then failed":                     {[]Event{accepted, bare(EventGaveUp), callbackFailed}, NotPaid, 0, []string{"callback"}},
		"stopped after the end":                    {[]Event{accepted, callbackPaid, bare(EventStopped)}, Paid, 0, []string{"callback"}},
		"not paid, then paid":                      {[]Event{accepted, queryFailed, callbackPaid}, Paid, PaidLate | Disagree, []string{"callback"}},
		"paid, then a query denies":                {[]Event{accepted, callbackPaid, queryFailed}, Paid, Disagree, []string{"callback"}},
		"paid, then a callback too":                {[]Event{accepted, queryPaid, callbackFailed}, Paid, Disagree, []string{"query"}},

		"wrong amount":                 {[]Event{accepted, wrongAmount}, StillChecking, DoesNotMatch, nil},
		"wrong amount holds":           {[]Event{accepted, wrongAmount, queryPaid}, StillChecking, DoesNotMatch, []string{"query"}},
		"wrong amount, query denies":   {[]Event{accepted, wrongAmount, queryFailed}, StillChecking, DoesNotMatch, nil},
		"wrong amount, then the right": {[]Event{accepted, wrongAmount, callbackPaid}, Paid, DoesNotMatch, []string{"callback"}},
		"wrong amount after paid":      {[]Event{accepted, queryPaid, wrongAmount}, Paid, DoesNotMatch, []string{"query"}},
		"wrong amount after not paid":  {[]Event{accepted, callbackFailed, wrongAmount}, StillChecking, DoesNotMatch, nil},
		"no amount":                    {[]Event{accepted, says(EventCalledBack, daraja.VerdictPaid, func(e *Event) { e.Answer.HasAmount = false })}, StillChecking, DoesNotMatch, nil},
		"used receipt":                 {[]Event{accepted, says(EventCalledBack, daraja.VerdictPaid, usedBy("A0"))}, StillChecking, DoesNotMatch, nil},
		"a second receipt":             {[]Event{accepted, callbackPaid, says(EventCalledBack, daraja.VerdictPaid, receipt("UKN9ZZZZZ9"))}, Paid, DoesNotMatch, []string{"callback"}},
		"other ids":                    {[]Event{accepted, says(EventCalledBack, daraja.VerdictPaid, otherIDs)}, Waiting, DoesNotMatch, nil},
		"a push without its second id": {[]Event{says(EventPushed, daraja.VerdictAccepted, func(e *Event) { e.Answer.MerchantRequestID = "" }), callbackPaid}, Paid, 0, []string{"callback"}},
		"another second id":            {[]Event{accepted, says(EventCalledBack, daraja.VerdictPaid, func(e *Event) { e.Answer.MerchantRequestID = "m-2" })}, Waiting, DoesNotMatch, nil},
		"no ids":                       {[]Event{accepted, says(EventCalledBack, daraja.VerdictPaid, noIDs)}, Waiting, DoesNotMatch, nil},
		"malformed":                    {[]Event{accepted, says(EventCalledBack, daraja.VerdictMalformed, noIDs)}, Waiting, 0, nil},
		"a query that names nothing":   {[]Event{accepted, says(EventQueried, daraja.VerdictPaid, noIDs)}, Waiting, 0, nil},
		"a refusal that names nothing": {[]Event{accepted, says(EventQueried, daraja.VerdictFailed, noIDs)}, Waiting, 0, nil},
		"unclear and names nothing":    {[]Event{accepted, says(EventQueried, daraja.VerdictUnknown, noIDs)}, Waiting, 0, nil},
		"a query of another merchant":  {[]Event{accepted, says(EventQueried, daraja.VerdictPaid, otherMerchant)}, Waiting, 0, nil},
		"a refusal of another":         {[]Event{accepted, says(EventQueried, daraja.VerdictFailed, otherMerchant)}, Waiting, 0, nil},
		"a query without its merchant": {[]Event{accepted, says(EventQueried, daraja.VerdictPaid, noMerchant)}, Paid, 0, []string{"query"}},

		"an id that another has":            {[]Event{says(EventPushed, daraja.VerdictAccepted, idUsed)}, Waiting, DoesNotMatch, nil},
		"… whose query says paid":           {[]Event{says(EventPushed, daraja.VerdictAccepted, idUsed), says(EventQueried, daraja.VerdictPaid, idUsed)}, Waiting, DoesNotMatch, nil},
		"… whose query says not paid":       {[]Event{says(EventPushed, daraja.VerdictAccepted, idUsed), says(EventQueried, daraja.VerdictFailed, idUsed)}, Waiting, DoesNotMatch, nil},
		"… and whose own callback pays":     {[]Event{says(EventPushed, daraja.VerdictAccepted, idUsed), says(EventCalledBack, daraja.VerdictPaid, otherIDs)}, Paid, DoesNotMatch, []string{"callback"}},
		"… and whose callback names it too": {[]Event{says(EventPushed, daraja.VerdictAccepted, idUsed), says(EventCalledBack, daraja.VerdictPaid, idUsed)}, Paid, DoesNotMatch, []string{"callback"}},
		"a callback with an id of another":  {[]Event{lost, says(EventCalledBack, daraja.VerdictFailed, idUsed), says(EventQueried, daraja.VerdictPaid, idUsed)}, NotPaid, DoesNotMatch, []string{"callback"}},

		"a query about another push":  {[]Event{accepted, says(EventQueried, daraja.VerdictPaid, otherIDs)}, Waiting, 0, nil},
		"another attempt's event":     {[]Event{accepted, {Attempt: "A2", Kind: EventGaveUp}}, Waiting, 0, nil},
		"asked twice":                 {[]Event{accepted, asked}, Waiting, 0, nil},
		"a typed receipt is no proof": {[]Event{accepted, {Attempt: "A1", Kind: EventTyped, Typed: "UKN1ABCDE2"}}, Waiting, 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			a := apply(t, append([]Event{asked}, c.events...)...)
			if a.State != c.want {
				t.Errorf("state %v, want %v", a.State, c.want)
			}
			if a.Notices != c.notices {
				t.Errorf("notices %v, want %v", a.Notices.Names(), c.notices.Names())
			}
			if !slices.Equal(a.Witnesses(), c.witnesses) && len(a.Witnesses())+len(c.witnesses) > 0 {
				t.Errorf("witnesses %v, want %v", a.Witnesses(), c.witnesses)
			}
			if final := !a.EndedAt.IsZero(); final != a.State.Final() {
				t.Errorf("ended at %v in state %v", a.EndedAt, a.State)
			}
		})
	}
}

func TestApplyKeepsWhatMPesaSaid(t *testing.T) {
	a := apply(t, asked, says(EventPushed, daraja.VerdictAccepted), says(EventQueried, daraja.VerdictPaid))
	if a.Receipt != "" || a.ResultCode() != "0" {
		t.Errorf("paid by query: receipt %q, result %q; a query carries no receipt", a.Receipt, a.ResultCode())
	}
	a, changed := a.Apply(says(EventCalledBack, daraja.VerdictPaid))
	if !changed || a.Receipt != "UKN1ABCDE2" || !a.PaidAt.Equal(t0.Add(10*time.Second)) {
		t.Errorf("after the callback: changed %v, receipt %q, paid at %v", changed, a.Receipt, a.PaidAt)
	}
	if _, changed := a.Apply(says(EventCalledBack, daraja.VerdictPaid)); changed {
		t.Error("the same callback again changed something")
	}
	if a := apply(t, asked, says(EventPushed, daraja.VerdictAccepted), says(EventCalledBack, daraja.VerdictFailed)); a.ResultCode() != "1032" {
		t.Errorf("cancelled: result %q", a.ResultCode())
	}
}

func TestConfirmBoth(t *testing.T) {
	large := asked
	large.Asked = new(Asked)
	*large.Asked = *asked.Asked
	large.Asked.ConfirmBoth = true
	accepted := says(EventPushed, daraja.VerdictAccepted)
	for name, c := range map[string]struct {
		events []Event
		want   State
	}{
		"callback alone":           {[]Event{says(EventCalledBack, daraja.VerdictPaid)}, Waiting},
		"query alone":              {[]Event{says(EventQueried, daraja.VerdictPaid)}, Waiting},
		"both":                     {[]Event{says(EventCalledBack, daraja.VerdictPaid), says(EventQueried, daraja.VerdictPaid)}, Paid},
		"both, the other way":      {[]Event{says(EventQueried, daraja.VerdictPaid), says(EventCalledBack, daraja.VerdictPaid)}, Paid},
		"they disagree":            {[]Event{says(EventCalledBack, daraja.VerdictPaid), says(EventQueried, daraja.VerdictFailed)}, StillChecking},
		"one, and the time passes": {[]Event{says(EventCalledBack, daraja.VerdictPaid), bare(EventGaveUp)}, StillChecking},
	} {
		t.Run(name, func(t *testing.T) {
			if a := apply(t, append([]Event{large, accepted}, c.events...)...); a.State != c.want {
				t.Errorf("state %v, want %v", a.State, c.want)
			}
		})
	}
}

// anyEvent draws an event of the attempt of asked, of every kind, verdict and fault.
func anyEvent(t *rapid.T) Event {
	kind := EventKind(rapid.IntRange(int(EventAsked), int(EventTwoSales)+1).Draw(t, "kind"))
	if kind == EventAsked {
		return asked
	}
	if kind != EventPushed && kind != EventQueried && kind != EventCalledBack {
		return bare(kind)
	}
	verdict := rapid.SampledFrom([]daraja.Verdict{
		daraja.VerdictAccepted, daraja.VerdictPaid, daraja.VerdictFailed, daraja.VerdictPending, daraja.VerdictUnknown,
		daraja.VerdictAuth, daraja.VerdictPhoneBusy, daraja.VerdictRateLimited, daraja.VerdictBlocked, daraja.VerdictMalformed, "",
	}).Draw(t, "verdict")
	faults := []func(*Event){func(*Event) {}, amount(1), usedBy("A0"), idUsed, notSent, noIDs, otherIDs, otherMerchant, receipt(""), receipt("UKN9ZZZZZ9")}
	return says(kind, verdict, rapid.SampledFrom(faults).Draw(t, "fault"))
}

// proves reports whether e, by itself and if its ids are those of the push, is M-PESA's word that
// the attempt of asked was paid.
func proves(e Event) bool {
	if e.Answer == nil || e.Answer.Verdict != daraja.VerdictPaid {
		return false
	}
	switch e.Kind {
	case EventQueried:
		return e.Answer.CheckoutRequestID != "" && e.IDUsedBy == ""
	case EventCalledBack:
		return e.Answer.Amount == 450 && e.Answer.Receipt != "" && e.UsedBy == ""
	}
	return false
}

func TestApplyLaws(t *testing.T) { rapid.Check(t, applyLaws) }
func FuzzApplyLaws(f *testing.F) { f.Fuzz(rapid.MakeFuzz(applyLaws)) }

// applyLaws holds whatever happens to an attempt, in whatever order.
func applyLaws(t *rapid.T) {
	events := rapid.SliceOfN(rapid.Custom(anyEvent), 0, 12).Draw(t, "events")
	var a Attempt
	proof, refusal := false, false
	for _, e := range append([]Event{asked}, events...) {
		before := a
		var changed bool
		a, changed = a.Apply(e)
		proof = proof || proves(e)
		refusal = refusal || e.Answer != nil && (e.Answer.Verdict == daraja.VerdictFailed || e.Kind == EventPushed && !e.Answer.MayHaveMovedMoney())

		switch {
		case before.State == Paid && a.State != Paid:
			t.Fatalf("PAID was undone by %v", e.Kind)
		case a.State == Paid && !proof:
			t.Fatal("PAID without M-PESA's word")
		case a.State == NotPaid && !refusal:
			t.Fatal("NOT PAID without a refusal")
		case a.State == 0:
			t.Fatal("an attempt that was asked has no state")
		case before.Notices&^a.Notices&^(Resolved|TwoSales) != 0:
			t.Fatal("a notice was taken back")
		case a.State == StillChecking && saysAskAgain(a):
			t.Fatalf("STILL CHECKING, and the cashier is told to ask again after %v", e.Kind)
		case before.Facts&^a.Facts != 0:
			t.Fatal("a fact was forgotten")
		case before.Receipt != "" && a.Receipt != before.Receipt:
			t.Fatal("a receipt was changed")
		case before.ID != "" && a.Asked != before.Asked:
			t.Fatal("what was asked was changed")
		case changed != (a != before):
			t.Fatalf("changed is %v", changed)
		}
		if again, changed := a.Apply(e); changed && again.State != a.State {
			t.Fatalf("the same %v twice: %v, then %v", e.Kind, a.State, again.State)
		}
	}
}

// saysAskAgain reports whether the words about an attempt advise to ask the customer again.
func saysAskAgain(a Attempt) bool {
	_, do := TillReason(a)
	return strings.Contains(strings.ReplaceAll(do.EN, "not ask again", ""), "ask again")
}

// TestApplyOrder says how far the order of events matters: not at all, while no callback is at odds
// with what was asked.
func TestApplyOrder(t *testing.T) { rapid.Check(t, applyOrder) }
func FuzzApplyOrder(f *testing.F) { f.Fuzz(rapid.MakeFuzz(applyOrder)) }

func applyOrder(t *rapid.T) {
	fault := rapid.Custom(anyEvent).Filter(func(e Event) bool {
		return e.Kind != EventAsked && e.Kind != EventGaveUp && e.Kind != EventStopped &&
			(e.Answer == nil || (proves(e) || e.Answer.Verdict != daraja.VerdictPaid) && e.Answer.CheckoutRequestID == "ws_CO_1" &&
				e.Answer.MerchantRequestID == "m-1" && e.IDUsedBy == "")
	})
	events := rapid.SliceOfN(fault, 0, 8).Draw(t, "events")
	shuffled := rapid.Permutation(events).Draw(t, "shuffled")
	one, other := apply(t, append([]Event{asked}, events...)...), apply(t, append([]Event{asked}, shuffled...)...)
	if one.State != other.State || one.Facts != other.Facts {
		t.Fatalf("%v (%b) in one order, %v (%b) in another", one.State, one.Facts, other.State, other.Facts)
	}
}

func TestSale(t *testing.T) {
	again := Event{Attempt: "A2", Kind: EventAsked, At: t0.Add(time.Minute), Asked: asked.Asked}
	to := func(id AttemptID, e Event) Event {
		e.Attempt = id
		return e
	}
	var s Sale
	for i, e := range []Event{
		asked, says(EventPushed, daraja.VerdictAccepted), says(EventCalledBack, daraja.VerdictFailed),
		again, to("A2", says(EventPushed, daraja.VerdictAccepted)), to("A2", says(EventCalledBack, daraja.VerdictPaid)),
	} {
		var index int
		if s, index, _ = s.Apply(e); index < 0 {
			t.Fatalf("event %d found no attempt", i)
		}
	}
	if s[0].State != NotPaid || s[1].State != Paid || s[1].Notices != 0 {
		t.Fatalf("the second attempt should have closed the sale: %v %v", s[0].State, s[1].State)
	}
	s, _, _ = s.Apply(says(EventCalledBack, daraja.VerdictPaid, receipt("UKN7LATE77")))
	if s[0].State != Paid || !s[0].Notices.Has(PaidTwice|PaidLate) {
		t.Errorf("the first attempt was paid after all: %v %v, want paid with paid_late and paid_twice", s[0].State, s[0].Notices.Names())
	}
	var totals Totals
	for _, a := range s {
		totals.Add(a, 1)
	}
	if totals.Paid != (Sum{1, 450}) || totals.OwedBack != (Sum{1, 450}) {
		t.Errorf("totals %+v: the sale counts once, the second payment is owed back", totals)
	}
	s, _, _ = s.Apply(to(s[0].ID, bare(EventRefunded)))
	if a := s[0]; a.State != Paid || !a.Notices.Has(PaidTwice|Refunded) || a.Owed() || s[1].Notices != 0 {
		t.Errorf("given back: %v %v", a.State, a.Notices.Names())
	}
	totals = Totals{}
	for _, a := range s {
		totals.Add(a, 1)
	}
	if totals.Paid != (Sum{1, 450}) || totals.OwedBack != (Sum{}) || totals.Refunded != (Sum{1, 450}) || totals.Attempts() != 2 {
		t.Errorf("totals after giving back: %+v", totals)
	}
	if _, index, changed := s.Apply(Event{Attempt: "A9", Kind: EventGaveUp}); index != -1 || changed {
		t.Errorf("an event of a stranger: index %d, changed %v", index, changed)
	}
}

func ExampleAttempt_Apply() {
	var a Attempt
	for _, e := range []Event{asked, says(EventPushed, daraja.VerdictAccepted), bare(EventGaveUp), says(EventCalledBack, daraja.VerdictPaid)} {
		a, _ = a.Apply(e)
		fmt.Println(e.Kind, "→", a.State, a.Notices.Names())
	}
	// Output:
	// asked → sending []
	// pushed → waiting []
	// gave_up → still_checking []
	// called_back → paid [paid_late]
}
