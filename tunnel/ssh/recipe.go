package ssh

import (
	_ "embed"
	"net/url"
	"path"
	"strings"
	"text/template"
)

//go:embed recipe.sh.tmpl
var recipeText string

// Recipe returns the relay's side as a commented shell script that its owner
// runs there as root: the account with the till's key (a line of [GenerateKey]
// or [PublicKey]), the socket's folder, what sshd lets the account do, and
// Caddy. cfg must be one that [New] accepts, which sees to it that nothing in
// it means more to a shell than itself.
func Recipe(cfg Config, publicKeyLine string) string {
	host, port, err := splitServer(cfg.Server)
	if err != nil {
		panic("tunnel ssh: Recipe for a Config that New refuses: " + err.Error())
	}
	public, err := url.Parse(strings.TrimRight(cfg.PublicURL, "/"))
	if err != nil {
		panic("tunnel ssh: Recipe for a Config that New refuses: " + err.Error())
	}
	var script strings.Builder
	err = template.Must(template.New("recipe").Parse(recipeText)).Execute(&script, map[string]string{
		"Host": host, "Port": port, "User": cfg.User, "PublicKey": publicKeyLine,
		"Socket": cfg.Socket, "Folder": path.Dir(cfg.Socket),
		"PublicURL": public.String(), "Site": public.Scheme + "://" + public.Host, "Path": public.Path,
	})
	if err != nil {
		panic(err) // the template is fixed, and a strings.Builder takes everything
	}
	return script.String()
}
