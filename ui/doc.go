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
// send for one. A key that comes at once after something has changed was meant for what stood there
// before: see [session.Debounce]. An amount that does not come out whole is rounded only by a
// second Enter, and what a person has settled by hand is noted only by one.
//
// The bell rings once for PAID and twice for everything a cashier must look at: NOT PAID, STILL
// CHECKING, and any notice. It is silent where the cashier's own key brought the change about.
package ui
