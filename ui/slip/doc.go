// Package slip prints: it lays out the slip of a payment and the Z of a shift for a receipt
// printer, and sends them there. What a slip says is given to it; only layout, the printer's
// commands (ESC/POS) and the way to the printer may enter. It never keeps a sale waiting, and
// changes nothing that is known of money (L7).
//
//	Slip ──► Encode ──► one buffer ──► Printer.Send ──► a goroutine ──► device, host:9100 or file
package slip
