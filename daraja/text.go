package daraja

import (
	"bytes"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"unicode"
)

// Text is one sentence for a person, in both languages of the till.
type Text struct {
	EN string
	SW string
}

const (
	maxID   = 64  // a CheckoutRequestID, by Safaricom's page
	maxText = 200 // a ResultDesc or an errorMessage; the longest measured has 131
	maxCode = 64  // an errorcode of the gateway; the longest measured has 43
)

// printable makes text from outside fit for a screen, a log and a spreadsheet: valid UTF-8, no
// control characters of either range, no bidirectional or other invisible ones, white space as
// single blanks, at most limit characters.
func printable(s string, limit int) string {
	var b strings.Builder
	b.Grow(min(len(s), limit))
	n, blank := 0, false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			blank = true
			continue
		case !unicode.IsPrint(r):
			continue
		}
		if blank && n > 0 {
			if n++; n >= limit {
				break
			}
			b.WriteByte(' ')
		}
		blank = false
		if n++; n > limit {
			break
		}
		b.WriteRune(r)
	}
	return b.String()
}

// bracketed is the prefix that Daraja's older parts put before a message:
// "[MpesaCB - ]", "[STK_CB - ]", "[MerchantValidate] - ".
var bracketed = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\s*\[[^\[\]]{1,40}\]\s*(?:-\s+)?`)
})

// message is s as it is shown: printable, without its bracketed prefix and without a token.
func message(s string) string {
	if strings.Contains(s, "[") {
		s = bracketed().ReplaceAllString(s, "")
	}
	return printable(redactToken(s), maxText)
}

// kelvin is the sign that regular expressions without case take for a k.
const kelvin = "\u212a"

// mentionsToken reports whether body can hold the word "token", in capital or small letters.
func mentionsToken(body []byte) bool {
	const rest = "oken"
	if bytes.Contains(body, []byte(kelvin)) {
		return true
	}
	for {
		i := bytes.IndexAny(body, "tT")
		if i < 0 || len(body)-i <= len(rest) {
			return false
		}
		body = body[i+1:]
		if bytes.EqualFold(body[:len(rest)], []byte(rest)) {
			return true
		}
	}
}

// repeatedToken finds an access token that was repeated in an error message, as 401.002.01 does
// ("Invalid Access Token - " and the token). Tokens have 28 characters today.
var repeatedToken = regexp.MustCompile(`(?i)(token[^0-9a-z]{1,6})[0-9a-z._~+/-]{16,}=*`)

func redactToken(s string) string {
	if !mentionsToken([]byte(s)) {
		return s // nearly always: the search proper is slow
	}
	return repeatedToken.ReplaceAllString(s, "${1}"+hidden)
}

// validID reports whether s can be one of Daraja's ids: printable ASCII, at most 64 characters, no
// blank at an end. A whole HTML page has been seen in an id's place.
func validID(s string) bool {
	if s == "" || len(s) > maxID || s != strings.TrimSpace(s) {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

// The lengths that Safaricom's page gives for the two texts of a push.
const (
	maxReference   = 12
	maxDescription = 13
)

// CleanReference makes an AccountReference of s: at most 12 characters, of A–Z, a–z, 0–9, blank and
// '-'. It is shown in the customer's prompt. Where nothing is left of s, or a word that Safaricom
// refuses, it is made of fallback, and failing that it is "Payment": never empty.
func CleanReference(s, fallback string) string { return clean(maxReference, s, fallback) }

// CleanDescription makes a TransactionDesc of s as [CleanReference] makes a reference, with at most
// 13 characters. Safaricom's page calls the field optional, but a push without it is refused as
// "Invalid Remarks" (measured).
func CleanDescription(s, fallback string) string { return clean(maxDescription, s, fallback) }

func clean(limit int, candidates ...string) string {
	for _, s := range candidates {
		s = strings.Map(func(r rune) rune {
			switch {
			case 'A' <= r && r <= 'Z', 'a' <= r && r <= 'z', '0' <= r && r <= '9', r == '-':
				return r
			case r == '\'', r == '’', r > unicode.MaxASCII && unicode.IsLetter(r), unicode.IsMark(r):
				return -1 // Mama's becomes Mamas
			}
			return ' '
		}, s)
		s = strings.Join(strings.Fields(s), " ")
		s = strings.TrimSpace(s[:min(len(s), limit)])
		if strings.Trim(s, " -") != "" && forbiddenWord(s) == "" {
			return s
		}
	}
	return "Payment"
}

// forbiddenWords are refused anywhere in a CallBackURL, and as "Threat Detected" in other fields
// too (Safaricom's page; measured). Longer words come first, so that the word named is the one that
// was written.
var forbiddenWords = []string{"m-pesa", "mpesa", "safaricom", "query", "exec", "exe", "cmd", "sql"}

func forbiddenWord(s string) string {
	s = strings.ToLower(s)
	for _, w := range forbiddenWords {
		if strings.Contains(s, w) {
			return w
		}
	}
	return ""
}

// CheckCallBackURL reports why Daraja would refuse u as a CallBackURL, or nil. u must be an
// absolute https address, or an http one of this machine, where a simulator calls; a word that
// Safaricom forbids may stand nowhere in it, in any case, percent-encoded or not. An unguessable
// part of the path can contain one by chance and is then drawn again. The error names the word and
// not the address.
func CheckCallBackURL(u string) error {
	p, err := url.Parse(u)
	switch {
	case err != nil || p.Host == "" || p.Hostname() == "":
		return fmt.Errorf("callback address: not a complete address; it must begin with https:// and a name")
	case p.Scheme != "https" && p.Scheme != "http":
		return fmt.Errorf("callback address: must begin with https://, not %q", printable(p.Scheme, 20)+"://")
	case p.Scheme == "http" && !IsLoopback(p.Hostname()):
		return fmt.Errorf("callback address: must begin with https://, so that nobody on the way can read or forge what Safaricom sends")
	case p.User != nil:
		return fmt.Errorf("callback address: must not contain a user name or password")
	case strings.ContainsFunc(u, func(r rune) bool { return r <= ' ' || r > '~' }):
		return fmt.Errorf("callback address: must not contain blanks or special letters")
	}
	plain, err := url.PathUnescape(u)
	if err != nil {
		return fmt.Errorf("callback address: has a %% that is not followed by two hexadecimal digits")
	}
	for _, s := range []string{u, plain} {
		if w := forbiddenWord(s); w != "" {
			return fmt.Errorf("callback address: contains %q, which Safaricom refuses anywhere in it; choose another", w)
		}
	}
	return nil
}
