package cli

import (
	_ "embed"
	"io"

	"github.com/spf13/cobra"
)

// licenses are those of this program and of every module that a released one contains, made by
// TestLicenses.
//
//go:embed licenses.txt
var licenses string

func (c *commands) licensesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "licenses",
		Short: "Print the licences of this program and of all that is in it",
		Long:  `Prints Kaunta's own licence, and then those of Go and of the modules that a released program is made of, each text once.`,
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := io.WriteString(c.Stdout, licenses)
			return err
		},
	}
}
