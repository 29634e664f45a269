package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"kaunta/pos"
	"kaunta/ui/app/settings"
	"kaunta/ui/doctor"
	"kaunta/ui/text"
)

func (c *commands) doctorCommand() *cobra.Command {
	var asJSON, yes bool
	var pushTo string
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Find out what is wrong, and what to do about it",
		Long: `Looks at the configuration, the account with Safaricom, the way that callbacks take, the ledger and this machine, and prints a line
for each: ✓ in order, ! should be better, × must be mended, – not looked at and why. It asks Safaricom for a token and one question, and moves no money.

--push-to asks that phone for KES 1 at the end, as a sale would: the only proof of short code and passkey. In production the shilling is real.

Exit status: 0 nothing to fix but warnings, 1 something to fix, 2 usage; with --push-to 10 not paid, 11 still checking.`,
		Example: `kaunta doctor
kaunta doctor --push-to 0712345678`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var phone pos.MSISDN
			if pushTo != "" {
				var err error
				if phone, err = pos.ParseMSISDN(pushTo); err != nil {
					return usageError{err}
				}
				if !yes && (asJSON || !c.Interactive) {
					return usageError{errors.New("--push-to moves KES 1: say --yes with it where nobody can be asked")}
				}
			}
			healthy, err := c.examine(cmd.Context(), asJSON)
			if err != nil {
				return err
			}
			if pushTo != "" {
				return c.pushShilling(cmd.Context(), phone, yes, asJSON)
			}
			if !healthy {
				return exit{status: ExitError}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object for each line")
	cmd.Flags().StringVar(&pushTo, "push-to", "", "ask this phone for KES 1 at the end")
	cmd.Flags().BoolVar(&yes, "yes", false, "with --push-to: do not ask before")
	return cmd
}

// examine runs every check, prints the findings and reports whether nothing is to be fixed.
func (c *commands) examine(ctx context.Context, asJSON bool) (healthy bool, err error) {
	s, mistakes := settings.Read(c.config, c.getenv)
	findings := doctor.Run(ctx, doctor.Config{
		Parts: c.Doctor, Path: c.path(), Settings: s, Mistakes: mistakes,
		Getenv: c.Getenv, Terminal: c.terminal(), System: os.DirFS("/"),
	})
	if err := ctx.Err(); err != nil {
		return false, errors.New("stopped before everything was looked at")
	}
	faults, warnings := 0, 0
	for _, f := range findings {
		switch f.Status {
		case doctor.Fault:
			faults++
		case doctor.Warning:
			warnings++
		}
	}
	if asJSON {
		return faults == 0, writeFindings(c.Stdout, findings)
	}
	return faults == 0, c.printFindings(findings, text.Language(s.Language), summary(faults, warnings))
}

// terminal is the one that the output goes to.
func (c *commands) terminal() doctor.Terminal {
	f, is := c.Stdout.(*os.File)
	if !is || !term.IsTerminal(f.Fd()) {
		return doctor.Terminal{}
	}
	width, height, err := term.GetSize(f.Fd())
	return doctor.Terminal{Is: err == nil, Width: width, Height: height}
}

type findingLine struct {
	Check  string        `json:"check"`
	Status doctor.Status `json:"status"`
	EN     string        `json:"en"`
	SW     string        `json:"sw"`
	FixEN  string        `json:"fix_en"`
	FixSW  string        `json:"fix_sw"`
}

func writeFindings(w io.Writer, findings []doctor.Finding) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for _, f := range findings {
		line := findingLine{Check: f.Name, Status: f.Status, EN: f.Says.EN, SW: f.Says.SW, FixEN: f.Fix.EN, FixSW: f.Fix.SW}
		if err := out.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

// printFindings prints a line each, and below it what to do. On a terminal they are broken at its
// width, so that titles stand out; elsewhere a line stays a line.
func (c *commands) printFindings(findings []doctor.Finding, language text.Language, last pos.Text) error {
	t := c.terminal()
	signs := map[doctor.Status]string{doctor.OK: "✓", doctor.Warning: "!", doctor.Fault: "×", doctor.Unchecked: "–"}
	titles := 0
	for _, f := range findings {
		titles = max(titles, utf8.RuneCountInString(text.In(language, f.Title)))
	}
	if t.Is && t.Width < 60 {
		titles = 0 // the sentence goes below its title
	}
	var b strings.Builder
	for _, f := range findings {
		title := text.In(language, f.Title)
		lead, indent := fmt.Sprintf("%s %-*s  ", signs[f.Status], titles, title), strings.Repeat(" ", titles+4)
		if titles == 0 {
			b.WriteString(signs[f.Status] + " " + title + "\n")
			lead, indent = "  ", "  "
		}
		writeParagraph(&b, lead, indent, text.In(language, f.Says), t)
		if fix := text.In(language, f.Fix); fix != "" {
			writeParagraph(&b, indent+"→ ", indent+"  ", fix, t)
		}
	}
	b.WriteString("\n" + text.In(language, last) + "\n")
	printed := b.String()
	if t.Is && !text.UTF8(c.Getenv) {
		printed = strings.NewReplacer("✓", "+", "×", "x", "–", "-", "→", ">", "•", "*").Replace(printed)
	}
	_, err := io.WriteString(c.Stdout, printed)
	return err
}

func summary(faults, warnings int) pos.Text {
	t := text.Both(fmt.Sprintf("%d things to fix", faults), fmt.Sprintf("Mambo %d ya kurekebisha", faults))
	switch faults {
	case 0:
		t = text.Both("Nothing to fix", "Hakuna cha kurekebisha")
	case 1:
		t = text.Both("One thing to fix", "Jambo moja la kurekebisha")
	}
	switch warnings {
	case 0:
		return text.Both(t.EN+".", t.SW+".")
	case 1:
		return text.Both(t.EN+", and one warning.", t.SW+", na onyo moja.")
	}
	return text.Both(fmt.Sprintf("%s, and %d warnings.", t.EN, warnings), fmt.Sprintf("%s, na maonyo %d.", t.SW, warnings))
}

// writeParagraph writes text after lead; further lines begin with indent.
func writeParagraph(b *strings.Builder, lead, indent, text string, t doctor.Terminal) {
	if t.Is {
		room := max(t.Width-utf8.RuneCountInString(indent)-1, 20)
		text = strings.ReplaceAll(ansi.Wrap(text, room, " "), "\n", "\n"+indent)
	}
	b.WriteString(lead + text + "\n")
}

// shillingPatience is how long the shilling of --push-to is waited for.
const shillingPatience = 90 * time.Second

// pushShilling takes KES 1 from a phone, as any sale is taken.
func (c *commands) pushShilling(ctx context.Context, phone pos.MSISDN, yes, asJSON bool) error {
	s, err := c.account()
	if err != nil {
		return err
	}
	if !asJSON {
		money := text.Both("No real money moves here.", "Hakuna pesa halisi hapa.")
		if s.Environment == settings.Production {
			money = text.Both("This is real money, paid to "+s.Daraja.Number()+".", "Hizi ni pesa halisi, zitalipwa kwa "+s.Daraja.Number()+".")
		}
		fmt.Fprintf(c.Stdout, "\n%s %s\n", text.In(text.Language(s.Language), text.Both("KES 1 is asked from "+phone.Masked()+".", phone.Masked()+" itaombwa KES 1.")), text.In(text.Language(s.Language), money))
	}
	if !yes {
		fmt.Fprint(c.Stdout, text.In(text.Language(s.Language), text.Both("Type yes to send it: ", "Weka ndiyo ili itumwe: ")))
		answer, err := c.line(ctx)
		if err != nil {
			return errors.New("nothing was sent")
		}
		switch strings.ToLower(strings.TrimSpace(answer)) {
		case "yes", "ndiyo":
		default:
			return errors.New("nothing was sent")
		}
	}
	p := payment{
		request: pos.Request{Amount: 1, Phone: phone, Reference: "Test", Description: "Test"},
		wait:    shillingPatience, out: c.printer(asJSON, false),
		open: func(ctx context.Context) (*Shop, error) { return c.OpenShop(ctx, s) },
	}
	state, err := p.take(ctx)
	if state == 0 {
		return err
	}
	return exitStatus(state, err)
}
