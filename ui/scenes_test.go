package ui

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"kaunta/daraja"
	"kaunta/pos"
	"kaunta/store"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// phoneA and phoneB are customers' numbers.
const (
	phoneA = "0712345678"
	phoneB = "0712345601"
)

// scene is a moment at the counter that golden frames and pictures are made of.
type scene struct {
	name   string
	config func(*session.Config)
	play   func(*cashier)
}

// scenes are the screens in every state a cashier meets.
func scenes() []scene {
	practice := func(cfg *session.Config) {
		cfg.Mode = session.Training
		cfg.Phone = &fakePhone{}
		cfg.Endings = []text.Ending{
			{Digits: "01", Text: pos.Text{EN: "not enough money", SW: "hana pesa za kutosha"}},
			{Digits: "32", Text: pos.Text{EN: "cancelled", SW: "anakatisha"}},
			{Digits: "37", Text: pos.Text{EN: "no answer, after 25 s", SW: "hajibu, baada ya sekunde 25"}},
			{Digits: "", Text: pos.Text{EN: "pays after 4 to 9 s", SW: "analipa baada ya sekunde 4 hadi 9"}},
		}
	}
	return []scene{
		{"sale-empty", nil, func(c *cashier) {}},
		{"sale", nil, func(c *cashier) {
			c.day(12)
			c.press("3*450+150", "<enter>", phoneA, "<up>")
		}},
		{"sale-again", nil, func(c *cashier) { c.press("12500", "<enter>", "12600", "<enter>") }},
		{"sale-rounded", nil, func(c *cashier) { c.press("3*33.35", "<enter>") }},
		{"sale-refused", nil, func(c *cashier) { c.press("450", "<enter>", "0202345678", "<enter>") }},
		{"sale-resumed", func(cfg *session.Config) {
			book := cfg.Book.(*fakeBook)
			for _, n := range []int{9, 8} {
				at := noon.Add(-time.Duration(n) * time.Minute)
				open := pos.Attempt{ID: pos.AttemptID("row-" + at.Format("150405")), AskedAt: at, State: pos.StillChecking, Asked: pos.Asked{Amount: 450}}
				book.Put(open)
				cfg.Resumed = append(cfg.Resumed, open)
			}
		}, func(c *cashier) {}},
		{"sending", nil, func(c *cashier) { c.sell("1500", phoneA) }},
		{"waiting", nil, func(c *cashier) {
			c.day(12)
			a := c.sell("1500", phoneA)
			c.tell(accepted(a), pos.EventPushed)
			c.tick(38 * time.Second)
			c.tell(accepted(accepted(a)), pos.EventQueried)
		}},
		{"paid", nil, func(c *cashier) {
			c.day(12)
			c.tell(paid(c.sell("1500", phoneA), "SKN4T7W2QX"), pos.EventCalledBack)
		}},
		{"paid-code-later", nil, func(c *cashier) {
			a := c.sell("250", phoneA)
			a.State, a.Events, a.Facts = pos.Paid, 3, pos.QueryPaid
			c.tell(a, pos.EventQueried)
		}},
		{"paid-queries-only", nil, func(c *cashier) { c.tell(queriesOnly(accepted(c.sell("250", phoneA))), pos.EventQueried) }},
		{"detail-code", nil, func(c *cashier) {
			c.tell(queriesOnly(accepted(c.sell("250", phoneA))), pos.EventQueried)
			c.press("c", "skn4")
		}},
		{"paid-twice", nil, func(c *cashier) {
			a := paid(c.sell("250", phoneA), "SKN4T7W2QX")
			a.Notices = pos.PaidTwice | pos.PaidLate
			c.tell(a, pos.EventCalledBack)
		}},
		{"not-paid", nil, func(c *cashier) {
			c.day(12)
			c.tell(refused(c.sell("1500", phoneA), "1032", "Request Cancelled by user."), pos.EventCalledBack)
		}},
		{"not-paid-long", nil, func(c *cashier) {
			c.tell(refused(c.sell("1500", phoneA), "17", "Rule limited."), pos.EventCalledBack)
		}},
		{"still-checking", nil, func(c *cashier) {
			c.day(12)
			a := accepted(c.sell("1500", phoneA))
			c.tell(a, pos.EventPushed)
			c.tick(180 * time.Second)
			c.tell(unclear(a), pos.EventGaveUp)
		}},
		{"still-checking-stopped", nil, func(c *cashier) {
			a := accepted(c.sell("1500", phoneA))
			c.tell(a, pos.EventPushed)
			c.tick(39 * time.Second)
			c.press("-", "<pause>", "<enter>")
			c.tell(unclear(a), pos.EventStopped)
		}},
		{"still-checking-differs", nil, func(c *cashier) {
			a := accepted(c.sell("1500", phoneA))
			c.tell(a, pos.EventPushed)
			c.tick(180 * time.Second)
			a = unclear(a)
			a.Notices = pos.DoesNotMatch
			c.tell(a, pos.EventCalledBack)
		}},
		{"open-given-back", nil, func(c *cashier) {
			c.day(12)
			c.press("<f3>", "<down>", "<enter>")
		}},
		{"open-clear-up", nil, func(c *cashier) {
			c.book.Put(unclear(c.row(49*60, 200, phoneB)))
			c.do(c.app.refresh())
			c.press("<f3>", "s")
		}},
		{"open-error", nil, func(c *cashier) {
			c.till.OnCharge = c.inTheWay(75 * time.Second)
			c.sell("1500", phoneA)
		}},
		{"may-pay-twice", nil, func(c *cashier) {
			c.till.OnCharge = c.inTheWay(75 * time.Second)
			c.sell("1500", phoneA)
			c.tick(80 * time.Second)
		}},
		{"ledger", nil, func(c *cashier) {
			c.day(42)
			c.press("<f2>", "<down>")
		}},
		{"ledger-ref", nil, func(c *cashier) {
			c.day(7)
			a := paid(c.row(2, 1250, phoneA), "SKN4T7W2QX")
			a.Reference, a.EndedAt = "MEZA 4", a.AskedAt.Add(19*time.Second)
			b := refused(c.row(4, 300, phoneB), "2001", "The initiator information is invalid.")
			b.Reference, b.EndedAt = "INV 2031", b.AskedAt.Add(25*time.Second)
			c.book.Put(b)
			c.book.Put(a)
			c.do(c.app.refresh())
			c.press("<f2>", "<down>")
		}},
		{"ledger-day", nil, func(c *cashier) {
			c.day(7)
			c.press("<f2>", "/", "22.11")
		}},
		{"ledger-empty", nil, func(c *cashier) { c.press("<f2>", "<left>") }},
		{"ledger-find", nil, func(c *cashier) {
			c.day(42)
			c.press("<f2>", "/", "601")
		}},
		{"month", nil, func(c *cashier) {
			c.month()
			c.press("<f2>", "0")
		}},
		{"month-before", nil, func(c *cashier) {
			c.month()
			c.press("<f2>", "m", "<left>", "<up>", "<up>")
		}},
		{"detail", nil, func(c *cashier) {
			c.day(12)
			c.press("<f2>", "<enter>", "<up>")
		}},
		{"detail-raw", nil, func(c *cashier) {
			c.day(12)
			c.press("<f2>", "<enter>", "r")
		}},
		{"open", nil, func(c *cashier) {
			c.day(42)
			for _, a := range c.book.Rows {
				if a.Open() {
					c.send(updateMsg(pos.Update{Attempt: a, NextCheck: c.now.Add(42 * time.Second)}))
				}
			}
			c.press("<f3>")
		}},
		{"open-code", nil, func(c *cashier) {
			c.day(12)
			c.press("<f3>", "c", "skn4")
		}},
		{"open-claim", nil, func(c *cashier) {
			c.day(12)
			c.press("<f3>", "c", "skn4t7w2qx", "<enter>")
		}},
		{"open-empty", nil, func(c *cashier) { c.press("<f3>") }},
		{"late", nil, func(c *cashier) {
			c.day(12)
			a := unclear(c.row(1, 450, phoneB))
			c.book.Put(a)
			c.press("<f2>")
			a = paid(a, "SKN7Q2ZX8M")
			a.Notices = pos.PaidLate
			c.tell(a, pos.EventCalledBack)
		}},
		{"trouble", nil, func(c *cashier) {
			c.day(12)
			c.till.HealthIs = pos.Health{Refusing: "rate_limited", Since: noon.Add(-12 * time.Minute)}
			c.app.cfg.Link, c.app.commands.link = nil, nil
			c.do(c.app.refresh())
		}},
		{"broken", nil, func(c *cashier) {
			c.till.HealthIs = pos.Health{Ledger: errors.New("disk full")}
			c.do(c.app.refresh())
		}},
		{"moved", nil, func(c *cashier) {
			c.till.HealthIs = pos.Health{Ledger: store.ErrMoved}
			c.do(c.app.refresh())
		}},
		{"clock", nil, func(c *cashier) {
			c.press("<f2>")
			c.till.HealthIs = pos.Health{Clock: &pos.ClockError{Says: time.Unix(0, 0), Last: c.now}}
			c.do(c.app.refresh())
		}},
		{"clock-doubt", nil, func(c *cashier) {
			c.till.HealthIs = pos.Health{Clock: &pos.ClockError{Says: c.now.AddDate(12, 0, 0), Last: c.now}}
			c.do(c.app.refresh())
		}},
		{"menu", nil, func(c *cashier) {
			c.day(12)
			c.press(".")
		}},
		{"menu-more", practice, func(c *cashier) {
			c.day(12)
			c.press("<f3>", ".", "<enter>")
		}},
		{"stop", nil, func(c *cashier) {
			c.day(12)
			c.tell(accepted(c.sell("1500", phoneA)), pos.EventPushed)
			c.press("-")
		}},
		{"help", practice, func(c *cashier) { c.press("?") }},
		{"practice", practice, func(c *cashier) {
			c.day(3)
			a := accepted(c.sell("450", phoneA))
			c.tell(a, pos.EventPushed)
			c.tick(3 * time.Second)
			c.send(promptsMsg{{Phone: a.Phone, Amount: a.Amount, Payee: "174379", Reference: "DUKA", Since: c.now}})
		}},
		{"open-differs", nil, func(c *cashier) {
			c.day(12)
			c.press("<f3>", "<down>", "<down>")
		}},
		{"detail-differs", nil, func(c *cashier) {
			c.day(12)
			c.press("<f2>", "<end>", "<up>", "<enter>")
		}},
		{"practice-phone", practice, func(c *cashier) {
			a := accepted(c.sell("450", phoneA))
			c.tell(a, pos.EventPushed)
			c.send(promptsMsg{{Phone: a.Phone, Amount: a.Amount, Payee: "174379", Reference: "DUKA", Since: c.now}})
			c.press("<f8>")
		}},
		{"practice-sms", practice, func(c *cashier) {
			a := accepted(c.sell("450", phoneA))
			c.tell(a, pos.EventPushed)
			c.send(smsMsg{Phone: a.Phone, Amount: a.Amount, Payee: "174379", Code: "SKN4T7W2QX", At: c.now})
			c.press("<f8>")
		}},
		{"practice-idle", practice, func(c *cashier) {}},
		{"quit", nil, func(c *cashier) {
			c.day(12)
			c.press("<ctrl+c>")
		}},
	}
}

// stage plays a scene.
func (s scene) stage(t *testing.T, change ...func(*session.Config)) *cashier {
	t.Helper()
	if s.config != nil {
		change = append([]func(*session.Config){s.config}, change...)
	}
	c := newCashier(t, change...)
	s.play(c)
	return c
}

// row is an attempt of n minutes ago.
func (c *cashier) row(n int, amount pos.Shillings, phone string) pos.Attempt {
	at := noon.Add(-time.Duration(n) * time.Minute)
	m, err := pos.ParseMSISDN(phone)
	if err != nil {
		c.t.Fatal(err)
	}
	return pos.Attempt{
		ID: pos.AttemptID("row-" + at.Format("20060102150405")), AskedAt: at, State: pos.Waiting, Events: 2, CheckoutRequestID: "ws_CO_1",
		Asked: pos.Asked{Sale: pos.SaleID(fmt.Sprint("sale-", n)), Phone: m, Amount: amount, Reachable: true},
	}
}

// day fills the ledger with a day of n payments, and the screens with it.
func (c *cashier) day(n int) {
	c.t.Helper()
	amounts := []pos.Shillings{1500, 250, 80, 12400, 450, 3000, 95, 600}
	for i := n; i > 0; i-- {
		phone := phoneA
		if i%3 == 0 {
			phone = phoneB
		}
		a := c.row(i*13, amounts[i%len(amounts)], phone)
		switch {
		case i == 5:
			a = unclear(a)
		case i == 11:
			a = unclear(a)
			a.Notices = pos.DoesNotMatch
		case i == 9:
			a = paid(a, "SKN2TW1CE9")
			a.Notices = pos.PaidTwice
		case i%7 == 3:
			a = refused(a, "1032", "Request Cancelled by user.")
		case i%7 == 6:
			a = refused(a, "1037", "DS timeout user cannot be reached.")
		default:
			a = paid(a, fmt.Sprintf("SKN%dP2M4XQ", i%10))
			if i%4 == 0 {
				a.Facts |= pos.QueryPaid
			}
		}
		c.book.Put(a)
	}
	newest := c.book.Rows[0]
	c.book.Evidence = map[pos.AttemptID][]pos.Event{}
	if n >= 11 {
		differs := c.book.Rows[10]
		c.book.Evidence[differs.ID] = wrongAmount(differs, 12_500, "SKN7P2M4XQ")
	}
	push := daraja.Explain("push", 200, []byte(`{"MerchantRequestID":"5998-46a7","CheckoutRequestID":"ws_CO_23112026141900123712345678","ResponseCode":"0","ResponseDescription":"Success. Request accepted for processing"}`))[0].Answer
	pending := daraja.Explain("query", 200, []byte(`{"ResponseCode":"0","MerchantRequestID":"5998-46a7","CheckoutRequestID":"ws_CO_23112026141900123712345678","ResultCode":"4999","ResultDesc":"The transaction is still under processing"}`))[0].Answer
	body := `{"Body":{"stkCallback":{"MerchantRequestID":"5998-46a7","CheckoutRequestID":"ws_CO_23112026141900123712345678","ResultCode":0,"ResultDesc":"The service request is processed successfully.","CallbackMetadata":{"Item":[{"Name":"Amount","Value":250.00},{"Name":"MpesaReceiptNumber","Value":"SKN1P2M4XQ"},{"Name":"TransactionDate","Value":20261123141908},{"Name":"PhoneNumber","Value":254712345678}]}}}}`
	back := daraja.Explain("callback", 0, []byte(body))[0].Answer
	asked := newest.Asked
	c.book.Evidence[newest.ID] = []pos.Event{
		{Attempt: newest.ID, Kind: pos.EventAsked, At: newest.AskedAt, Asked: &asked},
		{Attempt: newest.ID, Kind: pos.EventPushed, At: newest.AskedAt.Add(900 * time.Millisecond), Answer: &push},
		{Attempt: newest.ID, Kind: pos.EventQueried, At: newest.AskedAt.Add(15 * time.Second), Answer: &pending},
		{Attempt: newest.ID, Kind: pos.EventCalledBack, At: newest.AskedAt.Add(17 * time.Second), Answer: &back},
	}
	c.do(c.app.refresh())
}

// wrongAmount is the evidence of an attempt for which M-PESA reports another amount than was asked.
func wrongAmount(a pos.Attempt, reported int64, receipt string) []pos.Event {
	asked := a.Asked
	ids := daraja.Answer{MerchantRequestID: "m", CheckoutRequestID: "ws_CO_1"}
	push, back := ids, ids
	push.Endpoint, push.Verdict = daraja.EndpointPush, daraja.VerdictAccepted
	back.Endpoint, back.Verdict, back.ResultCode = daraja.EndpointCallback, daraja.VerdictPaid, "0"
	back.HasAmount, back.Amount, back.Receipt = true, reported, receipt
	return []pos.Event{
		{Attempt: a.ID, Kind: pos.EventAsked, At: a.AskedAt, Asked: &asked},
		{Attempt: a.ID, Kind: pos.EventPushed, At: a.AskedAt.Add(time.Second), Answer: &push},
		{Attempt: a.ID, Kind: pos.EventCalledBack, At: a.AskedAt.Add(9 * time.Second), Answer: &back},
	}
}

// month fills the ledger with two months of sales, and with what is open on two days of them.
func (c *cashier) month() {
	c.t.Helper()
	day := pos.DayOf(noon).Month().Add(-1).First().Start().Add(10 * time.Hour)
	for i := 0; day.Before(noon); i, day = i+1, day.AddDate(0, 0, 1) {
		if i%11 == 5 {
			continue // closed
		}
		for n := range 3 + i*7%9 {
			a := paid(c.row(0, pos.Shillings(900+(i*37+n*11)%60*450), phoneA), "SKN4T7W2QX")
			a.AskedAt = day.Add(time.Duration(n*47) * time.Minute)
			a.ID = pos.AttemptID("row-" + a.AskedAt.Format("20060102150405"))
			switch {
			case i == 45 && n == 0:
				a = unclear(a)
				a.State = pos.StillChecking
			case i == 49 && n == 1:
				a.Notices = pos.PaidTwice
			}
			c.book.Put(a)
		}
	}
	c.do(c.app.refresh())
}

// inTheWay is a till that refuses because of an earlier request, locked for so long yet.
func (c *cashier) inTheWay(locked time.Duration) func(pos.Request) (pos.Attempt, error) {
	earlier := unclear(c.row(0, 450, phoneA))
	earlier.ID, earlier.AskedAt = "earlier", c.now.Add(locked-pos.PhoneLock)
	return func(r pos.Request) (pos.Attempt, error) {
		e := &pos.OpenError{Earlier: earlier, Left: earlier.AskedAt.Add(pos.PhoneLock).Sub(c.now)}
		if r.MayPayTwice && !e.Locked() {
			return c.attempt(r), nil
		}
		return pos.Attempt{}, e
	}
}
