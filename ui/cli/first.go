package cli

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"kaunta/ui/settings"
)

// firstRun is what a person meets who starts the till with no account configured: the ways on, of which the first
// needs nothing.
func (c *commands) firstRun(ctx context.Context) error {
	fmt.Fprint(c.Stdout, `Welcome to Kaunta. No Daraja account is configured yet.

  1  practise: the whole till on a simulator, no account and no money
  2  sandbox: Safaricom's own test system, with your developer keys
  3  live: real payments to your shop

Which one? 1, 2 or 3, or Enter to leave: `)
	answer, _ := bufio.NewReader(c.Stdin).ReadString('\n')
	fmt.Fprintln(c.Stdout)
	switch strings.TrimSpace(answer) {
	case "1":
		return c.Demo(ctx, c.ledger, c.screen)
	case "2":
		fmt.Fprintf(c.Stdout, `Write this to %s, with the key and secret of an app of yours on Safaricom's developer portal:

  environment = "sandbox"
  [daraja]
  consumer_key = "…"
  consumer_secret = "…"

Then keep it to yourself (chmod 600) and start kaunta again.
`, settings.DefaultPath())
	case "3":
		fmt.Fprintf(c.Stdout, `Write this to %s, with what Safaricom gave you when you went live:

  shop = "…"
  environment = "production"
  [daraja]
  consumer_key = "…"
  consumer_secret = "…"
  passkey = "…"
  short_code = "…"   # Pay Bill number, or the store number of a till
  till = ""          # Buy Goods: the till number
  [callback]
  public_url = ""    # https address that leads to this machine; without it results come by query, in 10 to 30 s

Then keep it to yourself (chmod 600) and start kaunta again.
`, settings.DefaultPath())
	}
	return nil
}
