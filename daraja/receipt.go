package daraja

import (
	"regexp"
	"time"
)

// eat is East Africa Time, which has no summer time.
var eat = time.FixedZone("EAT", 3*3600)

// receiptForm is tolerant by two characters either way: all 139 receipt numbers measured have ten,
// but no page of Safaricom's promises it.
var receiptForm = regexp.MustCompile(`^[A-Z0-9]{8,12}$`)

// ReceiptDate is the day that a receipt number was given out, midnight EAT, by its first three
// characters: a letter for the year (S is 2024, and after 26 years the letters begin again), A to L
// for the month, and 1 to 9 then A to V for the day. near is some time close to it, which decides
// between the letters' rounds. ok is false where the three do not make a day.
//
// 139 of 139 genuine receipts hold to this, and no page of Safaricom's mentions it: a reason to
// warn, never to refuse.
func ReceiptDate(receipt string, near time.Time) (day time.Time, ok bool) {
	if !receiptForm.MatchString(receipt) {
		return time.Time{}, false
	}
	y, m, d := int(receipt[0])-'A', int(receipt[1])-'A'+1, int(receipt[2])-'0'
	if d > 9 {
		d = int(receipt[2]) - 'A' + 10
	}
	if y < 0 || m < 1 || m > 12 {
		return time.Time{}, false
	}
	const round = 26
	year := 2006 + y                                  // A is 2006
	ahead := near.In(eat).Year() - year + round/2 - 1 // of two equally near, the past one
	if ahead < 0 {
		ahead -= round - 1 // division truncates towards zero; rounds are counted downwards
	}
	year += ahead / round * round
	day = time.Date(year, time.Month(m), d, 0, 0, 0, 0, eat)
	if day.Day() != d || d < 1 {
		return time.Time{}, false
	}
	return day, true
}
