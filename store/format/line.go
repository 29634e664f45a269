package format

import (
	"strconv"
	"time"

	"kaunta/daraja"
	"kaunta/pos"
)

// The names in a line, and the words of its kinds, are on disk: never change or reuse one, only
// add. writeEvent and readEvent have to agree, which a test sees to that fills every field.

// kinds are the kinds of event by their words.
var kinds = func() map[string]pos.EventKind {
	m := map[string]pos.EventKind{}
	for k := pos.EventAsked; k <= pos.EventTwoSales; k++ {
		m[k.String()] = k
	}
	return m
}()

// Known reports whether the word is that of a kind of event that this program knows.
func Known(kind string) bool { return kinds[kind] != 0 }

// writeEvent is the line of an event of the record k.
func writeEvent(w *writer, k Key, e *pos.Event) {
	w.open("")
	w.word("kind", e.Kind.String())
	w.name("at")
	w.out = strconv.AppendInt(w.out, microseconds(e.At), 10)
	if a := e.Asked; a != nil {
		w.open("asked")
		if string(a.Sale) != k.String() {
			w.always("sale", string(a.Sale), nil)
		}
		w.text("phone", string(a.Phone))
		w.integer("amount", int64(a.Amount))
		w.text("reference", a.Reference)
		w.text("description", a.Description)
		w.word("address", a.Address)
		w.word("url", a.CallBackURL)
		w.flag("reachable", a.Reachable)
		w.flag("both", a.ConfirmBoth)
		w.word("instead_of", string(a.Overrides))
		w.word("once", a.Once)
		w.word("buy_goods", a.BuyGoods)
		w.close()
	}
	if a := e.Answer; a != nil {
		w.open("answer")
		w.word("endpoint", string(a.Endpoint))
		w.word("verdict", string(a.Verdict))
		w.flag("not_sent", a.NotSent)
		w.integer("status", int64(a.HTTPStatus))
		w.text("error", a.ErrorCode)
		w.text("message", a.ErrorMessage)
		w.text("merchant", a.MerchantRequestID)
		w.text("checkout", a.CheckoutRequestID)
		w.text("customer", a.CustomerMessage)
		w.text("result", a.ResultCode)
		w.text("desc", a.ResultDesc)
		w.text("receipt", a.Receipt)
		w.flag("has_amount", a.HasAmount)
		w.integer("amount", a.Amount)
		w.text("date", a.TransactionDate)
		if a.Raw != nil {
			raw := string(a.Raw)
			w.always("raw", raw, w.find(raw))
		}
		w.close()
	}
	w.word("used_by", string(e.UsedBy))
	w.word("id_used_by", string(e.IDUsedBy))
	w.word("other", string(e.Other))
	w.text("typed", e.Typed)
	w.close()
}

// lineReader reads a line.
type lineReader struct {
	scanner
	table  []Entry
	bodies bool // raw bodies too
}

// event reads the line of an event of the record k.
func (r *lineReader) event(k Key, e *pos.Event) {
	id := k.String()
	e.Attempt = pos.AttemptID(id)
	var kind []byte
	r.object(func(name []byte) {
		switch string(name) {
		case "kind":
			kind = r.quoted()
		case "at":
			e.At = moment(r.integer())
		case "asked":
			e.Asked = &pos.Asked{Sale: pos.SaleID(id)}
			r.asked(e.Asked)
		case "answer":
			e.Answer = new(daraja.Answer)
			r.answer(e.Answer)
		case "used_by", "used_by64":
			text(r, name, &e.UsedBy)
		case "id_used_by":
			text(r, name, &e.IDUsedBy)
		case "other", "other64":
			text(r, name, &e.Other)
		case "typed", "typed64":
			text(r, name, &e.Typed)
		default:
			r.skip(0)
		}
	})
	if e.Kind = kinds[string(kind)]; r.err == nil && e.Kind == 0 {
		if len(kind) == 0 {
			r.fail(ErrShape)
		} else {
			r.fail(ErrNewer)
		}
	}
	if len(r.rest) > 0 {
		r.fail(ErrShape)
	}
}

func (r *lineReader) asked(a *pos.Asked) {
	r.object(func(name []byte) {
		switch string(name) {
		case "sale", "sale64":
			text(r, name, &a.Sale)
		case "phone", "phone64":
			text(r, name, &a.Phone)
		case "amount":
			a.Amount = pos.Shillings(r.integer())
		case "reference", "reference64":
			text(r, name, &a.Reference)
		case "description", "description64":
			text(r, name, &a.Description)
		case "address", "address64":
			text(r, name, &a.Address)
		case "url", "url64":
			text(r, name, &a.CallBackURL)
		case "reachable":
			a.Reachable = r.flag()
		case "both":
			a.ConfirmBoth = r.flag()
		case "instead_of", "instead_of64":
			text(r, name, &a.Overrides)
		case "once", "once64":
			text(r, name, &a.Once)
		case "buy_goods", "buy_goods64":
			text(r, name, &a.BuyGoods)
		default:
			r.skip(0)
		}
	})
}

func (r *lineReader) answer(a *daraja.Answer) {
	r.object(func(name []byte) {
		switch string(name) {
		case "endpoint", "endpoint64":
			text(r, name, &a.Endpoint)
		case "verdict", "verdict64":
			text(r, name, &a.Verdict)
		case "not_sent":
			a.NotSent = r.flag()
		case "status":
			a.HTTPStatus = int(r.integer())
		case "error", "error64":
			text(r, name, &a.ErrorCode)
		case "message", "message64":
			text(r, name, &a.ErrorMessage)
		case "merchant", "merchant64":
			text(r, name, &a.MerchantRequestID)
		case "checkout", "checkout64":
			text(r, name, &a.CheckoutRequestID)
		case "customer", "customer64":
			text(r, name, &a.CustomerMessage)
		case "result", "result64":
			text(r, name, &a.ResultCode)
		case "desc", "desc64":
			text(r, name, &a.ResultDesc)
		case "receipt", "receipt64":
			text(r, name, &a.Receipt)
		case "has_amount":
			a.HasAmount = r.flag()
		case "amount":
			a.Amount = r.integer()
		case "date", "date64":
			text(r, name, &a.TransactionDate)
		case "raw", "raw64":
			if !r.bodies {
				r.quoted()
				return
			}
			var raw string
			text(r, name, &raw)
			a.Raw = []byte(raw)
		default:
			r.skip(0)
		}
	})
}

// text takes the text of a member, which is in base64 where its name says so.
func text[T ~string](r *lineReader, name []byte, p *T) {
	quoted := r.quoted()
	if n := len(name) - len(in64); n <= 0 || string(name[n:]) != in64 {
		*p = T(unquote(quoted, r.table))
		return
	}
	decoded, ok := decode64(quoted, r.table)
	if !ok {
		r.fail(ErrShape)
	}
	*p = T(decoded)
}

// Stored is e as it reads back from disk: its time in microseconds, in East Africa Time.
func Stored(e pos.Event) pos.Event {
	e.At = moment(microseconds(e.At))
	return e
}

func microseconds(t time.Time) int64 { return t.Unix()*1e6 + int64(t.Nanosecond()/1e3) }

func moment(micro int64) time.Time {
	sec := micro / 1e6
	if micro%1e6 < 0 {
		sec--
	}
	t := time.Unix(sec, (micro-sec*1e6)*1e3)
	if t.IsZero() {
		return time.Time{}
	}
	return t.In(pos.EAT)
}
