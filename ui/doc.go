// Package ui is the till's screens: what a cashier sees and presses. It is the only package that
// draws, and it never changes the state of money (L7): it asks a [Till] for payments and a [Book]
// for what is in the ledger, and shows the facts that come back.
//
//	keys ──► app ──► the screen in front        sale · pay · ledger · detail · month · open · help · phone
//	          ▲  │
//	          │  └─► commands ──► Till.Charge, Book.DayPage …   (goroutines, never in Update or View)
//	          │            │
//	          └── facts ◄──┴── relay ◄── pos.Subscription       (chargedMsg, dayLoadedMsg, updateMsg)
//
// Only keys go to the screen in front; facts and sizes go to every screen, so that none of them is
// out of date when it is shown. A screen answers a key with its own next value and a wish (ask for
// payment, check now, …), and the app carries the wish out.
//
// A frame is exactly as wide and high as the window, whatever its size. [sizeOf] and [arrange],
// pure functions, say what there is room for; every line passes through [draw.Fit]. Package draw is
// the drawing kit: the colours for each kind of terminal, text that fits, large letters, tables.
// The sentences of the screens in English and Kiswahili are in [text.Words].
//
// Every key that a screen needs is on the number pad; [readKey] makes one key of all that terminals
// send for one. A key that comes at once after something has changed was meant for what stood there
// before: see [aside]. An amount that does not come out whole is rounded only by a second Enter,
// and what a person has settled by hand is noted only by one.
//
// [RunPlain] is the same till line by line, for screen readers and logs: the same form, facts and
// words, and no frames.
//
// The bell rings once for PAID and twice for everything a cashier must look at: NOT PAID, STILL
// CHECKING, and any notice. It is silent where the cashier's own key brought the change about.
package ui
