package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"kaunta/daraja"
)

// explanation is one explained answer in JSON.
type explanation struct {
	Kind              string `json:"kind"`
	Verdict           string `json:"verdict"`
	ResultCode        string `json:"result_code"`
	ErrorCode         string `json:"error_code"`
	Receipt           string `json:"receipt"`
	Amount            int64  `json:"amount"`
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
in English and Kiswahili. Several answers in one file are explained one by one. It sends nothing.`,
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
			explained, err := c.explain(daraja.Endpoint(kind), status, args[0])
			if err != nil {
				return err
			}
			for i, e := range explained {
				if asJSON {
					err = json.NewEncoder(c.Stdout).Encode(explanationOf(e))
				} else {
					err = writeExplanation(c.Stdout, e, i > 0)
				}
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&kind, "kind", "", "where it came from: push, query, callback or oauth; told by its shape if not given")
	cmd.Flags().IntVar(&status, "status", 0, "its HTTP status, where known")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object for each answer")
	return cmd
}

func (c *commands) explain(kind daraja.Endpoint, status int, what string) ([]daraja.Explanation, error) {
	in := c.Stdin
	if what != "-" {
		f, err := os.Open(what)
		if err != nil {
			switch {
			case !errors.Is(err, os.ErrNotExist):
				return nil, fmt.Errorf("explain: %w", err)
			case daraja.IsCode(what):
				return []daraja.Explanation{daraja.ExplainCode(kind, status, what)}, nil
			}
			return nil, fmt.Errorf("explain: there is no such file and no such code: %q", what)
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, maxExplained))
	if err != nil {
		return nil, fmt.Errorf("explain: reading %s: %w", what, err)
	}
	return daraja.Explain(kind, status, data), nil
}

func explanationOf(e daraja.Explanation) explanation {
	a := e.Answer
	return explanation{
		Kind: string(a.Endpoint), Verdict: string(a.Verdict), ResultCode: a.ResultCode, ErrorCode: a.ErrorCode,
		Receipt: a.Receipt, Amount: a.Amount, MayHaveMovedMoney: a.MayHaveMovedMoney(), EN: e.Text.EN, SW: e.Text.SW,
	}
}

func writeExplanation(w io.Writer, e daraja.Explanation, again bool) error {
	var b strings.Builder
	if again {
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "%s: %s", e.Answer.Endpoint, strings.ReplaceAll(string(e.Answer.Verdict), "_", " "))
	for _, detail := range []struct{ name, value string }{
		{"result", e.Answer.ResultCode}, {"error", e.Answer.ErrorCode}, {"receipt", e.Answer.Receipt},
	} {
		if detail.value != "" {
			fmt.Fprintf(&b, ", %s %s", detail.name, detail.value)
		}
	}
	money := "No money moved by this."
	if e.Answer.MayHaveMovedMoney() {
		money = "Money may have moved."
	}
	if e.Answer.Verdict == daraja.VerdictPaid {
		money = "Money moved."
	}
	fmt.Fprintf(&b, "\n%s\n%s\n%s\n", money, e.Text.EN, e.Text.SW)
	_, err := io.WriteString(w, b.String())
	return err
}
