package plain

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"kaunta/pos"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// Run holds the conversation of a session until the cashier leaves or the input or ctx ends, none
// of which is an error; the till goes on.
func Run(ctx context.Context, cfg session.Config) error {
	cfg, err := cfg.Complete()
	if err != nil {
		return fmt.Errorf("plain till: %w", err)
	}
	// Before anything can happen, so that nothing is missed.
	updates := cfg.Till.Subscribe()
	working, end := context.WithCancel(ctx)
	facts := make(chan pos.Update)
	var relays sync.WaitGroup
	relays.Go(func() {
		for {
			u, err := updates.Next(working)
			if err != nil {
				return
			}
			select {
			case facts <- u:
			case <-working.Done():
				return
			}
		}
	})
	lines, leave := listen(working, cfg.Input)

	err = newConversation(ctx, cfg, ttyOf(cfg)).converse(working, lines, facts)

	end()
	updates.Close()
	relays.Wait()
	leave()
	if err != nil {
		return fmt.Errorf("plain till: nobody can read it any more: %w", err)
	}
	return nil
}

// conversation is the session as it is said and answered. It is used by one goroutine only.
type conversation struct {
	cfg   session.Config
	ctx   context.Context // of what is asked of the till; a charge is never cut in two
	out   *teller
	say   *text.Words
	plain *text.Plain

	session *session.Session
	codes   map[pos.AttemptID]bool // paid, and their receipt is to be told; the last of them
	lock    time.Time              // the end of the lock on what is in front; zero: there is none
	unlock  time.Time              // when to say that it has ended; zero: never
	speaks  time.Time              // when to say that the payment in front is still waiting; zero: never
	looks   time.Time              // when to look at the health
	trouble trouble                // what has been said of it

	paid pos.Attempt   // the last one that was paid in front
	open []pos.Attempt // what is to be settled, by number, as it was last said
	next func()        // says what comes after the rows of a list that were said; nil: nothing
	left bool          // the cashier has left
}

// newConversation is the conversation before its first word.
func newConversation(ctx context.Context, cfg session.Config, behind tty) *conversation {
	p := &conversation{
		cfg:     cfg,
		ctx:     ctx,
		out:     &teller{to: cfg.Output, tty: behind, ascii: cfg.OnlyASCII()},
		session: session.New(cfg),
		codes:   make(map[pos.AttemptID]bool),
	}
	p.speak(cfg.Language)
	return p
}

// speak takes a language.
func (p *conversation) speak(l text.Language) { p.say, p.plain = text.New(l), text.NewPlain(l) }

func (p *conversation) now() time.Time { return p.cfg.Now() }

// converse takes what comes, one after the other. It returns the error of an output that takes no
// more.
func (p *conversation) converse(ctx context.Context, lines <-chan string, facts <-chan pos.Update) error {
	p.begin()
	for p.out.err == nil && !p.left && ctx.Err() == nil {
		if ahead := len(lines) > 0; !ahead || !p.out.tty.typed { // the terminal has shown the answer before the question
			p.prompt()
		}
		alarm := time.NewTimer(p.due().Sub(p.now()))
		select {
		case line, more := <-lines:
			if p.left = !more; more {
				p.out.answered()
				p.take(line)
			}
		case u := <-facts:
			p.learn(u)
		case <-alarm.C:
			p.tick()
		case <-ctx.Done():
		}
		alarm.Stop()
	}
	if ctx.Err() != nil {
		p.out.asking = true // what ended it, as ^C, may stand in the line
	}
	p.farewell()
	return p.out.err
}

// begin says whose till this is, and what must be known before the first sale.
func (p *conversation) begin() {
	now := p.now()
	till := ""
	if p.cfg.ShortCode != "" {
		till = p.say.Till + " " + text.Printable(p.cfg.ShortCode)
	}
	p.out.line(text.Sentence([]string{p.cfg.Mode.Name(p.say), text.Printable(p.cfg.Shop), till, p.say.DateLong(now, now), text.Clock(now)}))
	p.out.line(p.plain.AskHelp)
	if len(p.cfg.Endings) > 0 {
		p.out.line(p.plain.Practice)
	}
	open, err := p.cfg.Book.Open()
	if err != nil {
		p.fails(p.say.LedgerUnread, err)
	}
	for _, a := range open {
		p.session.Follow(a)
	}
	if n := len(p.cfg.Resumed); n > 0 {
		p.news(2, text.Count(n, p.say.ResumedOne, p.say.ResumedMany))
		p.showOpen("")
	}
	p.do(session.ReadAgain{Attempts: p.cfg.Resumed}) // one may have ended before anybody listened
	p.render()
}

// mode is the word for a mode in which no money moves; empty where it does.
func (p *conversation) mode() string {
	if p.cfg.Mode == session.Live {
		return ""
	}
	return p.cfg.Mode.Name(p.say)
}

// news says what has happened, with the time, and rings the bell.
func (p *conversation) news(bells int, what string) {
	now := p.now()
	p.out.line(text.Seconds(now) + " " + what)
	p.out.ring(bells, now)
}

// fails says what could not be done, and why.
func (p *conversation) fails(what string, err error) { p.out.line(what + ": " + p.say.Err(err)) }

// due is when there is something to do although nothing comes.
func (p *conversation) due() time.Time {
	due := p.looks
	for _, t := range []time.Time{p.unlock, p.speaks, p.out.again} {
		if !t.IsZero() && t.Before(due) {
			due = t
		}
	}
	return due
}

// tick does what is due.
func (p *conversation) tick() {
	now := p.now()
	has := func(t *time.Time) bool {
		if t.IsZero() || now.Before(*t) {
			return false
		}
		*t = time.Time{}
		return true
	}
	if has(&p.out.again) {
		p.out.ring(1, now)
	}
	if has(&p.unlock) {
		p.tellUnlocked()
	}
	if has(&p.speaks) {
		p.tellProgress()
	}
	if has(&p.looks) {
		p.render()
	}
	p.settle()
}

// do carries out what the session wants done, and says what was heard meanwhile.
func (p *conversation) do(e session.Effect) session.Fact {
	f := session.Do(p.ctx, p.cfg.Till, p.cfg.Book, e)
	for _, h := range p.session.Take(f, p.now()) {
		p.tell(h)
	}
	return f
}

// learn takes an update.
func (p *conversation) learn(u pos.Update) {
	for _, h := range p.session.Learn(u, p.now()) {
		p.tell(h)
	}
	p.settle()
}

// settle goes on to the next sale where one is paid, and sets when to say that a lock ends.
func (p *conversation) settle() {
	now := p.now()
	if front := p.session.Front; front.Phase() == session.Done {
		p.paid = front.Attempt
		p.session.Act(session.Next, now)
	}
	if ends := p.session.Front.Unlock(); !ends.Equal(p.lock) {
		if p.lock, p.unlock = ends, ends; !now.Before(ends) {
			p.unlock = time.Time{}
		}
	}
}

// take answers a typed line: to the payment in front, as a command, or to the sale. One word alone
// is never taken for a reference if it is one of the till's: who types quit there does not want a
// customer to be asked.
func (p *conversation) take(line string) {
	line = trimmed(line)
	front, form := p.session.Front, p.session.Form
	reference := front == nil && form.Focus == session.Reference
	switch {
	case p.takeOffer(line):
	case !(reference && strings.Contains(line, " ")) && p.takeCommand(line):
	case front == nil:
		p.takeSale(line)
	default:
		p.out.line(p.plain.NotNow)
		if front.Phase() == session.UnderWay { // else the prompt says it
			p.out.line(p.choices())
		}
	}
	p.settle()
}

// prompt asks for what is needed next, unless that has been asked. While a payment is under way
// nothing is.
func (p *conversation) prompt() {
	if p.out.asking || p.out.err != nil {
		return
	}
	question := p.question()
	switch p.session.Front.Phase() {
	case session.Typing:
	case session.UnderWay:
		return
	default:
		question = p.choices()
	}
	if p.out.cut && p.out.tty.typed {
		question = p.plain.GoOn + " " + question // what was typed before still counts
	}
	p.out.ask(question)
}

// farewell names what is open: it goes on by itself, here or at the next start.
func (p *conversation) farewell() {
	open, err := p.cfg.Book.Open()
	switch {
	case err != nil:
		p.fails(p.say.LedgerUnread, err)
	case len(open) > 0:
		p.out.line(text.Count(len(open), p.say.QuitOne, p.say.QuitMany))
		for _, a := range open[:min(len(open), rowsAtOnce)] {
			p.out.line(p.row(a, pos.DayOf(p.now())))
		}
	}
	p.out.line(p.plain.Closed)
}

// trouble is what is not as it should be, as far as the cashier was told.
type trouble struct {
	refusing    bool
	says        string // of the ledger or the clock
	stopped     bool   // no new payment is taken
	unreachable bool
	unkept      bool
	replaced    int64
}

// render looks at the till's health, and says what has changed.
func (p *conversation) render() {
	const every = 10 * time.Second
	now := p.now()
	p.looks = now.Add(every)
	h := p.cfg.Till.Health()
	var link session.LinkHealth
	if p.cfg.Link != nil {
		link = p.cfg.Link()
	}
	wrong, about := h.Ledger, p.say.Ledger
	if wrong == nil && h.Clock != nil {
		wrong, about = h.Clock, p.say.Clock
	}
	says, stopped := "", wrong != nil && (h.Ledger != nil || h.Clock.Behind())
	if wrong != nil {
		says = text.Sentence([]string{about}, p.say.Err(wrong))
	}
	switch {
	case says != "" && says != p.trouble.says:
		p.news(2, says)
	case p.trouble.stopped && !stopped:
		p.news(1, p.plain.PaymentsBack)
	}
	p.trouble.says, p.trouble.stopped = says, stopped

	switch refusing := h.Refusing != ""; {
	case refusing == p.trouble.refusing:
	case !refusing:
		p.trouble.refusing = false
		p.news(1, p.plain.MpesaAnswers)
	case now.Sub(h.Since) >= every: // one answer without information is none
		p.trouble.refusing = true
		why := cmp.Or(p.say.Verdicts[string(h.Refusing)], string(h.Refusing)) + "."
		if h.Elsewhere {
			why = "" // it has been said
		}
		p.news(2, text.Sentence([]string{p.say.Refusal(h, link.Failing)}, why))
	}
	if link.MaintenanceFailed && !p.trouble.unkept {
		p.news(2, text.Sentence([]string{p.say.Unkept}))
	}
	p.trouble.unkept = link.MaintenanceFailed
	if link.Replaced > p.trouble.replaced {
		p.news(2, text.Sentence([]string{fmt.Sprintf(p.say.Replaced, link.Replaced)}, p.plain.Replaced))
	}
	p.trouble.replaced = link.Replaced
	if p.trouble.unreachable != !link.Reachable {
		p.trouble.unreachable = !link.Reachable
		if link.Reachable {
			p.news(1, p.plain.CallbacksBack)
		} else {
			p.news(2, p.plain.CallbacksLost)
		}
	}
}
