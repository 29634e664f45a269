package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"kaunta/ui/keeper"
)

func (c *commands) compactCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "compact",
		Short: "Shrink the ledger file and erase leftover phone numbers",
		Long: `Writes the ledger file again from its payments: without free pages, in which forgotten phone numbers may still stand, and with new totals
and indexes. The old file is kept as FILE.bak until the new one has been checked. Close the till first; the disk needs room for the ledger twice.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := c.settings()
			if err != nil {
				return err
			}
			tell, clear := c.share("writing")
			before, after, err := keeper.Compact(cmd.Context(), s, tell)
			clear()
			if err != nil {
				return interrupted(cmd.Context(), err, "compact: it was interrupted; run kaunta verify")
			}
			fmt.Fprintf(c.Stdout, "%s: %s before, %s now, checked whole\n", s.Ledger, size(before), size(after))
			return nil
		},
	}
}

func size(n int64) string {
	if n < 1e6 {
		return fmt.Sprintf("%d kB", (n+999)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
