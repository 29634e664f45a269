package store

import (
	"encoding/binary"
	"slices"

	bolt "go.etcd.io/bbolt"

	"kaunta/daraja"
	"kaunta/pos"
)

// Version 1 of the ledger kept each event in a record of its own, of fields, under the attempt's key and the event's number
// in its sale, beside the attempt that came of them and an index entry of whole ids for everything. What is read of it is the events.

// v1Events is version 1's bucket of events. Its bucket of attempts has the same name as today's, and its keys.
const v1Events bucket = "events"

// v1Buckets are those without which a ledger of version 1 is damaged.
func v1Buckets() []bucket { return []bucket{aboutBucket, attemptsBucket, v1Events, salesBucket} }

// v1Sale is one sale of a ledger of version 1: its attempts, and its events in the order they were written.
type v1Sale struct {
	attempts []key
	events   []pos.Event
}

// v1Read reads the sale of which the attempt k is the first. ok is false where another is.
func v1Read(tx *bolt.Tx, k key) (sale v1Sale, ok bool, err error) {
	first, err := v1EventsOf(tx, k)
	if err != nil {
		return sale, false, err
	}
	if len(first) == 0 || first[0].Asked == nil {
		return sale, false, damaged(v1Events, k[:], errShape)
	}
	s, ok := parseKey(first[0].Asked.Sale)
	if !ok {
		return sale, false, damaged(v1Events, k[:], errShape)
	}
	err = scan(tx, salesBucket, s[:], func(at, _ []byte) error {
		if len(at) != 2*idSize {
			return damaged(salesBucket, at, errShape)
		}
		sale.attempts = append(sale.attempts, key(at[idSize:]))
		return nil
	})
	if err != nil || len(sale.attempts) == 0 || sale.attempts[0] != k {
		if err == nil && !slices.Contains(sale.attempts, k) {
			err = damaged(salesBucket, saleKey(s, k), errMissing)
		}
		return sale, false, err
	}
	type numbered struct {
		seq uint32
		pos.Event
	}
	var all []numbered
	for _, attempt := range sale.attempts {
		err := scan(tx, v1Events, attempt[:], func(at, body []byte) error {
			e, err := v1Event(at, body)
			if err == nil {
				all = append(all, numbered{binary.BigEndian.Uint32(at[idSize:]), e})
			}
			return err
		})
		if err != nil {
			return sale, false, err
		}
	}
	slices.SortStableFunc(all, func(a, b numbered) int { return int(a.seq) - int(b.seq) })
	for _, e := range all {
		sale.events = append(sale.events, e.Event)
	}
	return sale, true, nil
}

// v1EventsOf reads the events of an attempt.
func v1EventsOf(tx *bolt.Tx, k key) (events []pos.Event, err error) {
	err = scan(tx, v1Events, k[:], func(at, body []byte) error {
		e, err := v1Event(at, body)
		events = append(events, e)
		return err
	})
	return events, err
}

// v1Event decodes the event with the key at.
func v1Event(at, body []byte) (pos.Event, error) {
	if len(at) != idSize+4 {
		return pos.Event{}, damaged(v1Events, at, errShape)
	}
	e := pos.Event{Attempt: key(at[:idSize]).attempt()}
	if err := decode(body, &e, eventFields); err != nil {
		return pos.Event{}, damaged(v1Events, at, err)
	}
	return e, nil
}

func askedFields(r *record, a *pos.Asked) {
	idField(r, 1, &a.Sale)
	textField(r, 2, &a.Phone)
	numberField(r, 3, &a.Amount)
	textField(r, 4, &a.Reference)
	textField(r, 5, &a.Description)
	textField(r, 6, &a.Address)
	textField(r, 7, &a.CallBackURL)
	flagField(r, 8, &a.Reachable)
	flagField(r, 9, &a.ConfirmBoth)
}

// eventFields leaves out the event's attempt, which begins its key.
func eventFields(r *record, e *pos.Event) {
	numberField(r, 1, &e.Kind)
	timeField(r, 2, &e.At)
	optionalField(r, 3, &e.Asked, askedFields)
	optionalField(r, 4, &e.Answer, answerFields)
	idField(r, 5, &e.UsedBy)
	textField(r, 6, &e.Typed)
}

func answerFields(r *record, a *daraja.Answer) {
	textField(r, 1, &a.Endpoint)
	textField(r, 2, &a.Verdict)
	flagField(r, 3, &a.NotSent)
	numberField(r, 4, &a.HTTPStatus)
	textField(r, 5, &a.ErrorCode)
	textField(r, 6, &a.ErrorMessage)
	textField(r, 7, &a.MerchantRequestID)
	textField(r, 8, &a.CheckoutRequestID)
	textField(r, 9, &a.ResultCode)
	textField(r, 10, &a.ResultDesc)
	textField(r, 11, &a.Receipt)
	numberField(r, 12, &a.Amount)
	flagField(r, 13, &a.HasAmount)
	textField(r, 14, &a.TransactionDate)
	blobField(r, 15, &a.Raw)
}
