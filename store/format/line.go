package format

import (
	"bytes"
	"reflect"
	"strings"
	"time"

	"kaunta/daraja"
	"kaunta/pos"
)

// The names in a line, and the words of its kinds, are on disk: never change or reuse one, only
// add. A test fills every field, and sees that none is forgotten here.

// kinds are the kinds of event by their words.
var kinds = func() map[string]pos.EventKind {
	m := map[string]pos.EventKind{}
	for k := pos.EventAsked; k <= pos.EventPINsReset; k++ {
		m[k.String()] = k
	}
	return m
}()

// Known reports whether the word is that of a kind of event that this program knows.
func Known(kind string) bool { return kinds[kind] != 0 }

// field is a member of an object in a line, and the field of a struct in which it is kept.
type field struct {
	name    string
	index   int
	outside bool    // numbers are looked for in it, since it comes from outside
	within  []field // of an object
}

// fieldsOf finds the fields of a struct: "name Field", and "outside" where it is.
func fieldsOf[T any](list ...string) (fields []field) {
	for _, one := range list {
		words := strings.Fields(one)
		f, ok := reflect.TypeFor[T]().FieldByName(words[1])
		if !ok {
			panic("there is no field " + words[1])
		}
		fields = append(fields, field{name: words[0], index: f.Index[0], outside: len(words) > 2})
	}
	return fields
}

var askedFields = fieldsOf[pos.Asked](
	"sale Sale", "phone Phone outside", "amount Amount", "reference Reference outside", "description Description outside",
	"address Address", "url CallBackURL", "reachable Reachable", "both ConfirmBoth", "instead_of Overrides", "once Once",
	"rest Rest", "buy_goods BuyGoods",
)

var answerFields = fieldsOf[daraja.Answer](
	"endpoint Endpoint", "verdict Verdict", "not_sent NotSent", "status HTTPStatus", "error ErrorCode outside", "message ErrorMessage outside",
	"merchant MerchantRequestID outside", "checkout CheckoutRequestID outside", "customer CustomerMessage outside",
	"result ResultCode outside", "desc ResultDesc outside", "receipt Receipt outside", "has_amount HasAmount", "amount Amount",
	"date TransactionDate outside", "raw Raw outside",
)

var actorFields = fieldsOf[pos.Actor]("staff Staff", "approved Approved", "till Till", "drawer Drawer", "shift Shift")

var cashFields = fieldsOf[pos.Cash]("sale Sale", "amount Amount", "given Given", "reference Reference outside", "for For", "once Once")

var refundFields = fieldsOf[pos.Refund]("amount Amount", "tender Tender", "reason Reason outside")

var staffFields = fieldsOf[pos.StaffAct]("name Name outside", "role Role", "why Why")

var sumFields = fieldsOf[pos.Sum]("n Count", "kes KES")

var figuresFields = having(fieldsOf[pos.Figures](
	"mpesa MPesa", "paid_late PaidLate", "owed_back OwedBack", "still_checking Unclear", "does_not_match Unmatched",
	"cash Cash", "voided Voided", "refunds_cash GivenCash", "refunds_mpesa GivenMPesa", "refunds_other GivenOther",
	"in In", "out Out", "drops Drops", "no_sales NoSales", "float Float", "expected Expected",
), map[string][]field{"": sumFields})

var closeFields = having(fieldsOf[pos.Close]("z Z", "formula Formula", "figures Figures"), map[string][]field{"figures": figuresFields})

var shiftFields = having(fieldsOf[pos.ShiftAct](
	"amount Amount", "move Move", "reason Reason outside", "blind Blind", "close Close",
), map[string][]field{"close": closeFields})

var eventFields = having(fieldsOf[pos.Event](
	"kind Kind", "at At", "by By", "asked Asked", "answer Answer", "cash Cash", "refund Refund", "shift Shift", "staff Staff",
	"used_by UsedBy", "id_used_by IDUsedBy", "other Other", "typed Typed outside",
), map[string][]field{
	"by": actorFields, "asked": askedFields, "answer": answerFields, "cash": cashFields, "refund": refundFields,
	"shift": shiftFields, "staff": staffFields,
})

// having says of what the objects among the fields consist; "" is all others.
func having(fields []field, within map[string][]field) []field {
	for i, f := range fields {
		of, ok := within[f.name]
		if !ok {
			of = within[""]
		}
		fields[i].within = of
	}
	return fields
}

// object writes a struct. Fields with their zero value are left out.
func (w *writer) object(fields []field, from reflect.Value) {
	w.out = append(w.out, '{')
	for i := range fields {
		f := &fields[i]
		switch v := from.Field(f.index); {
		case f.name == "kind":
			w.text("kind", v.Interface().(pos.EventKind).String(), false)
		case f.name == "at":
			w.integer("at", microseconds(v.Interface().(time.Time)))
		case f.name == "sale" && v.String() == w.id: // which is what it is where it is left out
		case f.name != "sale" && v.IsZero():
		case v.Kind() == reflect.String:
			w.text(f.name, v.String(), f.outside)
		case v.Kind() == reflect.Slice:
			w.text(f.name, string(v.Bytes()), f.outside)
		case v.Kind() == reflect.Bool:
			w.name(f.name)
			w.out = append(w.out, "true"...)
		case v.Kind() == reflect.Pointer:
			w.name(f.name)
			w.object(f.within, v.Elem())
		case v.Kind() == reflect.Struct:
			w.name(f.name)
			w.object(f.within, v)
		default:
			w.integer(f.name, v.Int())
		}
	}
	w.out = append(w.out, '}')
}

// lineReader reads a line.
type lineReader struct {
	scanner
	id     string // the record's key
	table  []Entry
	bodies bool // raw bodies too
	newer  bool // its kind is one that this program does not know
}

// members reads the members of an object into the fields of a struct.
func (r *lineReader) members(fields []field, to reflect.Value) {
	next := 0 // where a search begins, since members mostly come in order
	r.object(func(name []byte) {
		plain, coded := bytes.CutSuffix(name, []byte(in64))
		for i := range fields {
			f := &fields[(next+i)%len(fields)]
			if f.name != string(plain) {
				continue
			}
			next += i + 1
			switch v := to.Field(f.index); {
			case v.Kind() == reflect.String:
				v.SetString(r.content(coded))
			case v.Kind() == reflect.Slice && !r.bodies:
				r.quoted()
			case v.Kind() == reflect.Slice:
				v.SetBytes([]byte(r.content(coded)))
			case coded: // of what is no text nothing is
				r.skip(0)
			case f.name == "kind":
				kind := r.quoted()
				v.Set(reflect.ValueOf(kinds[string(kind)]))
				r.newer = v.IsZero() && len(kind) > 0
			case f.name == "at":
				v.Set(reflect.ValueOf(moment(r.integer())))
			case v.Kind() == reflect.Bool:
				v.SetBool(r.flag())
			case v.Kind() == reflect.Pointer:
				v.Set(reflect.New(v.Type().Elem()))
				if sale := v.Elem().FieldByName("Sale"); sale.IsValid() {
					sale.SetString(r.id)
				}
				r.members(f.within, v.Elem())
			case v.Kind() == reflect.Struct:
				r.members(f.within, v)
			default:
				v.SetInt(r.integer())
			}
			return
		}
		r.skip(0)
	})
}

// event reads the line of an event.
func (r *lineReader) event(e *pos.Event) {
	e.Attempt = pos.AttemptID(r.id)
	r.members(eventFields, reflect.ValueOf(e).Elem())
	switch {
	case len(r.rest) > 0, e.Kind == 0 && !r.newer:
		r.fail(ErrShape)
	case r.newer:
		r.fail(ErrNewer)
	}
}

// content takes a text, which may be in base64.
func (r *lineReader) content(coded bool) string {
	quoted := r.quoted()
	if !coded {
		return unquote(quoted, r.table)
	}
	decoded, ok := decode64(quoted, r.table)
	if !ok {
		r.fail(ErrShape)
	}
	return decoded
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
