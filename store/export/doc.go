// Package export writes what the ledger holds for other programs: rows of payments as CSV and as
// XLSX, with totals that are proved against the ledger's own.
//
//	Book ─► Day: one day as it was at one moment ─► Copy ─┬─► CSV   rows
//	              rows added up = the ledger's totals      └─► XLSX  a sheet of rows, a sheet of totals
//	                                                            │
//	                                        Create: a temporary name, synced, renamed
//
// # What a spreadsheet makes of text
//
// Every text that came from outside is free of control characters. In CSV, which knows no types, a
// text that a spreadsheet would take for a formula (it begins with = + - @, also in their wide
// forms or after blanks), or would change because it looks like a number or a date (0045, 1E5,
// 12-11), is preceded by an apostrophe. In XLSX such a text is a cell of text, and stays what it
// is. Phones are masked unless the owner asks for them, and are written so that they are never
// numbers.
//
// # Totals
//
// A day is read page by page while the till goes on selling, so a payment may change between two
// pages. The ledger's totals of the day are read before and after: where they differ, the day is
// read again; where they do not and the rows come to something else, the ledger contradicts itself,
// and [DisagreeError] says so. Nothing is exported then.
//
// Memory holds one day of attempts, whatever the length of the export.
package export
