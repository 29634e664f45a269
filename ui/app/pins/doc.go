// Package pins keeps what people's PINs are tried by, in a file of its own next to the
// configuration: never in a ledger, a backup or an export. Only setting and trying PINs may enter;
// who the people are, and after how many wrong PINs they are locked, stands in the ledger. A PIN of
// four to six digits can be tried out by anyone who has the file: it is guarded like the keys.
package pins
