package pos

import "kaunta/daraja"

// MaskID is one of Daraja's ids as it is shown next to a masked number: without the customer's
// number in it.
func (m MSISDN) MaskID(id string) string { return daraja.MaskID(m.hideIn(id)) }

// MaskText is a text that came from outside, such as a raw body, as it is shown next to a masked
// number: without the customer's number in any form, and without anybody else's.
func (m MSISDN) MaskText(text string) string { return daraja.MaskPhones(m.hideIn(text)) }

// hideIn hides m itself, wherever its nine digits stand in the text, in groups or not.
func (m MSISDN) hideIn(text string) string {
	if len(m) != 12 || m.Forgotten() {
		return text // of what is forgotten, the ledger has no more than the last three digits
	}
	national := string(m[3:])
	var out []byte
	kept := 0
	for i := range len(text) {
		if i < kept || text[i] != national[0] {
			continue
		}
		if end, middle := groupsOf(text[i:], national); end > 0 {
			out = append(out, text[kept:i+middle[0]]...)
			out = append(out, "•••"...)
			out = append(out, text[i+middle[1]:i+end]...)
			kept = i + end
		}
	}
	if kept == 0 {
		return text
	}
	return string(append(out, text[kept:]...))
}

// groupsOf reports where the nine digits end with which text begins, and where the three in their
// middle stand; 0 where it does not begin with them. A blank or a dash may stand between two
// digits.
func groupsOf(text, national string) (end int, middle [2]int) {
	n := 0
	for i := range len(text) {
		switch c := text[i]; {
		case c == national[n]:
			if n == 3 {
				middle[0] = i
			}
			if n == 5 {
				middle[1] = i + 1
			}
			if n++; n == len(national) {
				return i + 1, middle
			}
		case (c == ' ' || c == '-') && i+1 < len(text) && text[i+1] == national[n]:
		default:
			return 0, middle
		}
	}
	return 0, middle
}
