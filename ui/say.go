package ui

import (
	"errors"
	"fmt"
	"time"

	"kaunta/pos"
)

// text is t in the language, fit for the terminal: M-PESA's own words may stand in it.
func (w *words) text(t pos.Text) string {
	if w.lang == Kiswahili && t.SW != "" {
		return printable(t.SW)
	}
	return printable(t.EN)
}

// err is what an error says to a cashier.
func (w *words) err(err error) string {
	var s interface{ Say() pos.Text }
	if errors.As(err, &s) {
		return w.text(s.Say())
	}
	return printable(err.Error())
}

// inWords is an error that the screens themselves have to say, in both languages.
func inWords(text func(*words) string) error {
	return &pos.LocalizedError{EN: text(newWords(English)), SW: text(newWords(Kiswahili))}
}

// dateShort is "Mon 23 Nov".
func (w *words) dateShort(t time.Time) string {
	t = t.In(pos.EAT)
	return fmt.Sprintf("%s %d %s", w.weekdaysShort[t.Weekday()], t.Day(), w.text(pos.MonthsShort[t.Month()-1]))
}

// dayMonth is "23 Nov", in six cells.
func (w *words) dayMonth(t time.Time) string {
	t = t.In(pos.EAT)
	return fmt.Sprintf("%2d %s", t.Day(), w.text(pos.MonthsShort[t.Month()-1]))
}

// dayMonthClock is "23 Nov 14:32".
func (w *words) dayMonthClock(t time.Time) string { return w.text(pos.Moment(t)) }

// dateLong is "Monday 23 November", with the year where it is not now's.
func (w *words) dateLong(t, now time.Time) string {
	t = t.In(pos.EAT)
	s := fmt.Sprintf("%s %d %s", w.weekdays[t.Weekday()], t.Day(), w.months[t.Month()-1])
	if t.Year() != now.In(pos.EAT).Year() {
		s += fmt.Sprintf(" %d", t.Year())
	}
	return s
}

// age is how long ago something was, roughly.
func (w *words) age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return w.now
	case d < time.Hour:
		return fmt.Sprintf(w.minutes, int(d/time.Minute))
	case d < 48*time.Hour:
		return fmt.Sprintf(w.hours, int(d/time.Hour))
	}
	return fmt.Sprintf(w.days, int(d/(24*time.Hour)))
}

// count is one for 1 and many, with its %d filled in, for every other number.
func count(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf(many, n)
}

// clock is a time of day, and span a length of time in minutes and seconds.
func clock(t time.Time) string   { return t.In(pos.EAT).Format("15:04") }
func seconds(t time.Time) string { return t.In(pos.EAT).Format("15:04:05") }

func span(d time.Duration) string {
	s := int((max(0, d) + time.Second/2) / time.Second)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
