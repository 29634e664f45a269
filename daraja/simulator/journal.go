package simulator

import "time"

// kept is how many entries each list of the journal holds, and how many attempts queries can still
// find: the newest.
const kept = 100_000

// A Journal is what has happened in a simulator, oldest first, up to the newest 100,000 entries of
// each list. Times are in East Africa Time.
type Journal struct {
	Requests  []Request  `json:"requests"`
	Payments  []Payment  `json:"payments"`
	Callbacks []Callback `json:"callbacks"`
}

// A Request is one request to Daraja, of any path and method, listed before its answer leaves.
type Request struct {
	Time   time.Time `json:"time"` // of arrival
	Method string    `json:"method"`
	Path   string    `json:"path"`   // without what follows a question mark
	Status int       `json:"status"` // of the answer; 0 is a dropped connection
	Body   string    `json:"body"`   // as received; empty for token requests
}

// A Payment is money that a customer has paid, whatever Daraja then says of it.
type Payment struct {
	Time              time.Time `json:"time"`
	CheckoutRequestID string    `json:"checkout_request_id"`
	MerchantRequestID string    `json:"merchant_request_id"`
	Phone             string    `json:"phone"`  // 254 and nine digits
	Amount            int       `json:"amount"` // whole shillings
	Receipt           string    `json:"receipt"`
	ShortCode         string    `json:"-"` // that was paid; the request has it
}

// A Callback is one attempt to deliver a callback, listed when it is over.
type Callback struct {
	Time   time.Time `json:"time"` // of sending
	URL    string    `json:"url"`
	Status int       `json:"status"` // of the listener's answer; 0 is none
	Body   string    `json:"body"`   // as sent
}

// Journal returns a copy of the journal. Its lists are never nil.
func (s *Simulator) Journal() Journal {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Journal{
		Requests:  append([]Request{}, s.journal.Requests...),
		Payments:  append([]Payment{}, s.journal.Payments...),
		Callbacks: append([]Callback{}, s.journal.Callbacks...),
	}
}

func (j *Journal) request(r Request)   { j.Requests = keep(j.Requests, r) }
func (j *Journal) pay(p Payment)       { j.Payments = keep(j.Payments, p) }
func (j *Journal) callBack(c Callback) { j.Callbacks = keep(j.Callbacks, c) }

// keep appends an entry to a list and drops the oldest one from a full list.
func keep[T any](list []T, entry T) []T {
	if len(list) == kept {
		list = list[1:] // append moves the rest to a new array once this one is used up
	}
	return append(list, entry)
}
