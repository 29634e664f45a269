package session

import (
	"strconv"
	"strings"
	"time"

	"kaunta/pos"
)

// ParseDay reads a day as a number pad can type it, "23", "23.11", "23.11.26", "2311", besides what
// pos.ParseDay takes; nothing is today. A day without its month or year is the last such day.
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
