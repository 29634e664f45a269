package setup

import (
	"cmp"
	"errors"
	"regexp"
	"slices"

	"kaunta/daraja"
	"kaunta/ui/app/settings"
	"kaunta/ui/text"
)

// reach asks how Safaricom reaches this till, and what that way needs.
func (w *wizard) reach() error {
	way := w.values.Text("callback.reach")
	if way == "" {
		way = settings.ReachOff
		if w.values.Text("callback.public_url") != "" {
			way = settings.ReachStatic
		}
	}
	options := []option{
		{settings.ReachOff, w.in(text.Both("Not at all: Kaunta asks, 10 to 30 s", "Haitufikii: Kaunta inauliza, sekunde 10-30"))},
		{settings.ReachStatic, w.in(text.Both("My own https address", "Anwani yangu ya https"))},
		{settings.ReachACME, w.in(text.Both("Public address, HTTPS built in", "Anwani ya nje, HTTPS ya ndani"))},
		{settings.ReachSSH, w.in(text.Both("A small server of mine (ssh)", "Seva yangu ndogo (ssh)"))},
		{settings.ReachCloudflared, w.in(text.Both("Cloudflare (cloudflared)", "Cloudflare (cloudflared)"))},
	}
	if !slices.ContainsFunc(options, func(o option) bool { return o.value == way }) {
		way = settings.ReachOff // such as one that is gone
	}
	if err := w.ask(question{title: w.in(text.Both("How does Safaricom reach Kaunta?", "Safaricom itaifikiaje Kaunta?")), value: &way, options: options}); err != nil {
		return err
	}
	w.values.Set("callback.reach", way)
	switch way {
	case settings.ReachStatic:
		return w.askStatic()
	case settings.ReachACME:
		return w.askACME()
	case settings.ReachSSH:
		return w.askSSH()
	case settings.ReachCloudflared:
		return w.askCloudflared()
	}
	w.values.Set("callback.public_url", "") // it would say the opposite
	return nil
}

// text is a question for a line, with what is said of one that is not valid.
func (w *wizard) text(title, hint string, value *string, valid func(string) bool, en, sw string) question {
	return question{title: title, hint: hint, value: value, valid: func(s string) error {
		if !valid(s) {
			return w.wrong(text.Both(en, sw))
		}
		return nil
	}}
}

func (w *wizard) publicURL(value *string) question {
	return w.text(w.in(text.Both("Public https address", "Anwani ya nje ya https")), w.in(text.Both("Such as https://till.example.com", "Kama https://till.example.com")), value,
		func(s string) bool { return daraja.CheckCallBackURL(s) == nil },
		"It begins with https:// and has none of: mpesa, safaricom, exe, cmd, sql, query.", "Ianze na https:// bila maneno: mpesa, safaricom, exe, cmd, sql, query.")
}

func (w *wizard) askStatic() error {
	target, listen := w.values.Text("callback.public_url"), cmp.Or(w.values.Text("callback.listen"), "127.0.0.1:8180")
	err := w.ask(w.publicURL(&target), w.text(w.in(text.Both("It leads to this address here", "Inaelekea anwani hii hapa")), "", &listen,
		func(s string) bool { return addressForm.MatchString(s) }, "Type it like 127.0.0.1:8180.", "Weka kama 127.0.0.1:8180."))
	w.values.Set("callback.public_url", target)
	w.values.Set("callback.listen", listen)
	return err
}

// The forms of addresses that are typed. Settings check them again.
var (
	addressForm = regexp.MustCompile(`^[^\s@/]*:[0-9]{1,5}$`)
	serverForm  = regexp.MustCompile(`^[^\s@/]+$`)
	userForm    = regexp.MustCompile(`^[a-z_][a-z0-9_-]*$`)
	nameForm    = regexp.MustCompile(`^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$`)
)

func (w *wizard) domain(title string, value *string, optional bool) question {
	return w.text(title, w.in(text.Both("Such as till.example.com", "Kama till.example.com")), value,
		func(s string) bool { return optional && s == "" || nameForm.MatchString(s) }, "Type the name alone, like till.example.com.", "Weka jina tu, kama till.example.com.")
}

func (w *wizard) askACME() error {
	domain, email := w.values.Text("callback.acme.domain"), w.values.Text("callback.acme.email")
	err := w.ask(w.domain(w.in(text.Both("Name of this machine", "Jina la mashine hii")), &domain, false),
		question{title: w.in(text.Both("E-mail for warnings, or empty", "Barua pepe ya maonyo, au tupu")), value: &email})
	w.values.Set("callback.acme.domain", domain)
	w.values.Set("callback.acme.email", email)
	return err
}

func (w *wizard) askCloudflared() error {
	const quick, named = "quick", "named"
	kind := quick
	if w.values.Text("callback.cloudflared.token") != "" || w.values.Text("callback.cloudflared.token_file") != "" {
		kind = named
	}
	if err := w.ask(question{title: w.in(text.Both("Which tunnel?", "Njia ipi?")), value: &kind, options: []option{
		{quick, w.in(text.Both("Quick: for a trial, new name each time", "Haraka: kwa jaribio, jina jipya kila mara"))},
		{named, w.in(text.Both("Named: an account and a domain", "Yenye jina: akaunti na domain"))},
	}}); err != nil {
		return err
	}
	if kind == quick {
		for _, key := range []string{"callback.cloudflared.token", "callback.cloudflared.token_file", "callback.public_url"} {
			w.values.Set(key, "")
		}
		return nil
	}
	token, target := "", w.values.Text("callback.public_url")
	err := w.ask(w.secret("callback.cloudflared.token", w.in(text.Both("The tunnel's token", "Token ya njia")), "", &token), w.publicURL(&target))
	w.keep("callback.cloudflared.token", token)
	w.values.Set("callback.public_url", target)
	return err
}

// askSSH asks for the relay, and lets the owner compare its keys with what the server itself shows.
func (w *wizard) askSSH() error {
	for {
		server, user, target := w.values.Text("callback.ssh.server"), w.settings().Callback.SSH.User, w.values.Text("callback.public_url")
		if err := w.ask(
			w.text(w.in(text.Both("Your server", "Seva yako")), w.in(text.Both("Such as relay.example.com:22", "Kama relay.example.com:22")), &server, serverForm.MatchString, "Type its name, and a port if it is not 22.", "Weka jina lake, na port kama si 22."),
			w.text(w.in(text.Both("Kaunta's account there", "Akaunti ya Kaunta huko")), "", &user, func(s string) bool { return userForm.MatchString(s) && len(s) <= 32 && s != "root" }, "Small letters and digits, and not root.", "Herufi ndogo na tarakimu, na si root."),
		); err != nil {
			return err
		}
		if err := w.ask(w.publicURL(&target)); err != nil {
			return err
		}
		w.values.Set("callback.ssh.server", server)
		w.values.Set("callback.ssh.user", user)
		w.values.Set("callback.public_url", target)
		w.values.Set("callback.ssh.key_file", cmp.Or(w.values.Text("callback.ssh.key_file"), w.folder("relay_key")))
		w.values.Set("callback.ssh.known_hosts_file", cmp.Or(w.values.Text("callback.ssh.known_hosts_file"), w.folder("relay_known_hosts")))
		w.passes(text.Both("Asking the server for its keys …", "Kaunta inauliza seva funguo zake …"))
		keys, err := w.HostKeys(w.ctx, w.settings().Callback.SSH.Server)
		switch {
		case w.ctx.Err() != nil:
			return errLeft
		case err == nil && len(keys) == 0:
			err = errors.New("the server showed no keys")
		}
		if err != nil {
			w.print(w.sign(false), text.Both(settings.Sentence(err.Error()), settings.Sentence(err.Error())))
			if again, err := w.again(); err != nil || !again {
				return err
			}
			continue
		}
		for _, k := range keys {
			w.stays("  " + k.Kind + "\n  " + k.Fingerprint)
		}
		same := "no"
		if err := w.ask(question{
			title: w.in(text.Both("Does the server itself show the same?", "Je, seva yenyewe inaonyesha hivyo hivyo?")),
			hint:  w.in(text.Both("There: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub", "Huko: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub")), value: &same,
			options: []option{{"yes", w.in(text.Both("Yes, the same", "Ndiyo, hivyo hivyo"))}, {"no", w.in(text.Both("No, or not compared: another server", "Hapana, au sijalinganisha: seva nyingine"))}},
		}); err != nil {
			return err
		}
		if same == "yes" {
			w.hostKeys = keys
			return nil
		}
	}
}
