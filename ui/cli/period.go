package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"kaunta/pos"
)

// period is the flags that name a stretch of days. A day begins and ends at midnight in East
// Africa.
type period struct{ day, week, month, from, to string }

func (p *period) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&p.day, "day", "", "one day: 2026-11-23, today or yesterday (default today)")
	f.StringVar(&p.week, "week", "", "the week of a day, Monday to Sunday: 2026-11-23, this or last")
	f.StringVar(&p.month, "month", "", "a month: 2026-11, this or last")
	f.StringVar(&p.from, "from", "", "the first of several days")
	f.StringVar(&p.to, "to", "", "the last of several days, with --from (default today)")
}

// days is a stretch of days, and what to call it.
type days struct {
	first, last pos.Day
	name        string
}

// parse reads the flags; now is the present moment. The error is one of usage.
func (p *period) parse(now time.Time) (days, error) {
	named := 0
	for _, flag := range []string{p.day, p.week, p.month, p.from} {
		if flag != "" {
			named++
		}
	}
	switch {
	case named > 1:
		return days{}, usageError{errors.New("--day, --week, --month and --from name different days: use one of them")}
	case p.to != "" && p.from == "":
		return days{}, usageError{errors.New("--to needs --from: name the first day too")}
	case p.week != "":
		return parseWeek(p.week, now)
	case p.month != "":
		return parseMonth(p.month, now)
	case p.from != "":
		first, err := parseDay(p.from, now)
		last, errTo := parseDay(p.to, now)
		if err := errors.Join(err, errTo); err != nil {
			return days{}, err
		}
		if first > last {
			return days{}, usageError{fmt.Errorf("--from %v is after --to %v: exchange them", first, last)}
		}
		return days{first, last, pos.Date(first.Start()) + " to " + pos.Date(last.Start())}, nil
	}
	day, err := parseDay(p.day, now)
	return days{day, day, pos.WeekdayDate(day.Start())}, err
}

func parseDay(s string, now time.Time) (pos.Day, error) {
	d, err := pos.ParseDay(s, now)
	switch {
	case err != nil:
		return 0, usageError{err}
	case d < 1_01_01 || d > 9999_12_31: // midnight in East Africa can be in the year before
		return 0, usageError{fmt.Errorf("%q is not a day of any shop", s)}
	}
	return d, nil
}

func parseWeek(s string, now time.Time) (days, error) {
	back := 0
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "this":
		s = ""
	case "last":
		s, back = "", -7
	}
	day, err := parseDay(s, now)
	if err != nil {
		return days{}, err
	}
	first := day.Add(back - (int(day.Start().Weekday())+6)%7)
	return days{first, first.Add(6), "the week of " + pos.WeekdayDate(first.Start())}, nil
}

func parseMonth(s string, now time.Time) (days, error) {
	month := pos.DayOf(now).Month()
	switch s = strings.ToLower(strings.TrimSpace(s)); s {
	case "this":
	case "last":
		month = month.Add(-1)
	default:
		t, err := time.ParseInLocation("2006-01", s, pos.EAT)
		if err != nil {
			return days{}, usageError{fmt.Errorf("%q is not a month: write it as 2026-11, this or last", s)}
		}
		month = pos.DayOf(t).Month()
	}
	return days{month.First(), month.Last(), month.First().Start().Format("January 2006")}, nil
}
