// Package ui is the till's screens: the frames of one cashier's session, for Bubble Tea. What can
// be done in a session, and what there is to say, is of package session. The screens bind keys to
// its actions, draw it and carry its effects out; they never change the state of money (L7).
//
//	keys ────────────► app ──► the screen in front
//	                   │ ▲        sale · pay · ledger · detail · month · open · help · phone
//	pos.Subscription ──┤ │
//	                   ▼ │ heard
//	           session.Session ──► effects ──► commands   (goroutines, never in Update or View)
//	                   ▲                          │
//	                   └────────── facts ◄────────┘
//
// Only keys go to the screen in front; facts and sizes go to every screen, so that none of them is
// out of date when it is shown. What is the screens' own is how a session is looked at: cursors,
// rows that are chosen, scrolling, sizes, what moves, and which keys come too soon.
//
// A frame is exactly as wide and high as the window, whatever its size. [sizeOf] and [arrange],
// pure functions, say what there is room for; every line passes through [draw.Fit]. Package draw is
// the drawing kit: the colours for each kind of terminal, text that fits, large letters, tables.
// The row in front of a list is explained beside it in a wide window and below it in others, from
// the same facts as the payment's own screen ([text.Words.Facts]).
// The sentences of the screens in English and Kiswahili are in [text.Words].
//
// Every key that a screen needs is on the number pad; [readKey] makes one key of all that terminals
// send for one. A key means one thing on every screen, [keyTable]; the key line, the menu, the help
// and the tests are made of that table, and so is this:
//
//	enter      the next right thing, which the screen says first
//	- esc      back, one step: it stops nothing and drops nothing by itself
//	+          the next sale; the payment in front goes on, among what is to be settled
//	/          find: the ledger with its search
//	.          the menu, whose numbers never change
//	0–9        in the menu or a question that line; with a payment in front the next sale's amount
//	8 2 4 6    in lists, with 9 3 pages and 7 1 ends, and for days 5 today and 0 the month
//	. 0  ?     help
//	f1         the sale
//	. 1  f2    the ledger
//	. 2  f3    what is to be settled
//	. .  f4    the newest notice is seen
//	f8         the customer's phone, in practice
//	. 9  f9    the other language
//	c          type the code of the customer's SMS
//	s          settle by hand
//	d          the details of what is to be settled
//	m          the month
//	t          today
//	r          an answer as it came
//	ctrl-q     leave
//
// What has only a letter or a function key is in the menu too, behind Enter. A * means nothing yet.
// While something is typed, keys go into the field: figures are typed, in an amount + - * / are a
// sum's and a second - in a row rubs out, elsewhere - rubs out, a . behind the phone leads to the
// reference, Enter to the next field, and Esc to the one before. Function keys and ? mean there
// what they mean elsewhere.
//
// A key that comes at once after something has changed was meant for what stood there before: see
// [session.Debounce]. What decides about money or drops something is a question with numbers, or
// one that Enter and - answer. An amount that does not come out whole is rounded only by a second
// Enter, and what a person has settled by hand is noted only by one.
//
// The bell rings once for PAID and twice for everything a cashier must look at: NOT PAID, STILL
// CHECKING, and any notice. It is silent where the cashier's own key brought the change about.
package ui
