package cli

import (
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"kaunta/pos"
	"kaunta/store/export"
	"kaunta/store/maintain"
	"kaunta/ui/keeper"
)

func (c *commands) verifyCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "verify [FILE]",
		Short: "Check that the ledger is what was written",
		Long: `Reads the whole ledger, or a backup: every page and checksum, the chain of hashes that runs through all payments, and that totals and
indexes say what the payments say. A file under suspicion is read by a process of its own, so that no damage in it ends the till.

It says "All is well", or "The ledger is not as it was written" and the first row that is not. Where there is no file, or it is no ledger, the
message says that instead; with --json "well" is then missing and "error" is there.

Exit status: 0 all is well, 1 anything else, 2 usage.`,
		Example: `kaunta verify
kaunta verify /media/usb/kaunta.ledger --json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return files(1)(cmd, args)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := c.settings()
			if err != nil {
				return err
			}
			file := ""
			if len(args) > 0 {
				file = args[0]
			}
			tell, clear := c.progress()
			checked, err := keeper.Verify(cmd.Context(), s, file, tell)
			clear()
			if err != nil {
				return interrupted(cmd.Context(), err, "verify: it was interrupted, and nothing is known")
			}
			return c.tellChecked(checked, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object")
	return cmd
}

// checkedLine is a check as JSON. Names and order are a promise to programs that read it.
type checkedLine struct {
	Well     bool   `json:"well"`
	Payments int    `json:"payments"`
	Events   int    `json:"events"`
	LastDay  string `json:"last_day"`
	Chain    string `json:"chain"` // the last hash, in hex
	Faults   int    `json:"faults"`
	InTotals int    `json:"faults_in_totals_and_indexes"`
	What     string `json:"what,omitempty"`
	Attempt  string `json:"attempt,omitempty"`
	Time     string `json:"time,omitempty"`
	Amount   int64  `json:"amount,omitempty"`
	Advice   string `json:"advice,omitempty"`
}

// tellChecked prints what a check found; the exit status says whether all is well.
func (c *commands) tellChecked(k maintain.Report, asJSON bool) error {
	advice := ""
	switch {
	case k.Evidence > 0:
		advice = "Keep the file as it is, and put the newest backup that verifies in its place: kaunta restore BACKUP says first what it would lack."
	case k.Derived > 0:
		advice = "The payments themselves are whole. Close the till and run kaunta compact: it makes new totals and indexes from them."
	}
	day := ""
	if k.Last.Day != 0 {
		day = k.Last.Day.String()
	}
	if asJSON {
		l := checkedLine{
			Well: k.First == nil, Payments: k.Attempts, Events: k.Events, LastDay: day, Chain: hex.EncodeToString(k.Last.Hash[:]),
			Faults: k.Evidence, InTotals: k.Derived, Advice: advice,
		}
		if f := k.First; f != nil {
			l.What, l.Attempt, l.Amount, l.Time = f.What, string(f.Attempt), int64(f.Amount), export.Stamp(f.At)
		}
		if err := json.NewEncoder(c.Stdout).Encode(l); err != nil {
			return err
		}
	} else if k.First == nil {
		fmt.Fprintf(c.Stdout, "All is well: %s, %v events, each as it was written.\n", payments(k.Attempts), pos.Shillings(k.Events))
		if day != "" {
			fmt.Fprintf(c.Stdout, "The chain ends on %s with %s.\n", day, hex.EncodeToString(k.Last.Hash[:8]))
		}
	} else {
		fmt.Fprintf(c.Stdout, "The ledger is not as it was written: %s.\n", problemLine(*k.First))
		if n := k.Evidence + k.Derived; n > 1 {
			fmt.Fprintf(c.Stdout, "That is the first of %v faults: %v in payments and pages, %v in totals and indexes.\n",
				pos.Shillings(n), pos.Shillings(k.Evidence), pos.Shillings(k.Derived))
		}
		fmt.Fprintln(c.Stdout, advice)
	}
	if k.First != nil {
		return exit{status: ExitError}
	}
	return nil
}
