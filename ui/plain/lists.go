package plain

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kaunta/pos"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// A command can be typed wherever no text is asked for: its word in either language, or a key of
// the number pad, which means what it means on the screens.
type command struct {
	word pos.Text
	pad  string
	with pos.Text // what comes behind the word
	does pos.Text
	run  func(p *conversation, with string)
}

// commandTable are what can be typed besides the answers to a question.
func commandTable() []command {
	t := func(en, sw string) pos.Text { return pos.Text{EN: en, SW: sw} }
	return []command{
		{t("ledger", "daftari"), "", t("[day]", "[siku]"), t("a day's payments, newest first", "malipo ya siku, mapya kwanza"), (*conversation).showDay},
		{t("find", "tafuta"), "/", t("TEXT", "NENO"), t("an M-PESA code, the last digits of a phone, an amount or a Ref", "code ya M-PESA, tarakimu za mwisho za simu, kiasi au Ref"), (*conversation).showFound},
		{t("more", "zaidi"), "", t("", ""), t("the next of a list", "yanayofuata kwenye orodha"), (*conversation).showMore},
		{t("settle", "fuatilia"), "", t("", ""), t("what is to settle: not finished, does not match, refund due; by number", "ya kufuatilia: hayajaisha, hayalingani, ya kurudisha; kwa namba"), (*conversation).showOpen},
		{t("check", "uliza"), "", t("N", "N"), t("ask M-PESA about number N now", "uliza M-PESA sasa kuhusu namba N"), (*conversation).checkNumber},
		{t("code", "code"), "", t("[N] CODE", "[N] CODE"), t("note the M-PESA code from the customer's SMS, for number N or the last payment", "andika code ya M-PESA ya SMS ya mteja, ya namba N au ya malipo ya mwisho"), (*conversation).typeReceipt},
		{t("done", "tatua"), "", t("N [1|2]", "N [1|2]"), t("note that number N is refunded, or settled by hand; 1 two sales, 2 refunded", "andika kwamba namba N imerudishwa, au imetatuliwa; 1 mauzo mawili, 2 imerudishwa"), (*conversation).byHand},
		{t("today", "leo"), "", t("", ""), t("what today came to", "jumla ya leo"), (*conversation).showToday},
		{t("month", "mwezi"), "", t("[day]", "[siku]"), t("the month's days and their totals", "siku za mwezi na jumla zake"), (*conversation).showMonth},
		{t("phones", "simu"), "", t("", ""), t("what practice phones do", "simu za mazoezi hufanya nini"), (*conversation).showEndings},
		{t("lugha", "language"), "", t("", ""), t("Kiswahili", "English"), (*conversation).switchLanguage},
		{t("help", "msaada"), ".", t("", ""), t("this list", "orodha hii"), (*conversation).showHelp},
		{t("off", "zima"), "", t("", ""), t("switch Kaunta off; so does Ctrl-D", "zima Kaunta; Ctrl-D pia"), (*conversation).quit},
	}
}

// commands are those that this till has: only practice has practice phones.
func (p *conversation) commands() []command {
	return slices.DeleteFunc(commandTable(), func(c command) bool {
		return c.word.EN == "phones" && len(p.cfg.Endings) == 0
	})
}

// takeCommand runs the command that was typed; false where it was none. The number pad's keys are
// commands where an amount is asked for.
func (p *conversation) takeCommand(line string) bool {
	word, with, _ := strings.Cut(line, " ")
	if strings.EqualFold(line, "quit") || strings.EqualFold(line, "exit") {
		word = "off" // which other programs call so
	}
	empty := p.session.Front == nil && p.session.Form.Focus == session.Amount
	for _, c := range p.commands() {
		if text.IsWord(c.word, word) || empty && c.pad != "" && line == c.pad {
			c.run(p, strings.TrimSpace(with))
			return true
		}
	}
	if line == "?" {
		p.showHelp("")
		return true
	}
	return false
}

func (p *conversation) quit(string) { p.left = true }

func (p *conversation) switchLanguage(string) {
	was, other := p.say.Language, text.Kiswahili
	if was == text.Kiswahili {
		other = text.English
	}
	p.speak(other)
	p.out.line(text.New(was).KLanguage + ".")
}

func (p *conversation) showHelp(string) {
	p.out.line(p.choices())
	for _, c := range p.commands() {
		p.out.line(strings.Join(text.NonEmpty([]string{p.say.Text(c.word), p.say.Text(c.with)}), " ") + ": " + p.say.Text(c.does) + ".")
	}
	if p.out.tty.rings {
		p.out.line(p.plain.Bell)
	}
}

func (p *conversation) showEndings(string) {
	for _, e := range p.cfg.Endings {
		digits := e.Digits
		if digits == "" {
			digits = p.say.HelpElse
		}
		p.out.line(text.Printable(digits) + ": " + p.say.Text(e.Text) + ".")
	}
}

// rowsAtOnce is how many rows of a list are said at once.
const rowsAtOnce = 10

// row is one payment in a list of the day's. Its date is said where it is of another one.
func (p *conversation) row(a pos.Attempt, day pos.Day) string {
	word := p.say.State(a)
	if a.State == pos.NotPaid {
		title := p.say.Text(text.Title(a))
		if a.Cause.NotSent {
			title = p.say.NotSentTitle
		}
		if title != "" {
			word += " (" + title + ")"
		}
	}
	facts := p.facts(word, a, true)
	if a.Reference != "" {
		facts = append(facts, p.say.SaleOf+" "+text.Shown(a.Phone, a.Reference))
	}
	switch {
	case a.Owed():
		facts = append(facts, p.say.Owed)
	case a.Notices.Has(pos.Refunded):
		facts = append(facts, p.say.GivenBack)
	}
	for _, n := range p.say.NoticeWords(a.Notices) {
		if n != p.say.State(a) {
			facts = append(facts, strings.ToLower(n))
		}
	}
	when := text.Clock(a.AskedAt)
	if pos.DayOf(a.AskedAt) != day {
		when = strings.TrimSpace(p.say.DayMonth(a.AskedAt)) + " " + when
	}
	return when + " " + text.Sentence(facts)
}

// showRows says rows as far as one can listen; next says what comes after them, nil where nothing
// does.
func (p *conversation) showRows(rows []pos.Attempt, day pos.Day, next func()) {
	for _, a := range rows {
		p.out.line(p.row(a, day))
	}
	if p.next = next; next != nil {
		p.out.line(p.plain.More)
	}
}

func (p *conversation) showMore(string) {
	if p.next == nil {
		p.out.line(p.plain.NoMore)
		return
	}
	p.next()
}

// showDay says what a day came to, and its payments.
func (p *conversation) showDay(with string) {
	day, ok := session.ParseDay(with, p.now())
	if !ok {
		p.out.line(p.say.DateWrong)
		return
	}
	t, err := p.cfg.Book.Totals(day)
	if err != nil {
		p.fails(p.say.LedgerUnread, err)
		return
	}
	p.sum(p.say.DateLong(day.Start(), p.now()), t)
	p.showPage(day, "")
}

// showPage says the payments of a day that are older than before.
func (p *conversation) showPage(day pos.Day, before pos.AttemptID) {
	rows, err := p.cfg.Book.DayPage(day, before, rowsAtOnce+1)
	if err != nil { // rows are those that are not damaged
		p.fails(p.say.LedgerUnread, err)
	}
	switch {
	case len(rows) == 0 && err != nil:
	case len(rows) == 0 && before != "":
		p.showMore("")
	case len(rows) == 0:
		p.out.line(p.say.EmptyDay)
	case len(rows) > rowsAtOnce, err != nil:
		rows = rows[:min(len(rows), rowsAtOnce)]
		p.showRows(rows, day, func() { p.next = nil; p.showPage(day, rows[len(rows)-1].ID) })
	default:
		p.showRows(rows, day, nil)
	}
}

func (p *conversation) showFound(text string) {
	if text == "" {
		p.out.line(p.say.FindPrompt + ": " + p.say.FindDo)
		return
	}
	rows, err := p.cfg.Book.Find(text, session.PageSize)
	if err != nil {
		p.fails(p.say.LedgerUnread, err)
	}
	switch {
	case len(rows) == 0 && err != nil:
	case len(rows) == 0:
		p.out.line(p.say.FindEmpty)
	default:
		p.showFoundRows(rows)
	}
}

func (p *conversation) showFoundRows(rows []pos.Attempt) {
	today := pos.DayOf(p.now())
	if len(rows) <= rowsAtOnce {
		p.showRows(rows, today, nil)
		return
	}
	p.showRows(rows[:rowsAtOnce], today, func() { p.showFoundRows(rows[rowsAtOnce:]) })
}

// sum says what some days came to.
func (p *conversation) sum(what string, t pos.Totals) {
	p.out.line(text.Sentence([]string{what, p.mode()}, strings.Join(p.say.Totals(t), ", ")+"."))
}

func (p *conversation) showToday(string) {
	t, err := p.cfg.Book.Totals(pos.DayOf(p.now()))
	if err != nil {
		p.fails(p.say.LedgerUnread, err)
		return
	}
	p.sum(strings.ToUpper(p.say.Today), t)
}

// showMonth says what the month of a day came to, and each of its days on which anything was asked.
func (p *conversation) showMonth(with string) {
	now := p.now()
	in, ok := session.ParseDay(with, now)
	if !ok {
		p.out.line(p.say.DateWrong)
		return
	}
	month := in.Month()
	days, err := p.cfg.Book.Days(month.First(), month.Last())
	if err != nil {
		p.fails(p.say.LedgerUnread, err)
		return
	}
	var all pos.Totals
	for _, d := range days {
		all = all.Plus(d.Totals)
	}
	first := month.First().Start()
	p.sum(fmt.Sprintf("%s %d", p.say.Months[first.Month()-1], first.Year()), all)
	for _, d := range days {
		p.out.line(text.Sentence([]string{p.say.DateLong(d.Day.Start(), d.Day.Start())}, strings.Join(p.say.Totals(d.Totals), ", ")+"."))
	}
}

// showOpen says what is unsettled, each with its number.
func (p *conversation) showOpen(string) {
	unsettled, err := p.cfg.Book.Unsettled()
	if err != nil {
		p.fails(p.say.LedgerUnread, err)
		return
	}
	list := &p.session.Unsettled
	list.Read(unsettled, list.Why.Of(unsettled, p.cfg.Book))
	p.open = slices.Clone(list.Rows) // what a person settles is what that person has heard
	if len(list.Rows) == 0 {
		p.out.line(p.say.EmptyOpen)
	}
	now := p.now()
	for i, a := range list.Rows {
		s := fmt.Sprintf("%d. %s", i+1, p.row(a, pos.DayOf(now)))
		if next := list.Plan[a.ID]; a.Open() && next.After(now) {
			s = strings.TrimSuffix(s, ".") + "; " + fmt.Sprintf(p.plain.NextCheck, p.at(next)) + "."
		}
		if a.Notices.Has(pos.DoesNotMatch) || a.Doubtful() {
			s += " " + strings.Join(p.say.Why(a, list.Why[a.ID].Known, now), " ")
		}
		p.out.line(s)
	}
}

// numbered is the payment with a number in the list of open ones, and what comes behind the number;
// false where there is none, which the cashier is told.
func (p *conversation) numbered(with string) (a pos.Attempt, rest string, ok bool) {
	number, rest, _ := strings.Cut(with, " ")
	n, err := strconv.Atoi(number)
	switch {
	case number == "":
		p.out.line(p.plain.NoNumber)
	case err != nil || n < 1 || n > len(p.open):
		p.out.line(fmt.Sprintf(p.plain.NoSuchNumber, number))
	default:
		return p.open[n-1], strings.TrimSpace(rest), true
	}
	return pos.Attempt{}, "", false
}

func (p *conversation) checkNumber(with string) {
	if a, _, ok := p.numbered(with); ok {
		p.carryOut(p.session.Check(a))
	}
}

// typeReceipt notes a receipt number from a customer's SMS, which proves nothing (L8).
func (p *conversation) typeReceipt(with string) {
	a, code := p.paid, with
	first, _, _ := strings.Cut(with, " ")
	if _, notNumber := strconv.Atoi(first); notNumber == nil || first == "" || !a.WithoutReceipt() {
		var ok bool
		if a, code, ok = p.numbered(with); !ok {
			return
		}
	}
	typed := p.do(session.TypeReceipt{ID: a.ID, Code: code}).(session.ReceiptTyped)
	if typed.Err != nil {
		p.out.line(p.say.Err(typed.Err))
		return
	}
	p.out.line(p.say.Text(typed.Claim.Say()))
}

// byHand notes that what is owed back was given back, or that what has no end or does not match was
// cleared up: a person's word (L8).
func (p *conversation) byHand(with string) {
	a, how, ok := p.numbered(with)
	if !ok {
		return
	}
	answers := a.Answers()
	if len(answers) == 0 {
		p.out.line(p.say.Err(pos.ErrSettled))
		return
	}
	as := answers[0]
	if len(answers) > 1 {
		n, err := strconv.Atoi(how)
		if err != nil || n < 1 || n > len(answers) {
			p.out.line(fmt.Sprintf(p.plain.WhichAnswer, strings.Fields(with)[0]))
			return
		}
		as = answers[n-1]
	}
	if f := p.do(session.ResolveAs{Seen: a, As: as}).(session.Resolved); f.Err != nil {
		p.out.line(p.say.Err(f.Err))
		return
	}
	p.out.line(fmt.Sprintf(p.say.Noted(as), a.Amount))
}
