package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"kaunta/pos"
	"kaunta/store/maintain"
	"kaunta/ui/keeper"
)

func (c *commands) restoreCommand() *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "restore BACKUP",
		Short: "Put a backup in the ledger's place",
		Long: `Checks the backup from end to end, says which payments the ledger has that the backup lacks, and puts a copy of the backup in the ledger's
place. The ledger that was there is kept beside it under a name with the date; nothing is deleted. The till must be closed.

Where payments would be missing from the ledger, or nobody can tell, --force is needed.`,
		Example: `kaunta restore /media/usb/kaunta-production-2026-11-24.ledger`,
		Args:    files(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := c.settings()
			if err != nil {
				return err
			}
			allow := func(gap maintain.Gap, unread error) error {
				lacks := lacking(gap, unread)
				if lacks == "" {
					return nil
				}
				if !force {
					return fmt.Errorf("restore: %s. Nothing was changed; kaunta restore --force does it all the same, and keeps the present ledger under another name", lacks)
				}
				fmt.Fprintf(c.Stderr, "kaunta: %s\n", lacks)
				return nil
			}
			tell, clear := c.progress()
			checked, aside, err := keeper.Restore(cmd.Context(), s, args[0], allow, tell)
			clear()
			if err != nil {
				return interrupted(cmd.Context(), err, "restore: it was interrupted, and the ledger is as it was")
			}
			fmt.Fprintf(c.Stdout, "%s is the backup %s now: %s, checked whole\n", s.Ledger, args[0], payments(checked.Attempts))
			if aside != "" {
				fmt.Fprintf(c.Stdout, "The ledger that was there is kept as %s\n", aside)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "restore also where payments would be missing from the ledger")
	return cmd
}

// lacking says what would be missing, or why that is not known; "" where nothing would.
func lacking(gap maintain.Gap, unread error) string {
	switch {
	case unread != nil:
		return fmt.Sprintf("the present ledger cannot be read, so nobody can tell what it has that the backup lacks (%v)", unread)
	case gap.Attempts+gap.Shop == 0:
		return ""
	}
	of := ""
	if !gap.Same {
		of = "the backup is not of this ledger: "
	}
	if gap.Attempts == 0 {
		return fmt.Sprintf("%sthe present ledger has shifts or people that the backup lacks, or knows less of, since %s", of, pos.DateTime(gap.First))
	}
	return fmt.Sprintf("%sthe present ledger has %s that the backup lacks, or knows less of, asked for since %s; %v of them paid, KES %v",
		of, payments(gap.Attempts), pos.DateTime(gap.First), pos.Shillings(gap.Paid.Count), gap.Paid.KES)
}
