// Package logfile is the till's log: lines of text in a rotated file, with secrets and phone
// numbers hidden. The file, the masking and the logging of HTTP belong here; what is worth a line
// is decided by its callers.
//
//	slog.Logger ─► masker (mask.go): messages, attributes ─► text line ─► file (0600), rotated
//	    ▲
//	    ├── Wire       what Daraja is sent and answers
//	    └── Callbacks  what Safaricom calls back, and the answer
//
// # What never stands in it
//
// The secrets of the configuration, as they are, escaped or in base64; passwords, tokens and the
// Authorization header, no matter whose; the random part of a callback's address; the middle
// of a Kenyan mobile number, in any spelling and at the end of a CheckoutRequestID too. Masking is
// done on whole values, before they are quoted for the line, so that nobody who logs needs to think
// of it.
//
// # What happens to the file
//
// At 10 MiB the file is renamed to kaunta-TIME-size.log and a new one begun; five old ones are
// kept. Nothing here can stop a till: a file that cannot be opened is [Open]'s error, for its
// caller to tell once, and what cannot be written later is lost. Two tills may share a file. Each
// appends to it, but after a rotation the one may then write over lines of the other: give each a
// file of its own where they matter.
package logfile
