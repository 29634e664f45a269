package pos

import (
	"fmt"
	"time"
)

// People read a date as day, month in letters and year, in East Africa Time: these are its forms.
// Programs get RFC 3339, and on the command line a day is written as [Day] writes it.

// Date is "23 November 2026".
func Date(t time.Time) string { return t.In(EAT).Format("2 January 2006") }

// WeekdayDate is "Monday 23 November 2026".
func WeekdayDate(t time.Time) string { return t.In(EAT).Format("Monday 2 January 2006") }

// DateTime is "23 November 2026 14:32:05".
func DateTime(t time.Time) string { return t.In(EAT).Format("2 January 2006 15:04:05") }

// MonthsShort are the months where there is little room.
var MonthsShort = [12]Text{
	{EN: "Jan", SW: "Jan"}, {EN: "Feb", SW: "Feb"}, {EN: "Mar", SW: "Mac"}, {EN: "Apr", SW: "Apr"}, {EN: "May", SW: "Mei"}, {EN: "Jun", SW: "Jun"},
	{EN: "Jul", SW: "Jul"}, {EN: "Aug", SW: "Ago"}, {EN: "Sep", SW: "Sep"}, {EN: "Oct", SW: "Okt"}, {EN: "Nov", SW: "Nov"}, {EN: "Dec", SW: "Des"},
}

// Moment is "23 Nov 14:32", for a sentence on a screen.
func Moment(t time.Time) Text {
	t = t.In(EAT)
	month := MonthsShort[t.Month()-1]
	say := func(m string) string { return fmt.Sprintf("%d %s %s", t.Day(), m, t.Format("15:04")) }
	return Text{EN: say(month.EN), SW: say(month.SW)}
}
