package ui

import (
	"fmt"
	"strings"
	"time"

	"kaunta/pos"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// sale is the form of a new payment on the screen: the session's, and where the cursors are in its
// fields.
type sale struct {
	*session.Form
	fields [len(session.Longest)]field
}

func newSale(form *session.Form) sale {
	s := sale{Form: form}
	for f := range s.fields {
		s.fields[f] = newField(session.Longest[f])
	}
	return s
}

// follow takes the texts that the session has changed, with the cursor behind each.
func (s *sale) follow() {
	for f := range s.fields {
		if s.fields[f].String() != s.Text[f] {
			s.fields[f] = s.fields[f].with(s.Text[f])
		}
	}
}

// edit puts an edited field into the form.
func (s *sale) edit(f session.Field, edited field) {
	s.fields[f], s.Text[f] = edited, edited.String()
}

// errNumLock: the number pad sent arrows to a field that wants digits.
func errNumLock() error { return text.InBoth(func(w *text.Words) string { return w.NumLock }) }

// press answers a key. The request is not nil where the form is complete and the cashier asks for
// the payment.
func (s *sale) press(k key) *pos.Request {
	s.Wrong = nil
	if s.Focus != session.Reference {
		k = k.typed()
	}
	switch {
	case k.is("enter"):
		return s.Enter()
	case k.is("esc"):
		if _, offers := s.Offers(); offers {
			s.Withdraw()
		} else if s.Focus != session.Amount {
			s.Focus = s.Next(-1)
		}
		return nil
	case k.is("tab", "down"):
		s.Focus = s.Next(+1)
		return nil
	case k.is("shift+tab", "up"):
		s.Focus = s.Next(-1)
		return nil
	case k.is("insert", "begin", "pgup", "pgdown") && s.Focus != session.Reference:
		s.Wrong = errNumLock()
		return nil
	}
	at := s.Focus
	f := s.fields[at]
	if f.empty() && at != session.Reference && k.is("left", "right", "home", "end", "delete") {
		s.Wrong = errNumLock() // there is nothing to move in: these are digits
		return nil
	}
	if edited, ok := f.edit(k); ok {
		s.edit(at, edited)
		return nil
	}
	switch at {
	case session.Amount, session.Retype:
		f = typeAmount(f, k.text)
	case session.Phone:
		switch {
		case k.text == "-" && f.empty():
			s.Focus = s.Next(-1)
			return nil
		case k.text == "-": // the number pad's way to correct
			f = f.cut(max(0, f.cursor()-1), f.cursor())
		case k.text == ".":
			s.Focus = session.Reference
			return nil
		default:
			f = f.insert(session.Only(k.text, session.PhoneChars))
		}
	case session.Reference:
		f = f.insert(session.Only(k.text, session.ReferenceChars))
	}
	s.edit(at, f)
	return nil
}

// takes reports whether the field in front has a use for what the key types. A reference leaves out
// what it has not, as with a paste.
func (s sale) takes(k key) bool {
	switch s.Focus {
	case session.Phone:
		return session.Only(k.text, session.PhoneChars+"-.") == k.text
	case session.Reference:
		return true
	}
	return session.Only(k.text, session.AmountChars+"=") == k.text
}

// paste takes pasted text at the cursor.
func (s *sale) paste(pasted string) {
	at := s.Focus
	f := s.fields[at]
	cursor := s.Form.Paste(firstLine(pasted), f.cursor())
	s.fields[at] = f.with(s.Text[at]).to(cursor)
}

// burst is keys that come faster than a person types: of a scanner, of a terminal that pastes as if
// it typed, or what is left of a key that came in parts. As with a paste, a form takes them whole
// or not at all.
type burst struct {
	before session.Form
	last   time.Time
	keys   int
	bad    bool
}

// tooFast is the longest time between two keys of a burst. Nobody who looks for keys is faster, and
// a line of 9600 baud is.
const tooFast = 25 * time.Millisecond

// spoilt reports whether a key now would still belong to a burst that is taken in no part.
func (b burst) spoilt(now time.Time) bool { return b.bad && now.Sub(b.last) <= tooFast }

// press gives a key to the form.
func (b *burst) press(s *sale, k key, now time.Time) *pos.Request {
	if now.Sub(b.last) > tooFast {
		*b = burst{before: *s.Form}
	}
	b.last = now
	b.keys++
	b.bad = b.bad || !s.takes(k)
	if !b.bad || b.keys == 1 {
		request := s.press(k)
		if s.Form.Empty() {
			s.Form.Sale = "" // nothing is left of the sale that it went on with
		}
		return request
	}
	*s.Form = b.before
	s.Refuse()
	return nil
}

// typeAmount types into a sum. No sum has two operators in a row: − takes away another operator,
// and a second − what is before the first as well, for number pads without a Backspace; any other
// takes the place of the first. People write 450/= too: there alone = means something.
func typeAmount(f field, text string) field {
	before := ""
	if f.cursor() > 0 {
		before = string([]rune(f.String())[f.cursor()-1])
	}
	if text != "=" || before != "/" {
		text = session.Only(text, session.AmountChars)
	}
	if len(text) == 1 && strings.Contains("+-*/", text) && strings.Contains("+-*/", before) {
		switch {
		case before == "":
			return f // a sum begins with a number
		case text == "-" && before == "-":
			return f.cut(max(0, f.cursor()-2), f.cursor())
		case text == "-":
			return f.cut(f.cursor()-1, f.cursor())
		}
		f = f.cut(f.cursor()-1, f.cursor())
	}
	return f.insert(text)
}

// firstLine is the first line of what was pasted: some terminals send a line's end as a key would.
func firstLine(pasted string) string {
	pasted = strings.TrimSpace(pasted)
	if end := strings.IndexAny(pasted, "\r\n"); end >= 0 {
		pasted = pasted[:end]
	}
	return strings.TrimSpace(text.Printable(pasted))
}

// hints are the keys of the form; typing says that one of its fields is being typed.
func (s sale) hints(w *text.Words, typing bool) []hint {
	back := hint{"esc", w.KBack}
	if part, offers := s.Offers(); offers {
		return []hint{{"enter", fmt.Sprintf(w.KRounded, part.Whole)}, back}
	}
	switch {
	case !typing:
		list := []hint{{"enter", w.KNextField}, {"/", w.KFind}, {"f9", w.KLanguage}}
		if !s.Empty() || s.Sale != "" {
			list = append(list, hint{"+", w.KNext})
		}
		return list
	case s.Focus == session.Phone && s.Text[session.Phone] == "":
		return []hint{{"enter", w.KAsk}, {"-", w.KBack}, {".", w.KReference}}
	case s.Focus == session.Phone:
		return []hint{{"enter", w.KAsk}, {"-", w.KRubOut}, {".", w.KReference}, back}
	case s.Focus == session.Reference:
		return []hint{{"enter", w.KAsk}, {"tab", w.KNextField}, back, {"f2", w.KLedger}}
	}
	return []hint{{"enter", w.KNextField}, {"--", w.KRubOut}, back}
}
