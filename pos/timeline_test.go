package pos_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"kaunta/daraja"
	"kaunta/pos"
)

// step is one line of a recorded timeline: what Daraja said some seconds after a push.
type step struct {
	Seconds float64 `json:"t_s"`
	Event   string  `json:"event"`
	Body    string  `json:"body"`
}

// TestTimelines replays what Daraja said to real tills. The queries of ours fall at other moments
// than theirs did, and get the last answer that had been given by then.
func TestTimelines(t *testing.T) {
	const folder = "../../shared/corpus/timeline"
	if _, err := os.Stat(folder); err != nil {
		t.Skip("the corpus of recorded payloads is not here")
	}
	for file, want := range map[string]struct {
		state pos.State
		code  string
	}{
		"001.jsonl": {pos.Paid, "0"},
		"002.jsonl": {pos.NotPaid, "1037"},
		"004.jsonl": {pos.NotPaid, "1032"},
		"005.jsonl": {pos.Paid, "0"},
		"007.jsonl": {pos.Paid, "0"},
		"008.jsonl": {pos.StillChecking, ""},
		"010.jsonl": {pos.StillChecking, ""},
	} {
		t.Run(file, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(folder, file))
			if err != nil {
				t.Fatal(err)
			}
			var steps []step
			for line := range bytes.Lines(data) {
				var s step
				if err := json.Unmarshal(line, &s); err != nil {
					t.Fatal(err)
				}
				steps = append(steps, s)
			}
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				c := open(t, &gateway{
					push: func(context.Context, daraja.PushRequest) daraja.Answer {
						return daraja.Classify(daraja.EndpointPush, 0, nil, []byte(steps[0].Body))
					},
					query: func(context.Context, string) daraja.Answer {
						answer := daraja.Answer{Verdict: daraja.VerdictPending, ResultCode: "4999"}
						for _, s := range steps[1:] {
							if s.Seconds <= time.Since(start).Seconds() {
								answer = daraja.Classify(daraja.EndpointQuery, 0, nil, []byte(s.Body))
							}
						}
						return answer
					},
				})
				a := c.charge(order(450))
				elapse(72 * time.Hour)
				if a = c.state(a.ID); a.State != want.state || a.ResultCode() != want.code {
					t.Errorf("ended %v %q, want %v %q", a.State, a.ResultCode(), want.state, want.code)
				}
			})
		})
	}
}
