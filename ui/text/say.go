package text

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"kaunta/pos"
)

// Text is t in the language, fit for the terminal: M-PESA's own words may stand in it.
func (w *Words) Text(t pos.Text) string { return Printable(In(w.Language, t)) }

// Err is what an error says to a cashier.
func (w *Words) Err(err error) string {
	var s interface{ Say() pos.Text }
	if errors.As(err, &s) {
		return w.Text(s.Say())
	}
	return Printable(err.Error())
}

// InBoth is an error that the screens themselves have to say, in both languages.
func InBoth(text func(*Words) string) error {
	return &pos.LocalizedError{EN: text(New(English)), SW: text(New(Kiswahili))}
}

// Printable makes text from outside fit for a terminal: printable characters only, white space as
// blanks.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == unicode.ReplacementChar, !unicode.IsPrint(r):
			return -1
		}
		return r
	}, s)
}

// Shown is a text from outside about a payment from the phone, as a person reads it: on one line,
// and without the number.
func Shown(phone pos.MSISDN, text string) string { return phone.MaskText(Printable(text)) }

// DateShort is "Mon 23 Nov".
func (w *Words) DateShort(t time.Time) string {
	t = t.In(pos.EAT)
	return fmt.Sprintf("%s %d %s", w.WeekdaysShort[t.Weekday()], t.Day(), w.Text(pos.MonthsShort[t.Month()-1]))
}

// DayMonth is "23 Nov", in six cells.
func (w *Words) DayMonth(t time.Time) string {
	t = t.In(pos.EAT)
	return fmt.Sprintf("%2d %s", t.Day(), w.Text(pos.MonthsShort[t.Month()-1]))
}

// DayMonthClock is "23 Nov 14:32".
func (w *Words) DayMonthClock(t time.Time) string { return w.Text(pos.Moment(t)) }

// DateLong is "Monday 23 November", with the year where it is not now's.
func (w *Words) DateLong(t, now time.Time) string {
	t = t.In(pos.EAT)
	s := fmt.Sprintf("%s %d %s", w.Weekdays[t.Weekday()], t.Day(), w.Months[t.Month()-1])
	if t.Year() != now.In(pos.EAT).Year() {
		s += fmt.Sprintf(" %d", t.Year())
	}
	return s
}

// Age is how long ago something was, roughly.
func (w *Words) Age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return w.Now
	case d < time.Hour:
		return fmt.Sprintf(w.Minutes, int(d/time.Minute))
	case d < 48*time.Hour:
		return fmt.Sprintf(w.Hours, int(d/time.Hour))
	}
	return fmt.Sprintf(w.Days, int(d/(24*time.Hour)))
}

// Count is one for 1 and many, with its %d filled in, for every other number.
func Count(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf(many, n)
}

// Clock is a time of day.
func Clock(t time.Time) string { return t.In(pos.EAT).Format("15:04") }

// Seconds is a time of day to the second.
func Seconds(t time.Time) string { return t.In(pos.EAT).Format("15:04:05") }

// At is the time of day of t, with the date where that is not now's, and to the second if it is to
// be exact.
func (w *Words) At(t, now time.Time, exact bool) string {
	switch {
	case pos.DayOf(t) != pos.DayOf(now):
		return w.DateShort(t) + " " + Clock(t)
	case exact:
		return Seconds(t)
	}
	return Clock(t)
}

// Span is a length of time in minutes and seconds.
func Span(d time.Duration) string {
	s := int((max(0, d) + time.Second/2) / time.Second)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// KES is an amount of money.
func KES(s pos.Shillings) string { return "KES " + s.String() }

// OrDash is s made fit for the terminal, and — for nothing.
func OrDash(s string) string {
	if s = Printable(s); s == "" {
		return "—"
	}
	return s
}
