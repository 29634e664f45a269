package cli

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"kaunta/ui/keeper"
)

func (c *commands) backupCommand() *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Write a checked copy of the ledger, also while selling",
		Long: `Writes a copy of the ledger as it is at one moment, while payments go on. The copy is made under another name, checked from end to end as
kaunta verify does, and only then called FILE. It holds nothing but the ledger's rows: pages that are free, and what was forgotten, are not copied.

A backup on the same disk is lost with it: write it to another one.`,
		Example: `kaunta backup /media/usb/kaunta.ledger --force`,
		Args:    files(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := c.settings()
			if err != nil {
				return err
			}
			if err := c.notOwn(s, args[0]); err != nil {
				return fmt.Errorf("backup: %w", err)
			}
			tell, clear := c.share("copying and checking")
			checked, err := keeper.Backup(cmd.Context(), s, args[0], force, tell)
			clear()
			if errors.Is(err, fs.ErrExist) {
				return fmt.Errorf("backup: %s exists already: choose another name, or say --force", args[0])
			}
			if err != nil {
				return interrupted(cmd.Context(), err, "backup: it was interrupted, and nothing is written")
			}
			fmt.Fprintf(c.Stdout, "%s: %s, checked whole\n", args[0], payments(checked.Attempts))
			return nil
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "replace the file if it exists")
	return cmd
}
