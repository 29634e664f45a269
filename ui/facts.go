package ui

import (
	"cmp"
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"kaunta/pos"
	"kaunta/ui/session"
)

// What comes back to the app besides the facts of the session. Each says what has happened.
type (
	// updateMsg: the till said that something about an attempt has changed.
	updateMsg pos.Update

	// shopMsg: the shop's figures were read.
	shopMsg struct {
		day       pos.Day
		totals    pos.Totals
		shown     pos.Day // the day in the ledger's list, and its totals
		listed    pos.Totals
		month     session.Fact  // the month in the ledger, where one is shown
		recent    []pos.Attempt // of the day, newest first
		unsettled []pos.Attempt
		why       session.Whys
		health    pos.Health
		link      session.LinkHealth
		err       error
	}

	// promptsMsg: the customers' phones show this.
	promptsMsg []session.Prompt

	// smsMsg: the SMS that a customer got last.
	smsMsg session.SMS

	// actedMsg: a hand acted on a customer's phone, or could not.
	actedMsg struct{ err error }

	// tickMsg: the time has come that the screens were to be drawn again. A tick that was
	// superseded by an earlier one has another number.
	tickMsg int
)

// commands is where the commands are made: the till, the book and the phones, and the runner whose
// goroutines do the work.
type commands struct {
	till   session.Till
	book   session.Book
	phone  session.CustomerPhone
	link   func() session.LinkHealth
	runner *runner
}

// recentRows is how many of the latest attempts the side strip can show.
const recentRows = 12

// do carries out what the session wants done; nothing where that is nil.
func (d commands) do(e session.Effect) tea.Cmd {
	if e == nil {
		return nil
	}
	return d.runner.do(func(ctx context.Context) tea.Msg { return session.Do(ctx, d.till, d.book, e) })
}

func (d commands) shopCmd(day, shown pos.Day, month session.Effect, known session.Whys) tea.Cmd {
	return d.runner.do(func(ctx context.Context) tea.Msg {
		m := shopMsg{day: day, shown: shown, health: d.till.Health()}
		if d.link != nil {
			m.link = d.link()
		}
		var errs [4]error
		m.totals, errs[0] = d.book.Totals(day)
		if m.listed = m.totals; shown != day && shown != 0 {
			m.listed, errs[3] = d.book.Totals(shown)
		}
		if month != nil {
			m.month = session.Do(ctx, d.till, d.book, month)
		}
		m.recent, errs[1] = d.book.DayPage(day, "", recentRows)
		m.unsettled, errs[2] = d.book.Unsettled()
		m.why = known.Of(m.unsettled, d.book)
		m.err = cmp.Or(errs[:]...)
		return m
	})
}

func (d commands) actCmd(phone pos.MSISDN, action session.PhoneAction) tea.Cmd {
	return d.runner.do(func(context.Context) tea.Msg {
		return actedMsg{err: d.phone.Act(phone, action)}
	})
}

// bellCmd rings so many times, far enough apart to be heard as that many.
func (d commands) bellCmd(times int) tea.Cmd {
	const apart = 300 * time.Millisecond
	ring := tea.Raw("\a")
	if times < 2 {
		return ring
	}
	pause := d.runner.do(func(ctx context.Context) tea.Msg {
		sleep(ctx, apart)
		return nil
	})
	return tea.Sequence(ring, pause, ring)
}

func (d commands) tickCmd(number int, in time.Duration) tea.Cmd {
	return d.runner.do(func(ctx context.Context) tea.Msg {
		sleep(ctx, in)
		return tickMsg(number)
	})
}

// sleep waits for d, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
