package pos

import (
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"kaunta/daraja"
)

// Gateway is the way to M-PESA; *daraja.Client is the real one. The Answer is complete whether or
// not there is an error.
type Gateway interface {
	STKPush(ctx context.Context, r daraja.PushRequest) (daraja.Answer, error)
	STKQuery(ctx context.Context, checkoutRequestID string) (daraja.Answer, error)
}

// Config is what a till cannot be without, and its settings.
type Config struct {
	Gateway Gateway
	Ledger  Ledger
	Day     DayLedger // of shifts and people; nil where the shop has none

	Name, Drawer string // of this till and its drawer, in a shop with several

	// CallBackURL makes the callback URL of an attempt from its secret address, and says whether a
	// callback sent there is expected to arrive.
	CallBackURL func(address string) (url string, reachable bool)

	// Reaches says whether a callback can still come by the URL that an earlier push carried: not
	// where the till's public address has changed since. It is called with the till locked, so it
	// must return at once and not call the till. nil: as it was when the push was sent.
	Reaches func(callBackURL string) bool

	// QueryEvery is the least time between two queries. Safaricom's sandbox allows one in 12 s.
	QueryEvery time.Duration

	// Clock is the machine's clock, by which everything is dated; nil: time.Now. It may be set,
	// forward and back: how long something takes, and whether a lock holds, is measured by
	// time.Now, whose monotonic reading nobody sets.
	Clock func() time.Time

	// ClockIsRight is a person's word that the clock is right, though the ledger has attempts that
	// are dated later.
	ClockIsRight bool

	MaxAmount    Shillings    // 0: MaxAmount
	ConfirmAbove Shillings    // PAID above this needs both witnesses; 0: never
	Logger       *slog.Logger // nil: silent

	// Jitter draws a time below max, by which the till waits longer after M-PESA refused a
	// query; nil: at random.
	Jitter func(max time.Duration) time.Duration
}

// Till takes payments. It owns its goroutines: Close waits for them. All methods may be called from
// any goroutine.
type Till struct {
	cfg Config
	log *slog.Logger

	// pushes ends when Close will wait no longer for a push's answer; queries ends at once.
	pushes, queries           context.Context
	cancelPushes, stopQueries context.CancelFunc
	work                      sync.WaitGroup
	wake                      chan struct{} // tells the query loop to look again

	resumed []Attempt // set by Start, never changed

	mu       sync.Mutex
	ids      io.Reader // monotonic within a millisecond
	holds    []*hold   // see hold
	closed   bool
	broken   error // the ledger takes no more writes
	noRoom   error // the disk had no room for the last event
	late     unwritten
	watched  map[AttemptID]*watch
	subs     map[*Subscription]struct{}
	health   Health
	rate     rate
	querying bool           // a query is on its way; there is only ever one
	quiet    chan struct{}  // closed when that one has ended
	wrong    map[MSISDN]int // wrong PINs in a row
}

// Start opens the till on its ledger: every attempt found open is resumed, and its checking begins
// at once.
func Start(ctx context.Context, cfg Config) (*Till, error) {
	if cfg.MaxAmount == 0 {
		cfg.MaxAmount = MaxAmount
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Jitter == nil {
		cfg.Jitter = rand.N[time.Duration]
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	t := &Till{
		cfg:     cfg,
		log:     cfg.Logger,
		ids:     ulid.Monotonic(crand.Reader, 0),
		wake:    make(chan struct{}, 1),
		watched: make(map[AttemptID]*watch),
		subs:    make(map[*Subscription]struct{}),
		wrong:   make(map[MSISDN]int),
		quiet:   make(chan struct{}),
		// The process before this one may have asked a moment ago.
		rate: rate{every: cfg.QueryEvery, free: time.Now().Add(cfg.QueryEvery)},
	}
	t.pushes, t.cancelPushes = context.WithCancel(context.Background())
	t.queries, t.stopQueries = context.WithCancel(context.Background())

	followed, err := cfg.Ledger.Followed()
	if errors.Is(err, ErrRefused) {
		// the others are, and the shop is open
		t.log.Error("an open attempt cannot be read, and is not followed", "err", err)
	} else if err != nil {
		return nil, fmt.Errorf("till: reading what was open: %w", err)
	}
	if followed, err = t.recordResumed(ctx, followed); err != nil {
		return nil, fmt.Errorf("till: resuming what was open: %w", err)
	}
	now := time.Now()
	for _, a := range followed {
		t.resume(a, now)
		if a.Open() {
			t.resumed = append(t.resumed, a)
		}
	}
	t.work.Go(t.run)
	return t, nil
}

// Resumed lists the attempts that were open when the till started, as they were then.
func (t *Till) Resumed() []Attempt { return t.resumed }

// Followed lists what the till still wants to know more of, oldest first: see [Ledger].
func (t *Till) Followed() ([]Attempt, error) { return t.cfg.Ledger.Followed() }

// Charge asks a customer for a payment. It returns as soon as the attempt is on disk (L1), in state
// Sending; the push, its answer and everything after come as updates, and go on whatever becomes of
// ctx.
//
// With a key that was used before (Request.Once) nothing is asked, and the attempt is that of the
// first request, as it now is.
//
// Errors: *AmountError, *daraja.PhoneError, *OpenError, *ClockError, *OnceError, ErrOnceKey,
// ErrSalePaid, ErrClosed, ErrNotFound for a sale that is not known, or the ledger's. Whatever the
// error, no push was sent.
func (t *Till) Charge(ctx context.Context, r Request) (Attempt, error) {
	switch {
	case r.Amount < MinAmount:
		return Attempt{}, &AmountError{Reason: AmountTooSmall}
	case r.Amount > t.cfg.MaxAmount:
		return Attempt{}, &AmountError{Reason: AmountTooBig, Max: t.cfg.MaxAmount}
	}
	phone, err := ParseMSISDN(string(r.Phone))
	if err != nil {
		return Attempt{}, err
	}
	r.Phone = phone

	h, err := t.hold(ctx, r)
	if err != nil {
		return Attempt{}, err
	}
	defer t.release(h)
	if a, err := t.askedBefore(r); !errors.Is(err, ErrNotFound) {
		return a, err
	}
	overrides, err := t.mayAsk(r)
	if err != nil {
		return Attempt{}, err
	}
	now := t.cfg.Clock()
	id := AttemptID(t.newID(now))
	if r.Sale == "" {
		r.Sale = SaleID(id) // a sale has the name of its first attempt
	}
	// The ledger keeps what the customer is shown.
	if r.Reference != "" {
		r.Reference = daraja.CleanReference(r.Reference, "")
	}
	if r.Description != "" {
		r.Description = daraja.CleanDescription(r.Description, "")
	}
	address := newAddress(now)
	url, reachable := t.cfg.CallBackURL(address)
	asked := Asked{
		Sale: r.Sale, Phone: r.Phone, Amount: r.Amount, Reference: r.Reference, Description: r.Description,
		Address: address, CallBackURL: url, Reachable: reachable,
		ConfirmBoth: reachable && t.cfg.ConfirmAbove > 0 && r.Amount > t.cfg.ConfirmAbove,
		Overrides:   overrides, Once: onceMark(r.Once), Rest: r.Rest, BuyGoods: r.BuyGoods,
	}
	if !t.begin() {
		return Attempt{}, ErrClosed
	}
	a, err := t.record(ctx, Event{Attempt: id, Kind: EventAsked, At: now, By: t.at(r.By), Asked: &asked})
	if err != nil {
		t.work.Done()
		return Attempt{}, err
	}
	go func() {
		defer t.work.Done()
		t.push(a)
	}()
	return a, nil
}

// wrongPIN is M-PESA's result code for it.
const wrongPIN = "2001"

// begin adds one to the till's work unless the till is closed, so that Close never misses a push,
// nor ends the subscriptions before they have heard of what a cashier's key put on the disk.
func (t *Till) begin() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return false
	}
	t.work.Add(1)
	return true
}

// mayAsk refuses a request that could make somebody pay twice. Of one that is allowed all the same,
// overrides is the latest attempt of another sale that this phone may yet pay.
func (t *Till) mayAsk(r Request) (overrides AttemptID, err error) {
	if r.Sale != "" {
		sale, err := t.cfg.Ledger.Sale(r.Sale)
		switch {
		case err != nil:
			return "", err
		case len(sale) == 0:
			return "", ErrNotFound
		case sale.Paid():
			return "", ErrSalePaid
		}
	}
	if err := t.ready(); err != nil {
		return "", err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.closed:
		return "", ErrClosed
	case t.broken != nil:
		return "", t.broken
	}
	now := time.Now()
	var followed []Attempt
	// of several, the one that holds the longest: what the cashier is told comes true
	var open *OpenError
	for _, w := range t.watched {
		a := w.attempt
		if a.Followed() && a.Phone == r.Phone && a.Sale != r.Sale {
			followed = append(followed, a)
		}
		if !a.Open() || a.Phone != r.Phone && a.Sale != r.Sale {
			continue
		}
		e := &OpenError{Earlier: a, Left: w.began.Add(PhoneLock).Sub(now)}
		if (e.Locked() || !r.MayPayTwice) && (open == nil || e.Left > open.Left) {
			open = e
		}
	}
	if open != nil {
		return "", open
	}
	return askedLast(followed), nil
}

// push sends the one push of an attempt (L2) and records what came of it.
func (t *Till) push(a Attempt) {
	answer := daraja.Answer{Endpoint: daraja.EndpointPush, Verdict: daraja.VerdictUnknown, NotSent: true, ErrorMessage: saleWasPaid}
	if !t.paidMeanwhile(a) {
		request := daraja.PushRequest{
			Amount: int64(a.Amount), Phone: string(a.Phone), CallBackURL: a.CallBackURL,
			AccountReference: a.Reference, TransactionDesc: a.Description,
		}
		if a.BuyGoods != "" {
			request.TransactionType, request.PartyB = daraja.CustomerBuyGoodsOnline, a.BuyGoods
		}
		answer, _ = t.cfg.Gateway.STKPush(t.pushes, request)
		t.hear(answer)
	}
	_, _ = t.record(context.Background(), Event{Attempt: a.ID, Kind: EventPushed, At: t.cfg.Clock(), Answer: &answer})
}

// saleWasPaid stands in ledgers as the reason of a push that was not sent: it is never reworded.
const saleWasPaid = "an earlier request has paid this sale"

// paidMeanwhile reports whether the sale that is asked for again was being written as paid while
// the till looked: the push is not sent then.
func (t *Till) paidMeanwhile(a Attempt) bool {
	if string(a.Sale) == string(a.ID) {
		return false
	}
	sale, err := t.cfg.Ledger.Sale(a.Sale)
	return err == nil && sale.Paid()
}

// Callback takes what came to a secret address. It returns nil once the evidence is on disk,
// ErrNotFound where no attempt has the address, and otherwise the ledger's error. After an
// ErrNoRoom the evidence is kept in memory: see unwritten.
func (t *Till) Callback(ctx context.Context, address string, body []byte) error {
	id, err := t.cfg.Ledger.ByAddress(address)
	if err != nil {
		return err
	}
	answer := daraja.ParseCallback(body)
	// The sender may hang up; what it brought is kept all the same.
	_, err = t.record(context.WithoutCancel(ctx), Event{Attempt: id, Kind: EventCalledBack, At: t.cfg.Clock(), Answer: &answer})
	return err
}

// StopWaiting records that the cashier no longer waits. The customer can still pay, so an attempt
// without an end becomes STILL CHECKING and is followed up in the background. Errors: ErrClosed,
// ErrNotFound, or the ledger's.
func (t *Till) StopWaiting(ctx context.Context, id AttemptID) error {
	if !t.begin() {
		return ErrClosed
	}
	defer t.work.Done()
	_, err := t.record(ctx, Event{Attempt: id, Kind: EventStopped, At: t.cfg.Clock()})
	return err
}

// Close takes no more payments, ends what can be ended and waits for the till's goroutines. Queries
// stop at once. A push that is on the wire is waited for until ctx ends, since its answer is worth
// having; then it counts as lost. What is open stays open, and the next start resumes it.
func (t *Till) Close(ctx context.Context) error {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	t.stopQueries()

	stop := context.AfterFunc(ctx, t.cancelPushes)
	t.work.Wait()
	stop()
	t.cancelPushes()
	t.writeAgain() // the last time

	t.mu.Lock()
	defer t.mu.Unlock()
	for s := range t.subs {
		s.end()
	}
	clear(t.subs)
	return nil
}

// record is the only way an event takes effect: disk first, then the watch list, then the
// subscribers.
func (t *Till) record(ctx context.Context, e Event) (Attempt, error) {
	a, changed, err := t.cfg.Ledger.Append(ctx, e)
	if err != nil {
		if !e.toldAtOnce(err) && !errors.Is(err, ErrNotFound) && ctx.Err() == nil {
			t.unrecorded(e, err)
		} // else nothing is lost: no push left, or nothing was to be written
		return a, err
	}
	var other Attempt
	if changed && a.Other != "" {
		other, _ = t.cfg.Ledger.Attempt(a.Other) // what this event changed there too
	}
	a = t.recorded(e, a, other, changed)
	t.log.Info("recorded", "attempt", a.ID, "event", e.Kind, "state", a.State)
	return a, nil
}

// recorded takes what is on disk into the watch list and tells the subscribers.
func (t *Till) recorded(e Event, a, other Attempt, changed bool) Attempt {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.noRoom = nil
	w := t.watched[a.ID]
	if w == nil {
		age := t.age(a)
		if e.Kind == EventAsked {
			age = 0
		}
		w = newWatch(a, age, time.Now())
		t.watched[a.ID] = w
	}
	ended := w.attempt.Open() && a.State.Final() // by this event: a second witness is no second try
	if a.Events >= w.attempt.Events {
		w.attempt = a // two records may finish in the other order: keep the later one
	}
	if ended {
		w.next, w.urgent = time.Time{}, false // who asked for a check has the answer
	}
	w.replan(e, time.Now())
	if ended {
		t.countPINs(a)
	}
	t.publish(Update{
		Attempt: w.attempt, Event: e.Kind, Changed: changed, WrongPINs: t.wrong[a.Phone],
		NextCheck: t.rate.earliest(w.next), Deadline: w.deadline,
	})
	if other.ID != "" {
		if ow := t.watched[other.ID]; ow != nil && other.Events >= ow.attempt.Events {
			ow.attempt = other
		}
		t.publish(Update{Attempt: other, Event: EventPossiblyTwice, Changed: true})
	}
	if w.idle() {
		delete(t.watched, a.ID)
	}
	t.poke()
	return w.attempt
}

// countPINs keeps count of a phone's wrong PINs in a row: M-PESA locks the PIN after a few. t.mu is
// held.
func (t *Till) countPINs(a Attempt) {
	if a.State == NotPaid && a.Cause.ResultCode == wrongPIN {
		t.wrong[a.Phone]++
	} else {
		delete(t.wrong, a.Phone)
	}
}

// publish hands u to every subscriber; t.mu is held.
func (t *Till) publish(u Update) {
	for s := range t.subs {
		s.put(u)
	}
}

func (t *Till) poke() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}
