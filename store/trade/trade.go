package trade

import (
	"container/heap"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/oklog/ulid/v2"

	"kaunta/daraja"
	"kaunta/pos"
)

// Options say what is to be made up.
type Options struct {
	Seed   uint64  // the same seed makes the same trade
	From   pos.Day // the first day
	Days   int
	PerDay int // payments asked for on an ordinary day; 0: 300

	// Customers are the phones that pay; none: they are drawn by lot.
	Customers []pos.MSISDN
}

// Fill calls add for every event of the trade, one after the other, in the order of their times,
// until add returns an error, which Fill returns.
func Fill(add func(pos.Event) error, o Options) error {
	if o.PerDay == 0 {
		o.PerDay = 300
	}
	s := &shop{
		Rand: rand.New(rand.NewPCG(o.Seed, 1)), add: add,
		perDay: o.PerDay, phones: o.Customers, serial: 1000,
	}
	for range 3 { // Daraja answers from several machines
		s.nodes = append(s.nodes, fmt.Sprintf("%04x-%04x-%04x-%012x", s.Uint32()&0xffff, s.Uint32()&0xffff, s.Uint32()&0xffff, s.Uint64()&0xffff_ffff_ffff))
	}
	for n := range o.Days {
		if err := s.day(o.From.Add(n)); err != nil {
			return err
		}
	}
	return s.until(time.Time{})
}

// shop is the trade so far.
type shop struct {
	*rand.Rand
	add     func(pos.Event) error
	perDay  int
	phones  []pos.MSISDN
	nodes   []string
	serial  uint64
	regular []pos.MSISDN
	later   pending // events that are still to come
	count   int
}

// rush is how busy each hour is, of those in which the shop is open, from seven in the morning.
var rush = []int{3, 5, 6, 7, 8, 12, 14, 10, 7, 7, 9, 12, 10, 5}

// day makes up a day.
func (s *shop) day(d pos.Day) error {
	n := s.perDay/2 + s.IntN(s.perDay+1)
	whole := 0
	for _, weight := range rush {
		whole += weight
	}
	opens := d.Start().Add(7 * time.Hour)
	for hour, weight := range rush {
		sales := n * weight / whole
		if s.IntN(whole) < n*weight%whole {
			sales++
		}
		for i := range sales { // evenly, with some chance: two never stand in the same moment
			slot := time.Hour / time.Duration(sales)
			at := opens.Add(time.Duration(hour)*time.Hour + time.Duration(i)*slot + time.Duration(s.Int64N(int64(slot))))
			if err := s.until(at); err != nil {
				return err
			}
			if err := s.sale(at); err != nil {
				return err
			}
		}
	}
	return nil
}

// until hands over what happens before the moment at, or all of it.
func (s *shop) until(at time.Time) error {
	for len(s.later) > 0 && (at.IsZero() || s.later[0].At.Before(at)) {
		e := heap.Pop(&s.later).(dated)
		if e.again != nil {
			if err := e.again(); err != nil {
				return err
			}
			continue
		}
		if err := s.add(e.Event); err != nil {
			return err
		}
	}
	return nil
}

// customer draws a phone number: half of the time one that has been here before.
func (s *shop) customer() pos.MSISDN {
	if len(s.regular) > 0 && s.IntN(2) == 0 {
		return s.regular[s.IntN(len(s.regular))]
	}
	if len(s.phones) > 0 {
		return s.phones[s.IntN(len(s.phones))]
	}
	phone := pos.MSISDN(fmt.Sprintf("2547%08d", s.IntN(1e8)))
	if s.IntN(8) == 0 {
		phone = pos.MSISDN(fmt.Sprintf("25411%07d", s.IntN(1e7)))
	}
	if s.IntN(4) == 0 {
		if s.regular = append(s.regular, phone); len(s.regular) > 40*s.perDay {
			s.regular = s.regular[1:]
		}
	}
	return phone
}

// price draws an amount: mostly small and round.
func (s *shop) price() pos.Shillings {
	switch s.IntN(10) {
	case 0, 1, 2, 3:
		return pos.Shillings(50 * (1 + s.IntN(20)))
	case 4, 5, 6, 7:
		return pos.Shillings(10 * (1 + s.IntN(150)))
	case 8:
		return pos.Shillings(1 + s.IntN(3000))
	default:
		return pos.Shillings(500 * (1 + s.IntN(40)))
	}
}

// reference draws what 15 in a hundred payments are asked with.
func (s *shop) reference() string {
	switch s.IntN(20) {
	case 0:
		return fmt.Sprintf("Table %d", 1+s.IntN(30))
	case 1:
		return fmt.Sprintf("INV-%05d", s.count)
	case 2:
		return fmt.Sprintf("Order %d", s.IntN(1000))
	}
	return ""
}

// sale asks for a payment and plans what comes of it.
func (s *shop) sale(at time.Time) error {
	return s.ask(at, pos.Asked{Phone: s.customer(), Amount: s.price(), Reference: s.reference(), Reachable: true}, 0)
}

// The ends of a payment that is not paid, by how often they come.
var refusals = []struct {
	weight      int
	code, words string
	after       time.Duration
}{
	{6, "1032", "Request Cancelled by user.", 12 * time.Second},
	{3, "2001", "The initiator information is invalid.", 15 * time.Second},
	{2, "1037", "DS timeout user cannot be reached.", 28 * time.Second},
	{2, "1", "The balance is insufficient for the transaction.", 11 * time.Second},
}

// ask makes one attempt; tries is how many the sale has had.
func (s *shop) ask(at time.Time, asked pos.Asked, tries int) error {
	s.count++
	at = at.Truncate(time.Microsecond)
	id := s.id(at)
	if asked.Sale == "" {
		asked.Sale = pos.SaleID(id)
	}
	asked.Address = s.address(at)
	asked.CallBackURL = "https://till.example/cb/" + asked.Address
	p := &payment{shop: s, id: id, asked: asked, pushed: at.Add(s.between(200*time.Millisecond, 2*time.Second))}
	p.merchant = fmt.Sprintf("%s%d", s.nodes[s.IntN(len(s.nodes))], s.nextSerial())
	p.checkout = fmt.Sprintf("ws_CO_%s%03d%s", p.pushed.In(pos.EAT).Format("02012006150405"), p.pushed.Nanosecond()/1e6, string(asked.Phone[3:]))
	if err := s.add(pos.Event{Attempt: id, Kind: pos.EventAsked, At: at, Asked: &asked}); err != nil {
		return err
	}
	s.at(p.accepted(p.pushed))

	switch chance := s.IntN(1000); {
	case chance < 870:
		p.pays(p.pushed.Add(s.between(4*time.Second, 14*time.Second)))
	case chance < 875: // the callback never comes: the query says it
		done := p.pushed.Add(s.between(4*time.Second, 14*time.Second))
		s.at(p.queried(at.Add(15*time.Second), "0", "The service request is processed successfully.", done))
	case chance < 880: // nobody knows for a while, and the callback comes very late
		s.at(pos.Event{Attempt: id, Kind: pos.EventGaveUp, At: at.Add(3 * time.Minute)})
		p.pays(p.pushed.Add(s.between(4*time.Minute, 40*time.Hour)))
	default:
		p.refused()
		if tries < 2 && s.IntN(3) > 0 {
			again := asked
			next := at.Add(s.between(2*time.Minute, 4*time.Minute))
			heap.Push(&s.later, dated{Event: pos.Event{At: next}, again: func() error { return s.ask(next, again, tries+1) }})
			if s.IntN(40) == 0 { // and the first is paid all the same, so that somebody may be owed
				p.pays(next.Add(s.between(time.Second, time.Minute)))
			}
		}
	}
	return nil
}

// payment is an attempt in M-PESA's eyes.
type payment struct {
	*shop
	id       pos.AttemptID
	asked    pos.Asked
	pushed   time.Time
	merchant string
	checkout string
}

func (p *payment) answer(kind pos.EventKind, at time.Time, a daraja.Answer, body string) pos.Event {
	a.MerchantRequestID, a.CheckoutRequestID, a.Raw = p.merchant, p.checkout, []byte(body)
	return pos.Event{Attempt: p.id, Kind: kind, At: at.Truncate(time.Microsecond), Answer: &a}
}

func (p *payment) accepted(at time.Time) pos.Event {
	return p.answer(pos.EventPushed, at, daraja.Answer{Endpoint: daraja.EndpointPush, Verdict: daraja.VerdictAccepted, HTTPStatus: 200},
		fmt.Sprintf(`{"MerchantRequestID":%q,"CheckoutRequestID":%q,"ResponseCode":"0","ResponseDescription":"Success. Request accepted for processing",`+
			`"CustomerMessage":"Success. Request accepted for processing"}`, p.merchant, p.checkout))
}

// queried is the answer of a query at the moment at, about a payment that ended at done.
func (p *payment) queried(at time.Time, code, words string, done time.Time) pos.Event {
	a := daraja.Answer{Endpoint: daraja.EndpointQuery, HTTPStatus: 200, ResultCode: code, ResultDesc: words}
	switch {
	case at.Before(done):
		a.Verdict, a.ResultCode, a.ResultDesc = daraja.VerdictPending, "4999", "The transaction is still under processing"
	case code == "0":
		a.Verdict = daraja.VerdictPaid
	default:
		a.Verdict = daraja.VerdictFailed
	}
	return p.answer(pos.EventQueried, at, a,
		fmt.Sprintf(`{"ResponseCode":"0","ResponseDescription":"The service request has been accepted successfully","MerchantRequestID":%q,`+
			`"CheckoutRequestID":%q,"ResultCode":%q,"ResultDesc":%q}`, p.merchant, p.checkout, a.ResultCode, a.ResultDesc))
}

// pays plans the callback of a payment at the moment done, and the query that asks for a second
// witness.
func (p *payment) pays(done time.Time) {
	const words = "The service request is processed successfully."
	receipt := p.receipt(done)
	date := done.In(pos.EAT).Format("20060102150405")
	e := p.answer(pos.EventCalledBack, done.Add(p.between(500*time.Millisecond, 2*time.Second)), daraja.Answer{
		Endpoint: daraja.EndpointCallback, Verdict: daraja.VerdictPaid, ResultCode: "0", ResultDesc: words,
		Receipt: receipt, Amount: int64(p.asked.Amount), HasAmount: true, TransactionDate: date,
	}, fmt.Sprintf(`{"Body":{"stkCallback":{"MerchantRequestID":%q,"CheckoutRequestID":%q,"ResultCode":0,"ResultDesc":%q,"CallbackMetadata":{"Item":[`+
		`{"Name":"Amount","Value":%d},{"Name":"MpesaReceiptNumber","Value":%q},{"Name":"Balance"},{"Name":"TransactionDate","Value":%s},{"Name":"PhoneNumber","Value":%s}]}}}}`,
		p.merchant, p.checkout, words, p.asked.Amount, receipt, date, string(p.asked.Phone)))
	p.at(e)
	if p.IntN(50) == 0 {
		e.At = e.At.Add(p.between(2*time.Second, time.Hour))
		p.at(e)
	}
	if query := p.pushed.Add(15 * time.Second); done.Before(p.pushed.Add(3 * time.Minute)) {
		p.at(p.queried(query, "0", words, done))
	}
}

// refused plans an end without a payment, with its callback and at times a query.
func (p *payment) refused() {
	weight := 0
	for _, r := range refusals {
		weight += r.weight
	}
	which := p.IntN(weight)
	for _, r := range refusals {
		if which -= r.weight; which >= 0 {
			continue
		}
		done := p.pushed.Add(r.after/2 + time.Duration(p.Int64N(int64(r.after))))
		if query := p.pushed.Add(15 * time.Second); query.Before(done) {
			p.at(p.queried(query, r.code, r.words, done))
		}
		p.at(p.answer(pos.EventCalledBack, done.Add(p.between(300*time.Millisecond, 2*time.Second)), daraja.Answer{
			Endpoint: daraja.EndpointCallback, Verdict: daraja.VerdictFailed, ResultCode: r.code, ResultDesc: r.words,
		}, fmt.Sprintf(`{"Body":{"stkCallback":{"MerchantRequestID":%q,"CheckoutRequestID":%q,"ResultCode":%s,"ResultDesc":%q}}}`,
			p.merchant, p.checkout, r.code, r.words)))
		return
	}
}

// at plans an event.
func (s *shop) at(e pos.Event) { heap.Push(&s.later, dated{Event: e}) }

func (s *shop) between(least, most time.Duration) time.Duration {
	return least + time.Duration(s.Int64N(int64(most-least)))
}

func (s *shop) nextSerial() uint64 { s.serial++; return s.serial }

// id makes the ULID of a moment.
func (s *shop) id(at time.Time) pos.AttemptID {
	var u ulid.ULID
	_ = u.SetTime(ulid.Timestamp(at)) // fails only after the year 10889
	binary.BigEndian.PutUint16(u[6:], uint16(s.Uint32()))
	binary.BigEndian.PutUint64(u[8:], s.Uint64())
	return pos.AttemptID(u.String())
}

// address draws a secret address, as the till does.
func (s *shop) address(at time.Time) string {
	var b [22]byte
	binary.BigEndian.PutUint64(b[:], ulid.Timestamp(at)<<16)
	binary.BigEndian.PutUint64(b[6:], s.Uint64())
	binary.BigEndian.PutUint64(b[14:], s.Uint64())
	return hex.EncodeToString(b[:])
}

const (
	alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

	// Receipts of a day end in seven characters: stepping through these numbers by a step that
	// shares no factor with their count meets each once before any again, and looks like chance.
	receiptSerials = 36 * 36 * 36 * 36 * 36 * 36 * 36
	receiptStep    = 30_517_578_125
)

// receipt makes a receipt number of the moment at: three characters for the day, and seven that no
// other has.
func (s *shop) receipt(at time.Time) string {
	at = at.In(pos.EAT)
	r := []byte{byte('A' + ((at.Year()-2006)%26+26)%26), byte('A' + at.Month() - 1), "0123456789ABCDEFGHIJKLMNOPQRSTUV"[at.Day()]}
	for rest, i := s.nextSerial()*receiptStep%receiptSerials, 0; i < 7; i++ {
		r = append(r, alphanumeric[rest%36])
		rest /= 36
	}
	return string(r)
}

// dated is something that is to happen: an event, or another try.
type dated struct {
	pos.Event
	again func() error
}

// pending is a heap by time.
type pending []dated

func (p pending) Len() int           { return len(p) }
func (p pending) Less(i, j int) bool { return p[i].At.Before(p[j].At) }
func (p pending) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }
func (p *pending) Push(x any)        { *p = append(*p, x.(dated)) }
func (p *pending) Pop() any {
	last := (*p)[len(*p)-1]
	*p = (*p)[:len(*p)-1]
	return last
}
