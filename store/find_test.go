package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kaunta/pos"
)

func TestFind(t *testing.T) {
	l := open(t, newPath(t), training)
	// Four attempts, so that most texts fit one of them and not the others.
	first, second, third, fourth := asked(1), asked(2), asked(3), asked(4)
	first.Asked.Phone, first.Asked.Amount, first.Asked.Reference = "254712345601", 1500, "Table 12"
	second.Asked.Phone, second.Asked.Amount, second.Asked.Reference = "254712345602", 450, "INV-7"
	third.Asked.Phone, third.Asked.Amount, third.Asked.Reference = "254708374149", 250_000, "table 1"
	fourth = again(second, 4)
	fourth.Asked.Reference = ""
	add(t, l, first, pushed(first), paid(first, "UKNAB12CD3"))
	add(t, l, second, pushed(second), cancelled(second))
	wrong := paid(third, "UKNZZ99XX1")
	wrong.Answer.Amount = 1
	add(t, l, third, pushed(third), wrong) // a receipt that does not match, and so is held by nobody
	add(t, l, fourth, pos.Event{Attempt: fourth.Attempt, Kind: pos.EventTyped, At: fourth.At, Typed: "uknTYPED11"})

	one, two, three, four := first.Attempt, second.Attempt, third.Attempt, fourth.Attempt
	type list = []pos.AttemptID
	for text, want := range map[string]list{
		"UKNAB12CD3":                        {one},
		" uknab12cd3 ":                      {one},
		"UKNAB":                             {one},
		"ukn":                               {four, three, one},
		"UKNZZ99XX1":                        {three},
		"UKNTYPED11":                        {four},
		"AB12CD3":                           {},
		string(one):                         {one},
		strings.ToLower(string(one)):        {one},
		string(second.Asked.Sale):           {four, two},
		checkoutOf(first):                   {one},
		strings.ToLower(checkoutOf(first)):  {},
		checkoutOf(first)[:20]:              {},
		"01":                                {one},
		"602":                               {four, two},
		"45602":                             {four, two},
		"0712345602":                        {four, two},
		"0712 345 602":                      {four, two},
		"+254 712 345 602":                  {four, two},
		"254712345602":                      {four, two},
		"712345602":                         {four, two},
		"0712345699":                        {},
		"254":                               {}, // digits, not the country's code
		"450":                               {four, two},
		"KES 450":                           {four, two},
		"Ksh. 450":                          {four, two},
		"450/=":                             {four, two},
		"\u2068KES\u00a0450.00\u2069":       {four, two},
		"450.00":                            {four, two},
		"1,500":                             {one},
		"kes 1 500":                         {one},
		"250,000":                           {three},
		"-450":                              {}, // no amount
		"45":                                {},
		"table 1":                           {three, one},
		"TABLE 12":                          {one},
		"inv":                               {two},
		"7":                                 {},
		"":                                  {},
		"   ":                               {},
		"99999999999999999999":              {},
		strings.Repeat("9", 100):            {},
		"\x00":                              {},
		"\xff\xff":                          {},
		strings.Repeat("\xff", longest+100): {},
	} {
		equal(t, fmt.Sprintf("Find(%q)", text), ids(must[[]pos.Attempt](t)(l.Find(text, 10))), want)
	}
	equal(t, "one row", ids(must[[]pos.Attempt](t)(l.Find("ukn", 1))), list{four})
	equal(t, "no rows", ids(must[[]pos.Attempt](t)(l.Find("ukn", 0))), list{})
}

// The newest come first although the index has them in the order of their phones, within a minute
// and over ten years, and whether or not the older numbers are forgotten.
func TestFindTheNewestOfMany(t *testing.T) {
	const years = 12 * 24 * 3600 // seconds from one to the next
	for _, apart := range []int{1, years} {
		l := open(t, newPath(t), training)
		var want, same []pos.AttemptID
		for n := range 300 {
			e := asked(n * apart)
			e.Asked.Phone = pos.MSISDN(fmt.Sprintf("2547%02d345678", (n*37)%100))
			e.Asked.Reference = fmt.Sprintf("R%02d", (n*53)%100)
			add(t, l, e, pushed(e), cancelled(e))
			want = append([]pos.AttemptID{e.Attempt}, want...)
			if e.Asked.Phone == "254737345678" {
				same = append([]pos.AttemptID{e.Attempt}, same...)
			}
		}
		compare := func(text string, want []pos.AttemptID) {
			for _, n := range []int{1, 7, 150, 300, 1000} {
				got := ids(must[[]pos.Attempt](t)(l.Find(text, n)))
				equal(t, fmt.Sprintf("Find(%q, %d)", text, n), got, want[:min(n, len(want))])
			}
		}
		compare("345678", want)
		compare("5678", want)
		must[int](t)(l.Forget(t.Context(), opening.Add(time.Duration(100*apart)*time.Second)))
		compare("78", want)
		compare("678", want)
		compare("345678", want[:200]) // of the others the last three digits are left
		compare("0737345678", same)   // and what the whole number is told by
		compare("r", want)
		verify(t, l)
	}
}

// Text from outside is indexed, whatever it is: an id as long as a web page must not stop the
// evidence from being kept.
func TestLongAndStrangeTexts(t *testing.T) {
	l := open(t, newPath(t), training)
	page := strings.Repeat("<html>", 10_000)
	for n, text := range []string{page, page + "2", "\x00", "\xff\xfe", "a\x00b"} {
		e := asked(n)
		e.Asked.Reference, e.Asked.Phone = text, pos.MSISDN(text)
		push, call := pushed(e), paid(e, text)
		push.Answer.CheckoutRequestID, call.Answer.CheckoutRequestID = text, text
		a := add(t, l, e, push, call, pos.Event{Attempt: e.Attempt, Kind: pos.EventTyped, At: e.At.Add(time.Hour), Typed: text})
		if read := attempt(t, l, e.Attempt); read != a || a.Events != 4 {
			t.Errorf("%.10q: %d events", text, a.Events)
		}
		found := must[[]pos.Attempt](t)(l.Find(text, 5))
		if len(found) == 0 {
			t.Errorf("%.10q is not found", text)
		}
	}
}
