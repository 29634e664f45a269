package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"kaunta/pos"
	"kaunta/store/export"
)

type exportOptions struct {
	period             period
	format, file       string
	bom, unmask, force bool
}

func (c *commands) exportCommand() *cobra.Command {
	var o exportOptions
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write payments for a spreadsheet",
		Long: `Writes every payment asked on one day or several, oldest first: as CSV, or as an XLSX workbook with a sheet of payments and one of totals.
The totals are added up from the payments and compared with the ledger's own; a difference is an error, and nothing is written.

The column without_receipt says yes where M-PESA gave no receipt number. typed_receipt is what a person typed from the customer's SMS: no
proof.

Phone numbers are masked unless you say --unmask. In CSV, an apostrophe before a text keeps a spreadsheet from running it, or from taking
it for a number.`,
		Example: `kaunta export --month 2026-11 -o november.xlsx
kaunta export --week last > week.csv`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, err := o.period.parse(time.Now())
			if err != nil {
				return err
			}
			if err := o.complete(); err != nil {
				return err
			}
			return c.export(cmd.Context(), d, o)
		},
	}
	f := cmd.Flags()
	o.period.flags(cmd)
	f.StringVar(&o.format, "format", "", "csv or xlsx (default by the ending of the file, .csv or .xlsx; csv where it has none)")
	f.StringVarP(&o.file, "output", "o", "", "the file to write; - or none is the standard output, for csv")
	f.BoolVar(&o.bom, "bom", false, "begin csv with a byte order mark, which some spreadsheets need for letters beyond ASCII")
	f.BoolVar(&o.unmask, "unmask", false, "write whole phone numbers")
	f.BoolVar(&o.force, "force", false, "replace the file if it exists")
	return cmd
}

// complete fills in what goes without saying and refuses what cannot be.
func (o *exportOptions) complete() error {
	if o.file == "-" {
		o.file = ""
	}
	o.format = strings.ToLower(o.format)
	if o.format == "" {
		o.format = cmp.Or(strings.TrimPrefix(strings.ToLower(filepath.Ext(o.file)), "."), "csv")
		if o.format != "csv" && o.format != "xlsx" {
			return usageError{fmt.Errorf("%s: a file that ends in .%s cannot be written: end its name in .csv or .xlsx, or say --format", o.file, o.format)}
		}
	}
	switch {
	case o.format != "csv" && o.format != "xlsx":
		return usageError{fmt.Errorf("--format %q is not known: it is csv or xlsx", o.format)}
	case o.format == "xlsx" && o.file == "":
		return usageError{errors.New("a workbook needs a file: name one with -o")}
	case o.format == "xlsx" && o.bom:
		return usageError{errors.New("--bom is for csv")}
	}
	return nil
}

func (c *commands) export(ctx context.Context, d days, o exportOptions) error {
	s, err := c.settings()
	if err != nil {
		return err
	}
	if o.file == "" {
		return c.exportOut(ctx, d, o)
	}
	if err := c.notOwn(s, o.file); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	file, err := export.Create(o.file, o.force)
	if err != nil {
		return err
	}
	defer file.Abandon()
	done, err := c.exportTo(ctx, file, d, o)
	if err != nil {
		return err
	}
	if err := file.Commit(); err != nil {
		return err
	}
	var all pos.Totals
	for _, day := range done {
		all = all.Plus(day.Totals)
	}
	fmt.Fprintf(c.Stdout, "%s: %s of %s, KES %v paid\n", o.file, payments(export.Count(done)), d.name, all.Paid.KES)
	return nil
}

// exportOut exports to the standard output, when the export is whole: half of one would look like
// all of it.
func (c *commands) exportOut(ctx context.Context, d days, o exportOptions) error {
	spool, err := os.CreateTemp("", "kaunta-*") // mode 0600
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	defer func() {
		_ = spool.Close()
		_ = os.Remove(spool.Name())
	}()
	if _, err := c.exportTo(ctx, spool, d, o); err != nil {
		return err
	}
	if _, err := spool.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	_, err = io.Copy(c.Stdout, spool)
	return err
}

// exportTo writes the whole export to w, and returns what the days came to.
func (c *commands) exportTo(ctx context.Context, w io.Writer, d days, o exportOptions) ([]pos.DayTotals, error) {
	to, err := o.writer(w)
	if err != nil {
		return nil, err
	}
	book, err := c.briefly()
	if err != nil {
		return nil, err
	}
	progress, clear := c.progress()
	done, err := export.Copy(ctx, to, book, d.first, d.last,
		func(a pos.Attempt) export.Row { return export.RowOf(a, reason(a), o.unmask) }, progress)
	clear()
	switch {
	case errors.Is(err, context.Canceled):
		return nil, errors.New("export: it was interrupted, and nothing is written")
	case err != nil:
		return nil, err
	}
	return done, to.Close(done)
}

func (o *exportOptions) writer(w io.Writer) (export.Writer, error) {
	if o.format == "csv" {
		return export.NewCSV(w, o.bom)
	}
	return export.NewXLSX(w)
}

// patience is how long a command works in silence before it tells a person how far it is.
const patience = 2 * time.Second

// progress tells on stderr how many payments a long command has done, if a person looks at it;
// clear takes that away again.
func (c *commands) progress() (tell func(done, of int), clear func()) {
	return c.telling(func(done, of int) string {
		return fmt.Sprintf("%v of %v payments", pos.Shillings(done), pos.Shillings(of))
	})
}

// telling is progress in the words that say makes of it.
func (c *commands) telling(say func(done, of int) string) (tell func(done, of int), clear func()) {
	f, ok := c.Stderr.(*os.File)
	if !ok || !term.IsTerminal(f.Fd()) {
		return nil, func() {}
	}
	next := time.Now().Add(patience)
	told := false
	tell = func(done, of int) {
		if now := time.Now(); now.After(next) {
			next, told = now.Add(patience/10), true
			fmt.Fprintf(f, "\r%s\x1b[K", say(done, of))
		}
	}
	return tell, func() {
		if told {
			fmt.Fprint(f, "\r\x1b[K")
		}
	}
}
