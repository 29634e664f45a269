package doctor

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"kaunta/daraja"
	"kaunta/ui/app/settings"
	"kaunta/ui/text"
)

// noPayment is a CheckoutRequestID that belongs to no payment. To ask for it moves no money, and
// the answer still tells whether Safaricom takes the token, the short code and the password: a
// wrong one is refused before the id is looked at.
const noPayment = "ws_CO_000000000000000000000000000"

// What stands in for a number and a passkey that are not known yet: nothing is sent with them.
const (
	standInCode    = "600000"
	standInPasskey = "passkey"
)

// Account asks Safaricom whether it takes the keys, and then whether short code and passkey look
// right, as kaunta setup does while they are typed. The second finding is Unchecked where the first
// is no OK.
func Account(ctx context.Context, s settings.Settings) (key, pass Finding) {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	d := &s.Daraja
	if d.ShortCode == "" || d.Passkey == "" { // a token is given for the keys alone
		d.ShortCode, d.Passkey = standInCode, standInPasskey
		return keys(ctx, examine(ctx, Config{Settings: s})), noKeys
	}
	x := examine(ctx, Config{Settings: s})
	return keys(ctx, x), x.askedPasskey()
}

func keys(_ context.Context, x *examiner) Finding {
	d := x.Settings.Daraja
	if d.ConsumerKey == "" || d.ConsumerSecret == "" {
		return fault(text.Both("No consumer key and secret are configured.", "Hakuna consumer key na secret zilizowekwa."),
			text.Both("Run kaunta setup, or set MPESA_CONSUMER_KEY and MPESA_CONSUMER_SECRET.", "Endesha kaunta setup, au weka MPESA_CONSUMER_KEY na MPESA_CONSUMER_SECRET."))
	}
	a := x.token()
	host := hostOf(d.URL)
	switch {
	case a.Verdict == daraja.VerdictToken:
		who := x.who()
		return ok(text.Both(who.EN+" accepts the consumer key and secret.", who.SW+" imekubali consumer key na secret."))
	case a.Verdict == daraja.VerdictCredentials:
		mixedEN, mixedSW := "sandbox keys on production", "funguo za sandbox kwenye production"
		if x.Settings.Environment == settings.Sandbox {
			mixedEN, mixedSW = "production keys on the sandbox", "funguo za production kwenye sandbox"
		}
		return fault(text.Both("Safaricom refuses the consumer key and secret: wrong keys, or "+mixedEN+".", "Safaricom imekataa consumer key na secret: funguo si sahihi, au "+mixedSW+"."),
			text.Both("Copy both from the app on Safaricom's developer portal and run kaunta setup.", "Nakili zote mbili kutoka app yako kwenye tovuti ya Daraja, kisha endesha kaunta setup."))
	case a.Verdict == daraja.VerdictConfiguration:
		return unchecked(text.Both("Not asked: the account in the configuration is not complete.", "Haikuulizwa: akaunti kwenye mipangilio haijakamilika."))
	case a.Verdict == daraja.VerdictBlocked:
		return fault(text.Both("Safaricom blocks this connection.", "Safaricom imezuia muunganisho huu."),
			text.Both("Wait some minutes and run this again; if it stays, use another internet connection.", "Subiri dakika chache na ujaribu tena; ikiendelea, tumia intaneti nyingine."))
	case strings.Contains(a.ErrorMessage, "not yet valid"):
		return fault(text.Both("The connection to "+host+" is not trusted: the clock of this machine may be wrong.", "Muunganisho na "+host+" hauaminiki: huenda saa ya mashine hii si sahihi."),
			text.Both("Set the clock: timedatectl set-ntp true.", "Rekebisha saa: timedatectl set-ntp true."))
	case a.HTTPStatus == 0:
		return fault(text.Both(settings.Sentence("Safaricom cannot be reached at "+host+": "+a.ErrorMessage), settings.Sentence("Safaricom haipatikani kwenye "+host+": "+a.ErrorMessage)),
			text.Both("Check the internet connection of this machine.", "Angalia intaneti ya mashine hii."))
	}
	return fault(text.Both(fmt.Sprintf("%s does not answer as Safaricom does (HTTP status %d).", host, a.HTTPStatus), fmt.Sprintf("%s haijibu kama Safaricom (HTTP %d).", host, a.HTTPStatus)),
		text.Both("Try again in some minutes; if it stays, see whether a proxy or a log-in page is in between.", "Jaribu tena baada ya dakika chache; ikiendelea, angalia kama kuna proxy au ukurasa wa login ya intaneti."))
}

// hasToken reports whether the questions that need an access token can be asked.
func (x *examiner) hasToken() bool {
	return x.Settings.Daraja.ConsumerKey != "" && x.Settings.Daraja.ConsumerSecret != "" && x.token().Verdict == daraja.VerdictToken
}

var noKeys = unchecked(text.Both("Not asked, since there is no access without the keys.", "Haikuulizwa, kwa kuwa bila funguo hakuna ruhusa."))

// silent is the finding for an answer that says nothing about what was asked.
func silent(a daraja.Answer) Finding {
	switch a.Verdict {
	case daraja.VerdictRateLimited, daraja.VerdictSystemBusy:
		return unchecked(text.Both("Not known: Safaricom answers only a few questions a minute; run this again in a minute.", "Haijulikani: Safaricom hujibu maswali machache kwa dakika; jaribu tena baada ya dakika moja."))
	case daraja.VerdictBlocked:
		return unchecked(text.Both("Not known: Safaricom blocked the connection; run this again in some minutes.", "Haijulikani: Safaricom imezuia muunganisho; jaribu tena baadaye."))
	}
	return unchecked(text.Both("Not known: Safaricom gave no clear answer; run this again in a minute.", "Haijulikani: Safaricom haikujibu wazi; jaribu tena baada ya dakika moja."))
}

func product(_ context.Context, x *examiner) Finding {
	if !x.hasToken() {
		return noKeys
	}
	a := x.query()
	switch message := strings.ToLower(a.ErrorMessage); {
	case a.Verdict == daraja.VerdictAuth, strings.Contains(message, "apiproduct"):
		return fault(text.Both("M-PESA Express is not enabled on this app: Safaricom gives a token and then refuses it.", "M-PESA Express haijawashwa kwenye app hii: Safaricom inatoa token kisha inaikataa."),
			text.Both("Add the product M-PESA Express to the app on Safaricom's developer portal, or use the keys of the app that has it.", "Ongeza M-PESA Express kwenye app yako katika tovuti ya Daraja, au tumia funguo za app iliyo nayo."))
	case understood(a):
		who := x.who()
		return ok(text.Both(who.EN+" takes this app's questions about payments.", who.SW+" inapokea maswali ya malipo ya app hii."))
	}
	return silent(a)
}

// understood reports whether M-PESA itself looked at the query.
func understood(a daraja.Answer) bool {
	switch a.Verdict {
	case daraja.VerdictPending, daraja.VerdictPaid, daraja.VerdictFailed, daraja.VerdictValidation:
		return true
	case daraja.VerdictConfiguration: // with another code the gateway answered in its place
		return a.ErrorCode == "500.001.1001"
	}
	return false
}

// passkey adds to what Safaricom says that the passkey does not look like one: a query alone does
// not prove it. A simulator takes any.
func passkey(_ context.Context, x *examiner) Finding {
	f := x.askedPasskey()
	typed := x.Settings.Daraja.Passkey
	if f.Status == Fault || x.Settings.Environment == settings.Training || typed == "" || settings.LooksLikePasskey(typed) {
		return f
	}
	return warning(text.Both(fmt.Sprintf("The passkey does not look like one: Safaricom's have 64 letters and digits, and this one has %d characters.", len(typed)),
		fmt.Sprintf("Passkey hii haifanani na ya Safaricom: huwa na herufi na tarakimu 64, na hii ina %d.", len(typed))),
		text.Both("Copy the whole passkey again, and run kaunta setup.", "Nakili passkey yote tena, kisha endesha kaunta setup."))
}

func (x *examiner) askedPasskey() Finding {
	switch {
	case x.Settings.Daraja.Passkey == "" || x.Settings.Daraja.ShortCode == "":
		return fault(text.Both("The passkey or the short code is missing.", "Passkey au short code haipo."),
			text.Both("Run kaunta setup and copy both from what Safaricom sent when you went live.", "Endesha kaunta setup na unakili zote mbili kutoka barua ya Safaricom."))
	case !x.hasToken():
		return noKeys
	}
	a := x.query()
	switch message := strings.ToLower(a.ErrorMessage); {
	case a.Verdict == daraja.VerdictConfiguration && (strings.Contains(message, "wrong credentials") || strings.Contains(message, "password parameter")):
		return fault(text.Both("Short code and passkey do not belong together.", "Short code na passkey hazilingani."),
			text.Both("Copy the passkey again; for a till number, short_code is the store number of the go-live, not the till number.", "Nakili passkey tena; kwa namba ya till, short_code ni store number, si namba ya till."))
	case a.Verdict == daraja.VerdictConfiguration && strings.Contains(message, "merchant does not exist"),
		a.Verdict == daraja.VerdictValidation && strings.Contains(message, "shortcode"):
		return fault(text.Both("Safaricom does not know this short code.", "Safaricom haitambui short code hii."),
			text.Both("Write the Pay Bill number, or for a till number the store number of the go-live, into short_code.", "Andika namba ya Pay Bill, au kwa namba ya till store number, kwenye short_code."))
	case a.Verdict == daraja.VerdictAuth, !understood(a), a.Verdict == daraja.VerdictConfiguration:
		return silent(a)
	}
	return ok(text.Both("Short code and passkey look right; only a payment proves it.", "Short code na passkey zinaonekana sahihi; malipo tu ndiyo yanathibitisha."))
}

// number holds Pay Bill and Buy Goods to what is known of them without a payment.
func number(_ context.Context, x *examiner) Finding {
	d := x.Settings.Daraja
	live := x.Settings.Environment == settings.Production
	switch {
	case d.ShortCode == "":
		return unchecked(text.Both("No short code is configured.", "Hakuna short code iliyowekwa."))
	case live && d.ShortCode == settings.SandboxShortCode:
		return fault(text.Both("The short code is the sandbox's, and the environment is production.", "Short code ni ya sandbox, na environment ni production."),
			text.Both("Write your own short code and passkey into the configuration.", "Andika short code na passkey zako mwenyewe."))
	case live && d.Passkey == settings.SandboxPasskey:
		return fault(text.Both("The passkey is the sandbox's public one, and the environment is production.", "Passkey ni ya sandbox, na environment ni production."),
			text.Both("Copy the passkey that Safaricom sent when you went live.", "Nakili passkey ambayo Safaricom ilikutumia."))
	case d.Till != "" && d.ShortCode == settings.SandboxShortCode:
		return fault(text.Both("The sandbox's short code 174379 is a Pay Bill, and a till number is configured.", "Short code ya sandbox 174379 ni Pay Bill, na namba ya till imewekwa."),
			text.Both(`Remove "till" from the configuration.`, `Ondoa "till" kwenye mipangilio.`))
	case d.Till != "" && d.Till == d.ShortCode:
		return fault(text.Both("Till number and short code are the same number.", "Namba ya till na short code ni namba moja."),
			text.Both("For a till number, short_code is the store number (head office number) of the go-live.", "Kwa namba ya till, short_code ni store number."))
	case d.Till != "":
		return ok(text.Both("Buy Goods: customers pay till "+d.Till+" of store "+d.ShortCode+".", "Buy Goods: wateja wanalipia till "+d.Till+", store number "+d.ShortCode+"."))
	}
	return ok(text.Both("Pay Bill: customers pay "+d.ShortCode+".", "Pay Bill: wateja wanalipia "+d.ShortCode+"."))
}

// rate holds query_every to what the environment puts up with: the sandbox lets one query in 12 s
// through (measured); production's limit is unpublished.
func rate(_ context.Context, x *examiner) Finding {
	every := x.Settings.Limits.QueryEvery
	if x.Settings.Environment == settings.Sandbox && every < 12*time.Second {
		return fault(text.Both(fmt.Sprintf("query_every is %v, and the sandbox answers one question in 12 s.", every), fmt.Sprintf("query_every ni %v, na sandbox hujibu swali moja kwa sekunde 12.", every)),
			text.Both(`Write query_every = "13s", or leave it out.`, `Andika query_every = "13s", au iondoe.`))
	}
	if x.Settings.Environment == settings.Production && every > 30*time.Second {
		return fault(text.Both(fmt.Sprintf("query_every is %v: customers would wait long for their result.", every), fmt.Sprintf("query_every ni %v: wateja watasubiri matokeo kwa muda mrefu.", every)),
			text.Both(`Leave query_every out; Kaunta then waits 2 s.`, `Ondoa query_every; Kaunta itasubiri sekunde 2.`))
	}
	return ok(text.Both(fmt.Sprintf("Kaunta asks M-PESA at most once in %v.", every), fmt.Sprintf("Kaunta inauliza M-PESA mara moja kwa %v.", every)))
}

// maxSkew is how far the clock may be off: pushes carry the time, and callbacks are compared with
// it.
const maxSkew = time.Minute

func clock(ctx context.Context, x *examiner) Finding {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, x.Settings.Daraja.URL, nil)
	if err != nil {
		return unchecked(text.Both("There is nobody to ask for the time.", "Hakuna wa kuulizwa saa."))
	}
	response, err := once.Do(request)
	if err != nil {
		return unchecked(text.Both("Safaricom did not answer, so there is nothing to compare the clock with.", "Safaricom haikujibu, hivyo hakuna cha kulinganisha na saa."))
	}
	_ = response.Body.Close()
	theirs, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		return unchecked(text.Both("Safaricom's answer has no time in it.", "Jibu la Safaricom halina saa."))
	}
	skew := x.Now().Sub(theirs)
	if skew.Abs() <= maxSkew {
		return ok(text.Both("The clock is right to the minute.", "Saa ni sahihi kwa dakika."))
	}
	en, sw := "fast", "mbele"
	if skew < 0 {
		en, sw = "slow", "nyuma"
	}
	off := skew.Abs().Round(time.Second)
	return fault(text.Both(fmt.Sprintf("The clock of this machine is %v %s.", off, en), fmt.Sprintf("Saa ya mashine hii iko %s kwa %v.", sw, off)),
		text.Both("Set it: timedatectl set-ntp true.", "Irekebishe: timedatectl set-ntp true."))
}

func timeZone(_ context.Context, x *examiner) Finding {
	name, offset := x.Now().Zone()
	if offset == 3*3600 {
		return ok(text.Both("East Africa Time.", "Saa za Afrika Mashariki."))
	}
	return ok(text.Both("This machine is on "+name+"; Kaunta shows and sends East Africa Time anyway.", "Mashine hii iko kwenye "+name+"; Kaunta inatumia saa za Afrika Mashariki."))
}

// hostOf is the name in an address, for a sentence.
func hostOf(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil || u.Host == "" {
		return "?"
	}
	return u.Host
}
