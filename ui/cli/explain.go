package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"kaunta/daraja"
	"kaunta/ui/text"
)

// explanation is one explained answer in JSON, or a code. A code has each of its meanings in
// meanings, and the verdict in which they agree, or "unknown"; its kind is the endpoint that the
// code is best known from.
type explanation struct {
	Kind              string    `json:"kind"`
	Verdict           string    `json:"verdict"`
	ResultCode        string    `json:"result_code"`
	ErrorCode         string    `json:"error_code"`
	Receipt           string    `json:"receipt"`
	Amount            int64     `json:"amount"`
	MayHaveMovedMoney bool      `json:"may_have_moved_money"`
	EN                string    `json:"en"`
	SW                string    `json:"sw"`
	Meanings          []meaning `json:"meanings,omitempty"`
}

// meaning is what a code means to an endpoint, with the message that decides it, if one does.
type meaning struct {
	Kind              string `json:"kind"`
	Message           string `json:"message"`
	Verdict           string `json:"verdict"`
	MayHaveMovedMoney bool   `json:"may_have_moved_money"`
	EN                string `json:"en"`
	SW                string `json:"sw"`
}

// maxExplained is how much of a file is read.
const maxExplained = 16 << 20

func (c *commands) explainCommand() *cobra.Command {
	var kind string
	var status int
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "explain FILE|-|CODE",
		Short: "Say what an answer or a code of Daraja means",
		Long: `Reads one of Daraja's answers from a file, or from standard input with -, or takes a bare code, and says what it means for the money,
in English and Kiswahili. Several answers in one file are explained one by one; the file may be a log, or the output of curl -i.
Of a code, it lists every meaning that it has, by endpoint. It sends nothing.`,
		Example: `kaunta explain 1032
kaunta explain 500.001.1001
kaunta explain --kind push --status 500 answer.json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("name one file, - for standard input, or a code such as 1032")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			switch daraja.Endpoint(kind) {
			case "", daraja.EndpointPush, daraja.EndpointQuery, daraja.EndpointCallback, daraja.EndpointOAuth:
			default:
				return usageError{fmt.Errorf("--kind %q is not known: it is push, query, callback or oauth", kind)}
			}
			return c.explain(daraja.Endpoint(kind), status, args[0], asJSON)
		},
	}
	cmd.Flags().StringVar(&kind, "kind", "", "where it came from: push, query, callback or oauth; told by its shape if not given")
	cmd.Flags().IntVar(&status, "status", 0, "its HTTP status, where known")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object for each answer")
	return cmd
}

func (c *commands) explain(kind daraja.Endpoint, status int, what string, asJSON bool) error {
	in := c.Stdin
	if what != "-" {
		f, err := os.Open(what)
		switch {
		case errors.Is(err, os.ErrNotExist) && strings.HasPrefix(what, "ws_CO_"):
			return fmt.Errorf("explain: %q names a payment and is no code: kaunta query asks M-PESA about it", what)
		case errors.Is(err, os.ErrNotExist) && daraja.IsCode(what):
			return c.explainCode(what, daraja.ExplainCode(kind, status, what), asJSON)
		case errors.Is(err, os.ErrNotExist):
			return fmt.Errorf("explain: there is no such file and no such code: %q", what)
		case err != nil:
			return fmt.Errorf("explain: %w", err)
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, maxExplained))
	if err != nil {
		return fmt.Errorf("explain: reading %s: %w", what, err)
	}
	var b strings.Builder
	for i, e := range daraja.Explain(kind, status, data) {
		if asJSON {
			writeJSON(&b, explanationOf(e))
			continue
		}
		if i > 0 {
			b.WriteString("\n")
		}
		writeExplanation(&b, e.Kind, "", e)
	}
	_, err = io.WriteString(c.Stdout, b.String())
	return err
}

// explainCode writes what a code means. Endpoints and messages with which it means the same are
// named together.
func (c *commands) explainCode(code string, all []daraja.Explanation, asJSON bool) error {
	var groups [][]daraja.Explanation
	for _, e := range all {
		same := slices.IndexFunc(groups, func(g []daraja.Explanation) bool { return sameMeaning(g[0], e) })
		if same < 0 {
			groups = append(groups, []daraja.Explanation{e})
		} else {
			groups[same] = append(groups[same], e)
		}
	}
	agreed := !slices.ContainsFunc(all, func(e daraja.Explanation) bool { return e.Answer.Verdict != all[0].Answer.Verdict })
	var b strings.Builder
	if asJSON {
		writeJSON(&b, codeExplanation(groups, all, agreed))
	} else {
		switch {
		case len(groups) == 1:
		case agreed:
			fmt.Fprintf(&b, "%s always means: %s.\n\n", code, inWords(all[0].Answer.Verdict))
		default:
			fmt.Fprintf(&b, "%s means several things. Which one, the endpoint and the message decide.\n\n", code)
		}
		for i, g := range groups {
			if i > 0 {
				b.WriteString("\n")
			}
			writeExplanation(&b, kindsOf(g), messagesOf(g), g[0])
		}
	}
	_, err := io.WriteString(c.Stdout, b.String())
	return err
}

// sameMeaning reports whether two meanings of a code differ in endpoint and message at most.
func sameMeaning(a, b daraja.Explanation) bool {
	return text.Explain(a) == text.Explain(b) && a.Answer.Verdict == b.Answer.Verdict && a.Answer.MayHaveMovedMoney() == b.Answer.MayHaveMovedMoney()
}

// kindsOf names the endpoints of explanations, "query, callback".
func kindsOf(all []daraja.Explanation) string {
	var kinds []string
	for _, e := range all {
		if !slices.Contains(kinds, e.Kind) {
			kinds = append(kinds, e.Kind)
		}
	}
	return strings.Join(kinds, ", ")
}

func messagesOf(all []daraja.Explanation) string {
	var said []string
	for _, e := range all {
		if m := fmt.Sprintf("%q", e.Answer.ErrorMessage); e.Answer.ErrorMessage != "" && !slices.Contains(said, m) {
			said = append(said, m)
		}
	}
	return strings.Join(said, ", ")
}

func explanationOf(e daraja.Explanation) explanation {
	a, says := e.Answer, text.Explain(e)
	return explanation{
		Kind: e.Kind, Verdict: string(a.Verdict), ResultCode: a.ResultCode, ErrorCode: a.ErrorCode,
		Receipt: a.Receipt, Amount: a.Amount, MayHaveMovedMoney: a.MayHaveMovedMoney(), EN: says.EN, SW: says.SW,
	}
}

func codeExplanation(groups [][]daraja.Explanation, all []daraja.Explanation, agreed bool) explanation {
	e := explanationOf(all[0])
	if last := all[len(all)-1]; last.Answer.ErrorCode == "" {
		e.Kind = last.Kind // a result code is a callback's before all
	}
	if !agreed {
		e.Verdict = string(daraja.VerdictUnknown)
	}
	if len(groups) > 1 {
		e.EN, e.SW = "", ""
	}
	for _, g := range groups {
		if len(groups) > 1 {
			e.EN = strings.TrimSpace(e.EN + " " + kindsOf(g) + ": " + text.Explain(g[0]).EN)
			e.SW = strings.TrimSpace(e.SW + " " + kindsOf(g) + ": " + text.Explain(g[0]).SW)
		}
	}
	for _, one := range all {
		a, says := one.Answer, text.Explain(one)
		e.MayHaveMovedMoney = e.MayHaveMovedMoney || a.MayHaveMovedMoney()
		e.Meanings = append(e.Meanings, meaning{
			Kind: one.Kind, Message: a.ErrorMessage, Verdict: string(a.Verdict), MayHaveMovedMoney: a.MayHaveMovedMoney(), EN: says.EN, SW: says.SW,
		})
	}
	return e
}

func writeJSON(b *strings.Builder, v any) {
	_ = json.NewEncoder(b).Encode(v) // structs of strings and numbers
}

func inWords(v daraja.Verdict) string { return strings.ReplaceAll(string(v), "_", " ") }

// writeExplanation writes what an answer means, as that of the endpoints named; said has the
// messages of a code.
func writeExplanation(b *strings.Builder, kinds, said string, e daraja.Explanation) {
	fmt.Fprintf(b, "%s: %s", kinds, inWords(e.Answer.Verdict))
	field := "result"
	if e.Answer.Endpoint == daraja.EndpointPush {
		field = "response"
	}
	for _, detail := range []struct{ name, value string }{
		{field, e.Answer.ResultCode}, {"error", e.Answer.ErrorCode}, {"receipt", e.Answer.Receipt},
	} {
		if detail.value != "" {
			fmt.Fprintf(b, ", %s %s", detail.name, detail.value)
		}
	}
	if said != "" {
		fmt.Fprintf(b, ", %s", said)
	}
	money := "No money moved by this."
	if e.Answer.MayHaveMovedMoney() {
		money = english.MoneyMayHaveMoved
	}
	if e.Answer.Verdict == daraja.VerdictPaid {
		money = "Money moved."
	}
	says := text.Explain(e)
	fmt.Fprintf(b, "\n%s\n%s\n%s\n", money, says.EN, says.SW)
}
