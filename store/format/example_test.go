package format

import (
	"bytes"
	"encoding/hex"
	"os"
	"strings"
	"testing"
	"time"

	"kaunta/daraja"
	"kaunta/pos"
)

// example is the record in FORMAT.md, uncompressed, in hexadecimal digits.
func example(t *testing.T) (lines, dump string) {
	t.Helper()
	c := NewCoder(bytes.Repeat([]byte{7}, 32))
	e := askedFor("254712345678")
	e.Asked.CallBackURL = ""
	pushed := pos.Event{Attempt: e.Attempt, Kind: pos.EventPushed, At: e.At.Add(time.Second), Answer: &daraja.Answer{
		Endpoint: daraja.EndpointPush, Verdict: daraja.VerdictAccepted, HTTPStatus: 200, CheckoutRequestID: "ws_CO_23112026080001000712345678",
	}}
	typed := pos.Event{Attempt: e.Attempt, Kind: pos.EventTyped, At: e.At.Add(time.Minute), Typed: "0733 444 555 says so"}
	r := keep(t, c, e, pushed, typed)
	value := Seal(r.Key[:], append([]byte{uncompressed}, r.lines()...))
	return string(r.lines()), hex.EncodeToString(value)
}

// TestExample: the example in FORMAT.md is what this program writes.
func TestExample(t *testing.T) {
	lines, dump := example(t)
	var wrapped strings.Builder
	for at := 0; at < len(dump); at += 96 {
		wrapped.WriteString("    " + dump[at:min(at+96, len(dump))] + "\n")
	}
	text, err := os.ReadFile("../FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), wrapped.String()) {
		t.Errorf("FORMAT.md has another example than\n%s\n%s", lines, wrapped.String())
	}
}
