// Package plain is the till line by line, for screen readers, braille displays, logs and teletypes:
// the session, words and facts of the screens, and nothing but lines, each a whole statement. It
// writes no colour and moves no cursor, so that input and output may be pipes.
//
//	typed lines ──► listen ──┐
//	pos.Subscription ─ relay ┼──► conversation ──► teller ──► lines and prompts
//	the time ────────────────┘      │      ▲
//	                                ▼      └── heard
//	                         session.Session ──► session.Do ──► Till, Book
//
// One goroutine converses: it takes what comes in the order in which it comes, carries out what the
// session wants done, and prompts again when it has said what it has to say. So a line that is
// typed ahead is answered in its turn.
//
// What can be typed is in two tables: a word and a key of the number pad for each action that the
// session offers ([conversation.answerTo]), and the commands ([commandTable]).
package plain
