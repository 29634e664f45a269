package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"
	mango "github.com/muesli/mango-cobra"
	"github.com/muesli/roff"
	"github.com/spf13/cobra"

	"kaunta/ui/app/settings"
)

// What the help of the program and its manual page say.
const (
	about = `Kaunta asks a customer's phone for an M-PESA payment, shows live what happens, and keeps every payment in a ledger. ` +
		`It says PAID only when M-PESA does, and STILL CHECKING when it does not know. Without a command it opens the till.`

	ofFiles = `The configuration is kaunta/kaunta.toml in the user's configuration folder. The ledger is in the user's data folder, one for each ` +
		`environment; the log, kaunta/kaunta.log, is in the user's state folder.`

	ofEnvironment = `Environment variables override the file.`

	ofSafety = `Real money moves on purpose only. The till opens in production where the configuration file says environment = "production", as ` +
		`kaunta setup writes it after a typed word; where only MPESA_ENVIRONMENT says so, it asks for that word once, before it makes the ledger. ` +
		`kaunta charge does not ask again. kaunta doctor --push-to asks unless you say --yes.`

	ofStatus = `0 paid or done, 1 error, 2 usage, 10 not paid, 11 still checking.`
)

// variables lists the variables of the environment, a line each.
func variables() string {
	var b strings.Builder
	for _, v := range settings.Variables {
		fmt.Fprintf(&b, "%-22s  %s\n", v.Name, v.Sets)
	}
	return b.String()
}

// afterUsage is what the help of the program says after its commands and flags.
func afterUsage() string {
	var b strings.Builder
	for _, s := range []struct{ title, text string }{
		{"Environment", ofEnvironment + "\n\n" + indented(variables())}, {"Files", ofFiles}, {"Safety", ofSafety}, {"Exit status", ofStatus},
	} {
		fmt.Fprintf(&b, "%s:\n%s\n\n", s.title, indented(flowTo(s.text, helpWidth-2)))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// addCommands adds the commands to root, in the groups in which the help lists them.
func (c *commands) addCommands(root *cobra.Command) {
	for _, group := range []struct {
		id, title string
		commands  []*cobra.Command
	}{
		{"sell", "Sell:", []*cobra.Command{c.demoCommand(), c.chargeCommand(), c.settleCommand()}},
		{"look", "Look:", []*cobra.Command{c.ledgerCommand(), c.reportCommand(), c.exportCommand(), c.queryCommand(), c.explainCommand()}},
		{"keep", "Keep:", []*cobra.Command{c.backupCommand(), c.verifyCommand(), c.restoreCommand(), c.compactCommand()}},
		{"setup", "Set up:", []*cobra.Command{c.setupCommand(), c.doctorCommand(), c.simulatorCommand(), versionCommand(c), c.licensesCommand()}},
	} {
		root.AddGroup(&cobra.Group{ID: group.id, Title: group.title})
		for _, cmd := range group.commands {
			cmd.GroupID = group.id
			root.AddCommand(cmd)
		}
	}
	root.AddCommand(append(c.childCommands(), c.manCommand())...)
	root.SetHelpCommand(helpCommand())
	root.SetHelpCommandGroupID("setup")
	root.SetCompletionCommandGroupID("setup")
}

func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use: "help [command]", Short: "Help about any command",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err == nil && !about.HasParent() {
				err = noArgs(about, rest)
			}
			if err != nil {
				return err
			}
			return about.Help()
		},
	}
}

func versionCommand(c *commands) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(c.Stdout, "kaunta version %s\n", Version())
			return err
		},
	}
}

// helpWidth is how wide the help runs. No terminal is asked: some never answer, and what was typed
// meanwhile would be lost.
const helpWidth = 80

// hanging is how far to the right the rest of a long line in a list stands.
const hanging = 8

// flow breaks each paragraph again where the help ends.
func flow(text string) string { return flowTo(text, helpWidth) }

// flowTo breaks paragraphs at a width. A paragraph that begins with blanks is a list: each of its
// lines is broken by itself.
func flowTo(text string, width int) string {
	paragraphs := strings.Split(text, "\n\n")
	for i, p := range paragraphs {
		if !strings.HasPrefix(p, "  ") {
			paragraphs[i] = wrapped(strings.ReplaceAll(p, "\n", " "), width)
			continue
		}
		lines := strings.Split(p, "\n")
		for j, line := range lines {
			first, rest, more := strings.Cut(wrapped(line, width), "\n")
			if more {
				rest = wrapped(strings.ReplaceAll(rest, "\n", " "), width-hanging)
				lines[j] = first + "\n" + strings.Repeat(" ", hanging) + strings.ReplaceAll(rest, "\n", "\n"+strings.Repeat(" ", hanging))
			}
		}
		paragraphs[i] = strings.Join(lines, "\n")
	}
	return strings.Join(paragraphs, "\n\n")
}

// wrapped breaks a line at blanks. The library would also break at a hyphen, and so within the name
// of a flag.
func wrapped(line string, width int) string {
	const unbreakable = "\u2011" // a hyphen too, of the same width
	return strings.ReplaceAll(ansi.Wordwrap(strings.ReplaceAll(line, "-", unbreakable), width, ""), unbreakable, "-")
}

// indented moves every line of text two to the right.
func indented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimSuffix(text, "\n")) {
		if line != "\n" {
			b.WriteString("  ")
		}
		b.WriteString(line)
	}
	return b.String()
}

// manCommand is for those who make a package of the program.
func (c *commands) manCommand() *cobra.Command {
	return &cobra.Command{
		Use: "man", Short: "Print the manual page", Args: noArgs, Hidden: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			page, err := mango.NewManPage(1, cmd.Root())
			if err != nil {
				return err
			}
			// To the library each line is a paragraph.
			page.WithLongDescription(about + "\n" + ofSafety)
			page.WithSection("Environment", ofEnvironment+"\n"+strings.TrimSpace(variables()))
			page.WithSection("Files", ofFiles)
			page.WithSection("Exit status", ofStatus)
			text := page.Build(roff.NewDocument())
			// which only name the values of flags
			_, err = io.WriteString(c.Stdout, strings.ReplaceAll(text, "`", ""))
			return err
		},
	}
}
