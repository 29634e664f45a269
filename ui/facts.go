package ui

import (
	"cmp"
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"kaunta/pos"
)

// The facts that come back to the app. Each says what has happened.
type (
	// updateMsg: the till said that something about an attempt has changed.
	updateMsg pos.Update

	// chargedMsg: the till took a request, or refused it.
	chargedMsg struct {
		attempt pos.Attempt
		err     error
	}

	// checkedMsg: the till said when it will ask M-PESA about an attempt.
	checkedMsg struct {
		id  pos.AttemptID
		at  time.Time
		err error
	}

	// resumedMsg: what was open when the till started was read again, as it is now: an end may have
	// come before the screens were there to hear of it.
	resumedMsg []pos.Attempt

	// typedMsg: the till recorded a typed receipt, or refused it.
	typedMsg struct {
		id    pos.AttemptID
		claim pos.Claim
		err   error
	}

	// byHandMsg: it was recorded that an attempt was settled by hand, or refused.
	byHandMsg struct {
		attempt pos.Attempt
		as      pos.EventKind
		err     error
	}

	// stoppedMsg: the till recorded that the cashier stopped waiting, or could not.
	stoppedMsg struct {
		id  pos.AttemptID
		err error
	}

	// shopMsg: the shop's figures were read.
	shopMsg struct {
		day       pos.Day
		totals    pos.Totals
		shown     pos.Day // the day in the ledger's list, and its totals
		listed    pos.Totals
		month     monthMsg      // the month in the ledger, where one is shown
		recent    []pos.Attempt // of the day, newest first
		unsettled []pos.Attempt
		whys      whys
		health    pos.Health
		link      LinkHealth
		err       error
	}

	// dayLoadedMsg: a page of a day was read.
	dayLoadedMsg struct {
		day    pos.Day
		before pos.AttemptID
		rows   []pos.Attempt
		totals pos.Totals
		err    error
	}

	// monthMsg: the days of a month were read; those without payments are not among them.
	monthMsg struct {
		month pos.Month
		days  []pos.DayTotals
		read  bool
		err   error
	}

	// foundMsg: the rows for a text were read.
	foundMsg struct {
		text string
		rows []pos.Attempt
		err  error
	}

	// eventsMsg: an attempt and its evidence were read.
	eventsMsg struct {
		attempt  pos.Attempt
		events   []pos.Event
		mismatch pos.Mismatch // where the attempt has one
		err      error
	}

	// promptsMsg: the customers' phones show this.
	promptsMsg []Prompt

	// actedMsg: a hand acted on a customer's phone, or could not.
	actedMsg struct{ err error }

	// tickMsg: the time has come that the screens were to be drawn again. A tick that was
	// superseded by an earlier one has another number.
	tickMsg int
)

// commands is where the commands are made: the till, the book and the phones, and the crew whose
// goroutines do the work.
type commands struct {
	till  Till
	book  Book
	phone CustomerPhone
	link  func() LinkHealth
	crew  *runner
}

// pageSize is how many rows of the ledger are read at once, and found at most.
const pageSize = 100

// recentRows is how many of the latest attempts the side strip can show.
const recentRows = 12

func (d commands) chargeCmd(r pos.Request) tea.Cmd {
	return d.crew.do(func(ctx context.Context) tea.Msg {
		// Leaving the screens must not cut a charge in two between disk and push.
		a, err := d.till.Charge(context.WithoutCancel(ctx), r)
		return chargedMsg{attempt: a, err: err}
	})
}

func (d commands) checkCmd(id pos.AttemptID) tea.Cmd {
	return d.crew.do(func(context.Context) tea.Msg {
		at, err := d.till.CheckNow(id)
		return checkedMsg{id: id, at: at, err: err}
	})
}

func (d commands) typeCmd(id pos.AttemptID, receipt string) tea.Cmd {
	return d.crew.do(func(ctx context.Context) tea.Msg {
		claim, err := d.till.TypeReceipt(context.WithoutCancel(ctx), id, receipt)
		return typedMsg{id: id, claim: claim, err: err}
	})
}

func (d commands) byHandCmd(a pos.Attempt, as pos.EventKind) tea.Cmd {
	return d.crew.do(func(ctx context.Context) tea.Msg {
		return byHandMsg{attempt: a, as: as, err: d.till.Resolve(context.WithoutCancel(ctx), a, as)}
	})
}

func (d commands) stopCmd(id pos.AttemptID) tea.Cmd {
	return d.crew.do(func(ctx context.Context) tea.Msg {
		return stoppedMsg{id: id, err: d.till.StopWaiting(context.WithoutCancel(ctx), id)}
	})
}

func (d commands) shopCmd(day, shown pos.Day, month pos.Month, known whys) tea.Cmd {
	return d.crew.do(func(context.Context) tea.Msg {
		m := shopMsg{day: day, shown: shown, health: d.till.Health()}
		if d.link != nil {
			m.link = d.link()
		}
		var errs [4]error
		m.totals, errs[0] = d.book.Totals(day)
		if m.listed = m.totals; shown != day && shown != 0 {
			m.listed, errs[3] = d.book.Totals(shown)
		}
		if month != 0 {
			m.month = d.month(month)
		}
		m.recent, errs[1] = d.book.DayPage(day, "", recentRows)
		m.unsettled, errs[2] = d.book.Unsettled()
		m.whys = known.of(m.unsettled, d.book)
		m.err = cmp.Or(errs[:]...)
		return m
	})
}

func (d commands) resumedCmd(resumed []pos.Attempt) tea.Cmd {
	return d.crew.do(func(context.Context) tea.Msg {
		var now resumedMsg
		for _, r := range resumed {
			if a, err := d.book.Attempt(r.ID); err == nil { // else the lists say what is wrong with the ledger
				now = append(now, a)
			}
		}
		return now
	})
}

func (d commands) dayCmd(day pos.Day, before pos.AttemptID) tea.Cmd {
	return d.crew.do(func(context.Context) tea.Msg {
		m := dayLoadedMsg{day: day, before: before}
		var errs [2]error
		m.rows, errs[0] = d.book.DayPage(day, before, pageSize)
		m.totals, errs[1] = d.book.Totals(day)
		m.err = cmp.Or(errs[:]...)
		return m
	})
}

func (d commands) monthCmd(month pos.Month) tea.Cmd {
	return d.crew.do(func(context.Context) tea.Msg { return d.month(month) })
}

func (d commands) month(month pos.Month) monthMsg {
	days, err := d.book.Days(month.First(), month.Last())
	return monthMsg{month: month, days: days, read: err == nil, err: err}
}

func (d commands) findCmd(text string) tea.Cmd {
	return d.crew.do(func(context.Context) tea.Msg {
		rows, err := d.book.Find(text, pageSize)
		return foundMsg{text: text, rows: rows, err: err}
	})
}

func (d commands) eventsCmd(id pos.AttemptID) tea.Cmd {
	return d.crew.do(func(context.Context) tea.Msg {
		a, err := d.book.Attempt(id)
		if err != nil {
			return eventsMsg{attempt: pos.Attempt{ID: id}, err: err}
		}
		m := eventsMsg{attempt: a}
		if m.events, m.err = d.book.Events(id); a.Notices.Has(pos.DoesNotMatch) {
			m.mismatch = mismatchOf(m.events, d.book)
		}
		return m
	})
}

func (d commands) actCmd(phone pos.MSISDN, action PhoneAction) tea.Cmd {
	return d.crew.do(func(context.Context) tea.Msg {
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
	pause := d.crew.do(func(ctx context.Context) tea.Msg {
		sleep(ctx, apart)
		return nil
	})
	return tea.Sequence(ring, pause, ring)
}

func (d commands) tickCmd(number int, in time.Duration) tea.Cmd {
	return d.crew.do(func(ctx context.Context) tea.Msg {
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
