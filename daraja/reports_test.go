package daraja

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// report is one row of the reports' INDEX.tsv: what somebody's public report shows, and what is
// right for it.
type report struct {
	file   string
	kinds  []string
	status int // 0: not recorded
	right  string
	body   []byte
}

func readReports(t *testing.T) []report {
	t.Helper()
	dir := filepath.Join(corpusDir, "reports")
	index, err := os.ReadFile(filepath.Join(dir, "INDEX.tsv"))
	if os.IsNotExist(err) {
		t.Skip("the corpus of recorded payloads is not beside this checkout")
	}
	if err != nil {
		t.Fatal(err)
	}
	var all []report
	for _, line := range strings.Split(strings.TrimSpace(string(index)), "\n")[1:] {
		col := strings.Split(line, "\t")
		body, err := os.ReadFile(filepath.Join(dir, col[0]))
		if err != nil {
			t.Fatal(err)
		}
		status, _ := strconv.Atoi(col[2])
		all = append(all, report{file: col[0], kinds: strings.Split(col[1], ","), status: status, right: col[3], body: body})
	}
	return all
}

// elsewhere says which test has the reports that are no answers of Daraja's.
var elsewhere = map[string]string{
	"tunnel": "package tunnel/cloudflared, TestNameNotFound",
	"keys":   "package ui, TestPuTTYsNumberPad",
	"ledger": "package store, TestLostFreeList",
}

// TestReports reads what public reports show, and holds it against what is right for each: on the
// wire, where only what is whole counts, and in explain, where it is as people have it. Shapes that
// matter stand in other tests of this package too: TestFormsOfCallbacks, TestClassify,
// TestClassifyRefusedToken, TestParsePhone, TestExplainFindsAnswers.
func TestReports(t *testing.T) {
	words := []struct {
		right   string
		verdict Verdict
	}{
		{"auth", VerdictAuth}, {"configuration, not sent", VerdictConfiguration}, {"phone busy", VerdictPhoneBusy}, {"pending", VerdictPending},
		{"failed", VerdictFailed}, {"paid", VerdictPaid}, {"malformed: no token", VerdictMalformed}, {"unknown", VerdictUnknown},
		{"not Daraja's: unknown", VerdictUnknown}, {"a C2B confirmation", VerdictUnknown},
	}
	details := regexp.MustCompile(`^(?:failed ([A-Z0-9_]+)|paid ([0-9]+) ([A-Z0-9]+))`)
	seen := 0
	for _, r := range readReports(t) {
		if where := elsewhere[r.kinds[0]]; where != "" {
			continue
		}
		seen++
		if r.kinds[0] == "phone" {
			if phone, err := ParsePhone(string(r.body)); phone != r.right || err != nil {
				t.Errorf("%s: %q, %v", r.file, phone, err)
			}
			continue
		}
		t.Run(r.file, func(t *testing.T) {
			i := slices.IndexFunc(words, func(w struct {
				right   string
				verdict Verdict
			}) bool {
				return strings.HasPrefix(r.right, w.right)
			})
			if i < 0 {
				t.Fatalf("no verdict is known for %q", r.right)
			}
			want := words[i].verdict
			check := func(how string, a Answer) {
				if a.Verdict != want {
					t.Errorf("%s: %s, want %s (%s)", how, a.Verdict, want, r.right)
				}
				if a.Endpoint == EndpointPush && strings.Contains(r.right, "not sent") && a.MayHaveMovedMoney() {
					t.Errorf("%s: may have moved money (%s)", how, r.right)
				}
				m := details.FindStringSubmatch(r.right)
				if m != nil && m[1] != "" && a.ResultCode != m[1] {
					t.Errorf("%s: result %s (%s)", how, a.ResultCode, r.right)
				}
				if m != nil && m[2] != "" && (strconv.FormatInt(a.Amount, 10) != m[2] || a.Receipt != m[3]) {
					t.Errorf("%s: %d, receipt %s (%s)", how, a.Amount, a.Receipt, r.right)
				}
			}

			_, broken := decodeObject(r.body)
			for _, kind := range r.kinds {
				e := Endpoint(kind)
				if kind == KindC2B {
					e = EndpointPush // which it was taken for
				}
				a := Classify(e, r.status, nil, r.body)
				switch {
				case kind == KindC2B || broken != nil || strings.HasPrefix(r.right, "not Daraja's"):
					if a.Verdict != VerdictUnknown && a.Verdict != VerdictMalformed {
						t.Errorf("on the wire this is no answer, and it is taken for %s", a.Verdict)
					}
				default:
					check("on the wire", a)
				}
				if want == VerdictAuth && broken == nil {
					renewed(t, e, r)
				}
			}

			all := Explain("", 0, r.body)
			switch {
			case len(all) != 1:
				t.Fatalf("explained as %d answers", len(all))
			case strings.Contains(r.right, "escaped string, optional"):
				want = VerdictPhoneBusy // which is what it says
			}
			check("in explain", all[0].Answer)
			if wantKind := r.kinds[0]; all[0].Kind != wantKind && !strings.HasPrefix(r.right, "not Daraja's") {
				t.Errorf("explained as %s, want %s", all[0].Kind, wantKind)
			}
		})
	}
	if seen < 31 {
		t.Errorf("only %d reports were read", seen)
	}
}

// renewed checks that a refused token is renewed once, and the request made once more.
func renewed(t *testing.T, e Endpoint, r report) {
	t.Helper()
	f := newFakeDaraja(t, func(w http.ResponseWriter, req *http.Request, n int) {
		switch {
		case req.Header.Get("Authorization") == "Bearer token-1":
			answering(r.status, string(r.body))(w, req, n)
		case e == EndpointPush:
			answering(200, pushAccepted)(w, req, n)
		default:
			answering(200, string(queryBodyOf("4999", "")))(w, req, n)
		}
	})
	c := newTestClient(t, testConfig(f.URL))
	var err error
	if e == EndpointPush {
		_, err = c.STKPush(t.Context(), testPush)
	} else {
		_, err = c.STKQuery(t.Context(), testCheckoutID)
	}
	if tokens, calls := f.seen(); err != nil || tokens != 2 || len(calls) != 2 {
		t.Errorf("%s: %d tokens, %d requests, %v", e, tokens, len(calls), err)
	}
}

// The forms of callbacks in the reports, without the corpus.
func TestFormsOfCallbacks(t *testing.T) {
	paid := func(id, phone string) string {
		return `{"Body":{"stkCallback":{"MerchantRequestID":"m-1","CheckoutRequestID":"` + id + `","ResultCode":0,"ResultDesc":"ok","CallbackMetadata":{"Item":[` +
			`{"Name":"Amount","Value":2},{"Name":"MpesaReceiptNumber","Value":"` + testReceipt + `"},{"Name":"Balance"},{"Name":"TransactionDate","Value":20261006142002},{"Name":"PhoneNumber","Value":` + phone + `}]}}}}`
	}
	failed := func(code, metadata string) string {
		return `{"Body":{"stkCallback":{"MerchantRequestID":"m-1","CheckoutRequestID":"ws_CO_1","ResultCode":` + code + `,"ResultDesc":"no"` + metadata + `}}}`
	}
	for body, want := range map[string]string{
		paid("ws_CO_061020261419531712345678", "254712345678"):   "paid 0", // milliseconds of one digit
		paid("ws_CO_01062026193556196712345678", `"0712000***"`): "paid 0",
		failed("2007", ""):                                "failed 2007",
		failed(`"2007"`, ""):                              "failed 2007",
		failed("1037", ""):                                "failed 1037",
		failed(`"SFC_IC0003"`, ""):                        "failed SFC_IC0003",
		failed("1", `,"CallbackMetadata":null`):           "failed 1",
		failed("1032", `,"CallbackMetadata":{"Item":[]}`): "failed 1032",
		`{"status":true,"response":{"CheckoutRequestID":"ws_CO_1","ResultCode":0,"MpesaReceiptNumber":"` + testReceipt + `"}}`: "malformed ",
	} {
		if a := ParseCallback([]byte(body)); string(a.Verdict)+" "+a.ResultCode != want {
			t.Errorf("%s: %s %s, want %s", body, a.Verdict, a.ResultCode, want)
		}
	}
}
