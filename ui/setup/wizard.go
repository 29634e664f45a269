package setup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"kaunta/daraja"
	"kaunta/pos"
	"kaunta/ui/app/settings"
	"kaunta/ui/text"
)

type wizard struct {
	Config
	ctx      context.Context
	language string
	utf8     bool
	plain    bool

	step  int      // the number of the one in front, from 1
	title pos.Text // of it
	notes []string // what was said since the last questions, and stays with the next ones

	values   settings.Values // of the file that is to be written
	exists   bool            // there is a file already
	practise bool            // the owner wants no account yet
	live     bool
	hostKeys []HostKey // of the relay, compared by the owner
}

func newWizard(ctx context.Context, cfg Config) *wizard {
	w := &wizard{Config: cfg, ctx: ctx, language: "en", values: settings.Values{}}
	w.utf8 = text.UTF8(cfg.Getenv) && !cfg.ASCII
	if strings.HasPrefix(text.Locale(cfg.Getenv), "sw") {
		w.language = "sw"
	}
	w.plain = cfg.Plain || cfg.Getenv("TERM") == "dumb"
	return w
}

func (w *wizard) run() (Choice, error) {
	if w.plain {
		fmt.Fprintln(w.Output, "Kaunta")
	}
	for i, step := range w.steps() {
		w.begins(i+1, step.title)
		if err := step.do(); err != nil {
			return Leave, err
		}
		if w.practise {
			return Practise, nil
		}
	}
	return w.next()
}

// steps are what is asked for, in turn.
func (w *wizard) steps() []step {
	return []step{
		{text.Both("The shop", "Duka"), w.shop},
		{text.Both("Keys", "Funguo"), w.keysAndSecret},
		{text.Both("The number that customers pay to", "Namba ambayo wateja wanalipia"), w.account},
		{text.Both("How Safaricom reaches Kaunta", "Jinsi Safaricom inavyoifikia Kaunta"), w.reach},
		{text.Both("Limits", "Vikomo"), w.limits},
		{text.Both("All that is written", "Yote yatakayoandikwa"), w.confirm},
	}
}

// choose asks how to begin.
func (w *wizard) choose() error {
	way := settings.Training
	if err := w.ask(question{
		title: "How do you want to begin? / Unaanzaje?", value: &way,
		options: []option{
			{settings.Training, "Practise, no account / Mazoezi"},
			{settings.Sandbox, "Sandbox, a test / Majaribio"},
			{settings.Production, "Live, real money / Pesa halisi"},
		},
	}); err != nil {
		return err
	}
	if w.practise = way == settings.Training; w.practise {
		return nil
	}
	w.live = way == settings.Production
	w.values.Set("environment", way)
	return nil
}

// begin reads the file that is there, whose values are kept where nothing else is said.
func (w *wizard) begin() error {
	_, err := os.Stat(w.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	w.exists = true
	values, err := settings.ReadValues(w.Path)
	if err != nil {
		w.print(w.sign(false), text.Both(settings.Sentence(err.Error()), settings.Sentence(err.Error())))
		anew := "anew"
		if err := w.ask(question{title: "What now? / Sasa je?", value: &anew, options: []option{
			{"anew", "Begin anew; the old file stays as .bak / Anza upya"}, {"leave", "Leave / Ondoka"},
		}}); err != nil {
			return err
		}
		if anew == "leave" {
			return errLeft
		}
		return nil
	}
	w.values = values
	w.language = cmp.Or(values.Text("language"), w.language)
	w.say(text.Both("There is a configuration already. What it says is kept where you change nothing.", "Kuna mipangilio tayari. Usipobadilisha kitu kinabaki kilivyo."))
	return nil
}

func (w *wizard) shop() error {
	if err := w.begin(); err != nil {
		return err
	}
	if err := w.choose(); err != nil || w.practise {
		return err
	}
	if err := w.ask(question{title: "Language / Lugha", value: &w.language, options: []option{{"en", "English"}, {"sw", "Kiswahili"}}}); err != nil {
		return err
	}
	w.values.Set("language", w.language)
	leave := "Esc"
	if w.plain {
		leave = "Ctrl-C"
	}
	w.say(text.Both("Nothing is written before the end. Press "+leave+" to leave.", "Hakuna kinachoandikwa kabla ya mwisho. Bonyeza "+leave+" kuondoka."))
	name := w.values.Text("shop")
	err := w.ask(w.text(w.in(text.Both("The shop's name", "Jina la duka")), "", &name, func(s string) bool { return s != "" && len([]rune(s)) <= 60 },
		"Type the name of the shop, 60 letters at most.", "Weka jina la duka, herufi 60 au chini."))
	w.values.Set("shop", name)
	return err
}

// keysAndSecret asks for the app's keys until Safaricom takes them, or the owner wants them as they
// are.
func (w *wizard) keysAndSecret() error {
	for {
		key, secret := "", ""
		if err := w.ask(
			w.secret("daraja.consumer_key", "Consumer key", w.in(text.Both("From your app on developer.safaricom.co.ke", "Kutoka app yako kwenye developer.safaricom.co.ke")), &key),
			w.secret("daraja.consumer_secret", "Consumer secret", "", &secret),
		); err != nil {
			return err
		}
		w.keep("daraja.consumer_key", key)
		w.keep("daraja.consumer_secret", secret)
		good, err := w.asked(func(s settings.Settings) Verdict { v, _ := w.Account(w.ctx, s); return v })
		if err != nil || good {
			return err
		}
		if again, err := w.again(); err != nil || !again {
			return err
		}
	}
}

// asked prints what Safaricom says of the answers so far.
func (w *wizard) asked(ask func(settings.Settings) Verdict) (bool, error) {
	w.passes(text.Both("Asking Safaricom …", "Kaunta inauliza Safaricom …"))
	v := ask(w.settings())
	if w.ctx.Err() != nil {
		return false, errLeft
	}
	w.print(w.sign(v.Good), v.Says)
	return v.Good, nil
}

// settings are those of the answers so far. Of the environment only the address of Daraja counts:
// the rest is what is asked for.
func (w *wizard) settings() settings.Settings {
	s, _ := w.values.Settings(w.Path, w.daraja)
	return s
}

func (w *wizard) daraja(name string) string {
	if name == "KAUNTA_DARAJA_URL" {
		return w.Getenv(name)
	}
	return ""
}

// again asks whether to correct an answer that Safaricom does not take.
func (w *wizard) again() (bool, error) {
	what := "again"
	err := w.ask(question{title: w.in(text.Both("What now?", "Sasa je?")), value: &what, options: []option{
		{"again", w.in(text.Both("Type them again", "Weka tena"))}, {"keep", w.in(text.Both("Keep them and go on", "Zibaki hivyo, endelea"))},
	}})
	return what == "again", err
}

// secret is the question for a secret. Where there is one already, nothing typed keeps it.
func (w *wizard) secret(key, title, hint string, value *string) question {
	has := w.values.Text(key) != "" || w.values.Text(key+"_file") != ""
	if has {
		hint = w.in(text.Both("Enter keeps the one that is there.", "Enter inabakisha iliyopo."))
	}
	return question{title: title, hint: hint, value: value, secret: true, valid: func(s string) error {
		switch {
		case s == "" && !has:
			return w.wrong(text.Both("Paste it here; it is not shown.", "Ibandike hapa; haionyeshwi."))
		case strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }):
			return w.wrong(text.Both("There is a blank or a special letter in it: copy it again.", "Ina nafasi au herufi ya ajabu: inakili tena."))
		}
		return nil
	}}
}

// keep sets a secret that was typed, in place of a file that held it.
func (w *wizard) keep(key, typed string) {
	if typed != "" {
		w.values.Set(key, typed)
		w.values.Set(key+"_file", "")
	}
}

// number is the question for a number that Safaricom gave out.
func (w *wizard) number(title, hint string, value *string) question {
	return w.text(title, hint, value, daraja.IsShortCode, "Type 4 to 10 digits.", "Weka tarakimu 4 hadi 10.")
}

// account asks for number and passkey until they look right to Safaricom.
func (w *wizard) account() error {
	const public, payBill, buyGoods = "public", "paybill", "till"
	kind := payBill
	options := []option{
		{payBill, "Pay Bill"},
		{buyGoods, w.in(text.Both("Buy Goods: a till number", "Buy Goods: namba ya till"))},
	}
	if !w.live {
		options = append([]option{{public, w.in(text.Both("Safaricom's public test number, 174379", "Namba ya majaribio ya Safaricom, 174379"))}}, options...)
		kind = public
	}
	if w.values.Text("daraja.short_code") != "" {
		kind = payBill
	}
	if w.values.Text("daraja.till") != "" {
		kind = buyGoods
	}
	for {
		if err := w.ask(question{title: w.in(text.Both("What do customers pay to?", "Wateja wanalipa wapi?")), value: &kind, options: options}); err != nil {
			return err
		}
		code, till, pass := w.values.Text("daraja.short_code"), w.values.Text("daraja.till"), ""
		switch kind {
		case public:
			for _, key := range []string{"daraja.short_code", "daraja.till", "daraja.passkey", "daraja.passkey_file"} {
				w.values.Set(key, "")
			}
			return nil
		case payBill:
			till = ""
			if err := w.ask(w.number(w.in(text.Both("Pay Bill number", "Namba ya Pay Bill")), "", &code)); err != nil {
				return err
			}
		case buyGoods:
			if err := w.ask(
				w.number(w.in(text.Both("Till number, which customers pay to", "Namba ya till wanayolipia wateja")), "", &till),
				w.number(w.in(text.Both("Store number (head office number)", "Store number (kutoka Safaricom)")), w.in(text.Both("From the go-live; not the till number.", "Kutoka go-live; si namba ya till.")), &code),
			); err != nil {
				return err
			}
		}
		if err := w.askPasskey(&pass); err != nil {
			return err
		}
		w.values.Set("daraja.short_code", code)
		w.values.Set("daraja.till", till)
		w.keep("daraja.passkey", pass)
		good, err := w.asked(func(s settings.Settings) Verdict { _, v := w.Account(w.ctx, s); return v })
		if err != nil || good {
			return err
		}
		if again, err := w.again(); err != nil || !again {
			return err
		}
	}
}

// leastPasskey is below what no passkey can be, in characters.
const leastPasskey = 16

// askPasskey asks for the passkey until it looks like one, or the owner wants it as it is:
// Safaricom documents no form.
func (w *wizard) askPasskey(pass *string) error {
	for {
		q := w.secret("daraja.passkey", "Passkey", w.in(text.Both("64 letters and digits; Safaricom sent it when you went live.", "Herufi na tarakimu 64; Safaricom ilikutumia ulipoanza.")), pass)
		whole := q.valid
		q.valid = func(s string) error {
			if s != "" && len(s) < leastPasskey {
				return w.wrong(text.Both("This is too short for a passkey: copy all 64 letters and digits.", "Hii ni fupi mno: nakili herufi na tarakimu zote 64."))
			}
			return whole(s)
		}
		if err := w.ask(q); err != nil || *pass == "" || settings.LooksLikePasskey(daraja.Secret(*pass)) {
			return err
		}
		w.print(w.sign(false), text.Both(
			fmt.Sprintf("This does not look like a passkey: it has %d characters, and Safaricom's have 64 letters and digits.", len(*pass)),
			fmt.Sprintf("Hii haifanani na passkey: ina herufi %d, na za Safaricom huwa na herufi na tarakimu 64.", len(*pass))))
		what := "again"
		if err := w.ask(question{title: w.in(text.Both("Use it anyway?", "Itumike hivyo hivyo?")), value: &what, options: []option{
			{"again", w.in(text.Both("No, type it again", "Hapana, weka tena"))}, {"keep", w.in(text.Both("Yes, use it", "Ndiyo, itumike"))},
		}}); err != nil || what == "keep" {
			return err
		}
		*pass = ""
	}
}

// amount is the question for a limit in shillings.
func (w *wizard) amount(title, hint string, least int64, value *string) question {
	return w.text(title, hint, value, func(s string) bool {
		n, err := strconv.ParseInt(s, 10, 64)
		return err == nil && n >= least && n <= daraja.MaxAmount
	}, fmt.Sprintf("Type whole shillings from %d to %d.", least, daraja.MaxAmount), fmt.Sprintf("Weka shilingi kamili, %d hadi %d.", least, daraja.MaxAmount))
}

func (w *wizard) limits() error {
	s := w.settings()
	most, twice := strconv.FormatInt(s.Limits.MaxAmount, 10), strconv.FormatInt(s.Limits.RetypeAbove, 10)
	if err := w.ask(
		w.amount(w.in(text.Both("Most in one payment, KES", "Kiasi cha juu kwa malipo, KES")), "", 1, &most),
		w.amount(w.in(text.Both("Type the amount twice above, KES", "Weka kiasi mara mbili zaidi ya, KES")), w.in(text.Both("0: never", "0: kamwe")), 0, &twice),
	); err != nil {
		return err
	}
	for key, text := range map[string]string{"limits.max_amount": most, "limits.retype_above": twice} {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return err
		}
		w.values[key] = n
	}
	return nil
}

// confirm shows what is to be written. Real money is confirmed by a word or a number that nobody
// types by accident.
func (w *wizard) confirm() error {
	s, mistakes := w.values.Settings(w.Path, w.daraja)
	if len(mistakes) > 0 {
		return mistakes[0]
	}
	w.stays(w.everything())
	if w.exists {
		w.say(text.Both("The old configuration stays beside the new one, with .bak at its end.", "Mipangilio ya zamani inabaki, ikiwa na .bak mwishoni."))
	}
	if !w.live {
		what := "write"
		if err := w.ask(question{title: w.in(text.Both("Write the file?", "Iandikwe faili?")), value: &what, options: []option{
			{"write", w.in(text.Both("Write it", "Andika"))}, {"leave", w.in(text.Both("Leave", "Ondoka"))},
		}}); err != nil {
			return err
		}
		if what == "leave" {
			return errLeft
		}
		return w.write()
	}
	word := ""
	if err := w.ask(w.text(w.in(text.Both("LIVE: real money will move to ", "HALISI: pesa halisi zitaenda "))+s.Daraja.Number(),
		w.in(text.Both("Type LIVE, or that number, to write it.", "Weka HALISI, au namba hiyo, ili kuandika.")), &word,
		func(typed string) bool { return Confirms(typed, s.Daraja) },
		"Type LIVE, or the number "+s.Daraja.Number()+"; press Esc to leave.", "Weka HALISI, au namba "+s.Daraja.Number()+"; bonyeza Esc kuondoka.")); err != nil {
		return err
	}
	return w.write()
}

// Confirms reports whether what was typed says that real money may move: the word, in either
// language, or one of the shop's own numbers.
func Confirms(typed string, d settings.Daraja) bool {
	typed = strings.TrimSpace(typed)
	return strings.EqualFold(typed, "LIVE") || strings.EqualFold(typed, "HALISI") || typed != "" && (typed == d.ShortCode || typed == d.Till)
}

// write writes the configuration, and for a relay this till's key and the server's.
func (w *wizard) write() error {
	s := w.settings()
	if err := settings.Save(w.Path, settings.Fill(w.values)); err != nil {
		return err
	}
	w.print(w.sign(true), text.Both("Written to "+w.Path+", for this user only.", "Imeandikwa kwenye "+w.Path+", kwa mtumiaji huyu tu."))
	for _, name := range []string{"MPESA_CONSUMER_KEY", "MPESA_CONSUMER_SECRET", "MPESA_PASSKEY", "MPESA_SHORTCODE", "MPESA_TILL", "MPESA_ENVIRONMENT", "KAUNTA_PUBLIC_URL"} {
		if w.Getenv(name) != "" {
			w.print(w.sign(false), text.Both(name+" is set in the environment and is used instead of the file.", name+" imewekwa kwenye environment na inatumika badala ya faili."))
		}
	}
	if w.values.Text("callback.reach") != settings.ReachSSH {
		return nil
	}
	if len(w.hostKeys) > 0 {
		var lines strings.Builder
		for _, k := range w.hostKeys {
			lines.WriteString(k.Line + "\n")
		}
		if err := settings.Save(s.Callback.SSH.KnownHostsFile, lines.String()); err != nil {
			return err
		}
	}
	public, err := w.Key(s.Callback.SSH.KeyFile)
	if err != nil {
		return err
	}
	w.say(text.Both("Kaunta's key for the server (kaunta setup --print-relay prints all that the server needs):", "Ufunguo wa Kaunta kwa seva (kaunta setup --print-relay inaonyesha yote ya seva):"))
	w.stays(public)
	return nil
}

// next asks what to do now that all is written.
func (w *wizard) next() (Choice, error) {
	what := "examine"
	err := w.ask(question{title: w.in(text.Both("And now?", "Na sasa?")), value: &what, options: []option{
		{"examine", w.in(text.Both("Check everything, then open Kaunta", "Kagua kila kitu, kisha fungua Kaunta"))},
		{"open", w.in(text.Both("Open Kaunta", "Fungua Kaunta"))},
		{"leave", w.in(text.Both("Leave", "Ondoka"))},
	}})
	switch {
	case err != nil || what == "leave":
		return Leave, nil // it is written; to leave now is as good
	case what == "open":
		return Open, nil
	}
	return Examine, nil
}

func (w *wizard) wrong(t pos.Text) error { return errors.New(w.in(t)) }

// folder holds the files next to the configuration.
func (w *wizard) folder(name string) string { return filepath.Join(filepath.Dir(w.Path), name) }
