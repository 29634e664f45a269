package session

import (
	"strconv"
	"strings"
	"time"

	"kaunta/pos"
	"kaunta/ui/text"
)

// ParseDay reads a day as a number pad can type it, "23", "23.11", "23.11.26", "2311", and as
// people write it, "23 Nov", besides what pos.ParseDay takes; nothing is today. A day without its
// month or year is the last such day.
func ParseDay(s string, now time.Time) (pos.Day, bool) {
	s = strings.TrimSpace(s)
	if day, err := pos.ParseDay(s, now); err == nil {
		return day, true
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(".-/ ", r) })
	if len(parts) == 1 && len(s) > 2 && len(s)%2 == 0 && len(s) <= 8 { // 2311, 231126, 23112026
		parts = []string{s[:2], s[2:4]}
		if len(s) > 4 {
			parts = append(parts, s[4:])
		}
	}
	numbers := [3]int{}
	if len(parts) > 3 {
		return 0, false
	}
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if i == 1 && err != nil {
			n, err = monthNamed(p), nil
		}
		if err != nil || n < 1 {
			return 0, false
		}
		numbers[i] = n
	}
	t := now.In(pos.EAT)
	year, month, day := t.Year(), int(t.Month()), numbers[0]
	if len(parts) > 1 {
		month = numbers[1]
	}
	if len(parts) > 2 {
		if year = numbers[2]; year < 100 {
			year += 2000
		}
	}
	date := func() time.Time { return time.Date(year, time.Month(month), day, 0, 0, 0, 0, pos.EAT) }
	if date().After(t) {
		switch len(parts) {
		case 1:
			month--
		case 2:
			year--
		}
	}
	d := date()
	if d.Day() != day || month > 12 { // 31.11 is no day
		return 0, false
	}
	return pos.DayOf(d), true
}

// monthNamed is the month whose name in either language begins as name does, from three letters on;
// 0 where there is none.
func monthNamed(name string) int {
	name = strings.ToLower(name)
	if len(name) < 3 {
		return 0
	}
	for _, lang := range []text.Language{text.English, text.Kiswahili} {
		w := text.New(lang)
		for i, month := range w.Months {
			if strings.HasPrefix(strings.ToLower(month), name) || strings.EqualFold(w.Text(pos.MonthsShort[i]), name) {
				return i + 1
			}
		}
	}
	return 0
}

// SoughtDay is the day that a text to be found names so that it can be nothing else: with its
// month, or in words. Figures alone are an amount, or the end of a phone number or of a reference.
func SoughtDay(s string, now time.Time) (pos.Day, bool) {
	s = strings.TrimSpace(s)
	if s == "" || Only(s, Digits) == s {
		return 0, false
	}
	return ParseDay(s, now)
}
