package daraja

import "regexp"

// grouped finds a mobile number that is written in groups: 0712 345 678, +254-712-345-678.
var grouped = regexp.MustCompile(`((?:\b0|254[ -]?)[17]\d\d[ -])\d{3}([ -]?\d{3}\b)`)

// digitRun is what may hold a mobile number.
var digitRun = regexp.MustCompile(`\d{9,}`)

// MaskPhones hides the middle of every Kenyan mobile number in a text that people read, such as a
// body from outside or a line of a log: "0712•••678".
func MaskPhones(s string) string {
	s = grouped.ReplaceAllString(s, "${1}•••${2}")
	return digitRun.ReplaceAllStringFunc(s, func(run string) string {
		switch run[:len(run)-9] {
		// "54" is what is left of the country code in 2.54712345678e+11.
		case "", "0", "254", "2540", "00254", "54":
			return maskEnd(run)
		}
		return maskIDEnd(run)
	})
}

// MaskID hides the customer's number in one of Daraja's ids. Other digits in it stay: an id without
// a number is a name to work with.
func MaskID(id string) string { return digitRun.ReplaceAllStringFunc(id, maskIDEnd) }

// shortestMoment is how many digits stand at least before the number in a CheckoutRequestID: its
// time, in which milliseconds are not filled up.
const shortestMoment = 14

func maskIDEnd(run string) string {
	if len(run) < shortestMoment+9 {
		return run
	}
	return maskEnd(run)
}

// maskEnd hides the middle of a mobile number at the end of a run of digits.
func maskEnd(run string) string {
	at := len(run) - 9
	if run[at] != '7' && run[at] != '1' {
		return run
	}
	return run[:at+3] + "•••" + run[at+6:]
}
