package daraja

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const corpusDir = "../../shared/corpus"

// corpusFile is one row of the corpus' INDEX.tsv with the file's bytes.
type corpusFile struct {
	name, kind, expected string
	status               int // 0: not recorded
	body                 []byte
}

func readCorpus(t testing.TB) []corpusFile {
	t.Helper()
	index, err := os.ReadFile(filepath.Join(corpusDir, "INDEX.tsv"))
	if os.IsNotExist(err) {
		t.Skip("the corpus of recorded payloads is not beside this checkout")
	}
	if err != nil {
		t.Fatal(err)
	}
	var files []corpusFile
	for _, line := range strings.Split(strings.TrimSpace(string(index)), "\n")[1:] {
		col := strings.Split(line, "\t")
		body, err := os.ReadFile(filepath.Join(corpusDir, col[0]))
		if err != nil {
			t.Fatal(err)
		}
		status, _ := strconv.Atoi(regexp.MustCompile(`^[0-9]*`).FindString(col[2]))
		files = append(files, corpusFile{name: col[0], kind: col[1], status: status, expected: col[4], body: body})
	}
	return files
}

// TestCorpus reads every recorded payload and compares it with the index's interpretation of it.
func TestCorpus(t *testing.T) {
	type want struct {
		verdict Verdict
		code    string // "": any
		amount  int64  // 0: any
		receipt string // "": any
	}
	var (
		failed = regexp.MustCompile(`^failed ([0-9A-Z]+)`)
		paid   = regexp.MustCompile(`^paid(?: ([0-9]+))?(?:, ([A-Z0-9]+))?`)
	)
	// The first words of the index's interpretation and what they are in verdicts.
	words := []struct {
		prefix  string
		verdict Verdict
	}{
		{"accepted", VerdictAccepted}, {"token", VerdictToken},
		{"still pending", VerdictPending}, {"pending (4999)", VerdictPending}, {"unknown: stuck pending", VerdictPending},
		{"validation", VerdictValidation}, {"configuration", VerdictConfiguration},
		{"temporary: system busy", VerdictSystemBusy}, {"busy subscriber", VerdictPhoneBusy},
		{"rate limited", VerdictRateLimited}, {"WAF block", VerdictBlocked},
		{"gateway fault", VerdictUnknown},
	}
	endpoints := map[string]Endpoint{
		"callback": EndpointCallback, "query": EndpointQuery,
		"push-ok": EndpointPush, "push-error": EndpointPush,
		"oauth-ok": EndpointOAuth, "oauth-error": EndpointOAuth,
	}
	seen := map[string]int{}

	for _, f := range readCorpus(t) {
		endpoint, ours := endpoints[f.kind]
		if !ours {
			continue
		}
		seen[f.kind]++
		t.Run(f.name, func(t *testing.T) {
			var w want
			switch {
			case f.name == "callback/034.txt":
				// The index calls it malformed for a literal with a leading zero, but the stored copy, whose
				// number was replaced, is valid JSON and a complete payment.
				w = want{VerdictPaid, "0", 1, "SG51NQQ6LJ"}
			case strings.HasSuffix(f.name, ".html"):
				w.verdict = VerdictBlocked
			case !json.Valid(f.body) || strings.HasPrefix(f.expected, "fragment"):
				// A log's or an author's rendering of a body: never taken for one.
				w.verdict = VerdictUnknown
				if endpoint == EndpointCallback || endpoint == EndpointOAuth {
					w.verdict = VerdictMalformed
				}
			case failed.MatchString(f.expected):
				w = want{verdict: VerdictFailed, code: failed.FindStringSubmatch(f.expected)[1]}
			case paid.MatchString(f.expected):
				m := paid.FindStringSubmatch(f.expected)
				amount, _ := strconv.ParseInt(m[1], 10, 64)
				w = want{VerdictPaid, "0", amount, m[2]}
			case strings.HasPrefix(f.expected, "auth error") && endpoint == EndpointOAuth:
				w.verdict = VerdictCredentials
			case strings.HasPrefix(f.expected, "auth error"):
				w.verdict = VerdictAuth
			default:
				for _, word := range words {
					if strings.HasPrefix(f.expected, word.prefix) {
						w.verdict = word.verdict
					}
				}
			}
			if w.verdict == "" {
				t.Fatalf("no verdict is known for %q", f.expected)
			}

			// Once with the recorded status and once without, as explain reads a stored file.
			for _, status := range []int{f.status, 0} {
				a := Classify(endpoint, status, nil, f.body)
				if a.Verdict != w.verdict {
					t.Errorf("status %d: %s, want %s (%s)", status, a.Verdict, w.verdict, f.expected)
				}
				if w.code != "" && a.ResultCode != w.code {
					t.Errorf("ResultCode %q, want %q", a.ResultCode, w.code)
				}
				if w.amount != 0 && a.Amount != w.amount {
					t.Errorf("Amount %d, want %d", a.Amount, w.amount)
				}
				if w.receipt != "" && a.Receipt != w.receipt {
					t.Errorf("Receipt %q, want %q", a.Receipt, w.receipt)
				}
				checkLaws(t, a)
				if a.Verdict == VerdictPaid && endpoint == EndpointCallback && len(a.Receipt) == 10 {
					checkReceiptDate(t, a)
				}
			}
		})
	}
	for kind := range endpoints {
		if seen[kind] == 0 {
			t.Errorf("no file of kind %s was read", kind)
		}
	}
}

func checkReceiptDate(t *testing.T, a Answer) {
	t.Helper()
	at, err := parseEAT(a.TransactionDate)
	if err != nil {
		t.Fatalf("TransactionDate %q: %v", a.TransactionDate, err)
	}
	day, ok := ReceiptDate(a.Receipt, at)
	if !ok || day.Format("20060102") != a.TransactionDate[:8] {
		t.Errorf("ReceiptDate(%s) = %v, %v; the payment was at %s", a.Receipt, day, ok, a.TransactionDate)
	}
}

// TestCorpusStream cuts a log of callbacks that were appended with nothing between them.
func TestCorpusStream(t *testing.T) {
	readCorpus(t)
	data, err := os.ReadFile(filepath.Join(corpusDir, "callback-stream/001.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range Explain("", 0, data) {
		got = append(got, string(e.Answer.Verdict)+" "+e.Answer.ResultCode)
	}
	want := "failed 1037, failed 1031, paid 0, failed 1032, failed 1032, failed 1032, failed 1032"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
	if a := ParseCallback(data); a.Verdict != VerdictMalformed {
		t.Errorf("the whole log as one callback is %s, want malformed", a.Verdict)
	}
}

// TestCorpusOtherServices reads the messages of Daraja's other services, which explain names.
func TestCorpusOtherServices(t *testing.T) {
	seen := map[string]int{}
	for _, f := range readCorpus(t) {
		if f.kind != KindC2B && f.kind != KindResult {
			continue
		}
		for _, e := range Explain("", f.status, f.body) {
			seen[f.kind]++
			if e.Kind != f.kind || e.Answer.Verdict != VerdictUnknown || !strings.Contains(TillExplain(e).EN, "decides nothing") {
				t.Errorf("%s: %+v", f.name, e)
			}
		}
	}
	if seen[KindC2B] < 7 || seen[KindResult] < 7 {
		t.Errorf("only these were read: %v", seen)
	}
}

// TestCorpusTimelines replays whole conversations: what the queries said one after the other.
func TestCorpusTimelines(t *testing.T) {
	want := map[string]string{
		"pending, then paid":             "accepted pending paid",
		"pending, then failed 1037":      "accepted pending failed",
		"rate limited, then failed 1032": "accepted rate_limited failed",
		"blocked, then paid":             "accepted blocked paid",
		"paid (idempotent answer)":       "accepted paid",
		"never resolved by query":        "accepted pending",
		"pending; unknown":               "accepted pending",
	}
	for _, f := range readCorpus(t) {
		if f.kind != "timeline" {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			var got []string
			lines := bufio.NewScanner(bytes.NewReader(f.body))
			for lines.Scan() {
				var line struct{ Event, Body string }
				if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
					t.Fatal(err)
				}
				endpoint := EndpointQuery
				if line.Event == "push-response" {
					endpoint = EndpointPush
				}
				v := string(Classify(endpoint, 0, nil, []byte(line.Body)).Verdict)
				if len(got) == 0 || got[len(got)-1] != v {
					got = append(got, v)
				}
			}
			if s := strings.Join(got, " "); s != want[f.expected] {
				t.Errorf("got %q, want %q (%s)", s, want[f.expected], f.expected)
			}
		})
	}
}
