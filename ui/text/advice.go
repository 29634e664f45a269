package text

import (
	"fmt"
	"strings"

	"kaunta/daraja"
	"kaunta/pos"
)

// Advice is what an answer of Daraja's means to the person at the counter and what to do now, one
// or two sentences each. It is made from Endpoint, Verdict, NotSent, ResultCode, ResultDesc,
// ErrorCode and ErrorMessage alone, so that it can be made again from what a ledger kept.
func Advice(a daraja.Answer) (what, do pos.Text) {
	switch a.Endpoint {
	case daraja.EndpointOAuth:
		return adviceOAuth(a)
	case daraja.EndpointPush:
		return advicePush(a)
	case daraja.EndpointQuery:
		return adviceQuery(a)
	default:
		return adviceCallback(a)
	}
}

// The sentences that more than one answer needs. Where money may have moved, none says whether to
// ask again: that changes with time, and the till says it.
var (
	doAgain    = Both("Ask again.", "Omba tena.")
	doHandOver = Both("Hand over the goods.", "Mpe mteja bidhaa.")
	doHold     = Both(
		"Keep the goods until it is clear.",
		"Usitoe bidhaa hadi ijulikane.")
	doOwner = Both(
		"Call the owner. Until then take cash.",
		"Mpigie mwenye duka. Kwa sasa pokea pesa taslimu.")
	doMinute = Both(
		"Wait a minute, then ask again.",
		"Subiri dakika moja, kisha omba tena.")
	doLater = Both(
		"Keep the goods and check again in a minute.",
		"Usitoe bidhaa bado. Angalia tena baada ya dakika moja.")
	doOwnerHold = Both(
		"Keep the goods and call the owner.",
		"Usitoe bidhaa bado. Mpigie mwenye duka.")
	doAmount = Both(
		"Correct the amount and ask again.",
		"Rekebisha kiasi, kisha omba tena.")
	doOtherWay = Both(
		"Ask the customer to pay another way.",
		"Mwombe mteja alipe kwa njia nyingine.")
	doReference = Both(
		"Use another Ref. If it stays, call the owner.",
		"Tumia Ref nyingine. Ikiendelea, mpigie mwenye duka.")
	whyShortCode = Both(
		"M-PESA does not know the shop's short code.",
		"M-PESA haitambui short code ya duka.")
)

func advicePush(a daraja.Answer) (what, do pos.Text) {
	switch a.Verdict {
	case daraja.VerdictAccepted:
		return Both("M-PESA has taken the request.", "M-PESA imepokea ombi."),
			Both("Ask the customer to enter the PIN. Keep the goods until it is paid.", "Mwambie mteja aweke PIN kwenye simu. Usitoe bidhaa hadi alipe.")
	case daraja.VerdictValidation:
		return adviceValidation(a)
	case daraja.VerdictConfiguration:
		return whyConfiguration(a), doOwner
	case daraja.VerdictAuth:
		if a.NotSent {
			return Both("Not sent: the shop's M-PESA settings are wrong.", "Ombi halikutumwa: mipangilio ya M-PESA ya duka si sahihi."), doOwner
		}
		return whyAuth, doOwner
	case daraja.VerdictPhoneBusy:
		return Both("The phone is busy with another M-PESA request, and this one was not sent.", "Simu ya mteja ina ombi lingine la M-PESA, na hili halikutumwa."),
			Both("The customer closes the M-PESA menu. Wait a minute or more, then ask again.", "Mteja afunge menyu ya M-PESA. Subiri dakika moja au zaidi, kisha omba tena.")
	case daraja.VerdictSystemBusy:
		return Both("M-PESA is busy, and the request was not sent.", "M-PESA imelemewa, na ombi halikutumwa."), doMinute
	case daraja.VerdictRateLimited:
		return Both("M-PESA was asked too often, and the request was not sent.", "Maombi kwa M-PESA yalikuwa mengi mno, na hili halikutumwa."), doMinute
	case daraja.VerdictBlocked:
		if a.NotSent {
			return Both("Not sent: Safaricom blocked the connection.", "Ombi halikutumwa: Safaricom imezuia muunganisho."),
				Both("Wait a few minutes, then ask again. If it goes on, call the owner.", "Subiri dakika chache, kisha omba tena. Ikiendelea, mpigie mwenye duka.")
		}
		return Both("Safaricom blocked the connection, so nobody knows whether the request reached the phone.", "Safaricom imezuia muunganisho; haijulikani kama ombi lilifika kwenye simu."), doHold
	}
	switch {
	case a.FromElsewhere() && a.NotSent:
		return Both("Not sent: something else answered in M-PESA's place. This network may want a login.", "Ombi halikutumwa: kitu kingine kilijibu badala ya M-PESA. Huenda intaneti hii inataka login."), doLogin
	case a.FromElsewhere():
		return whyElsewhere, doHold
	}
	if a.WithoutToken() {
		return Both("Not sent: M-PESA answered, but did not let the shop in.", "Ombi halikutumwa: M-PESA imejibu, lakini haikuliruhusu duka."),
			Both("Wait a minute, then ask again. If it goes on, call the owner.", "Subiri dakika moja, kisha omba tena. Ikiendelea, mpigie mwenye duka.")
	}
	if a.NotSent {
		return Both("Not sent: M-PESA could not be reached.", "Ombi halikutumwa: M-PESA haikupatikana."),
			Both("Check the internet connection, then ask again.", "Angalia intaneti, kisha omba tena.")
	}
	return Both("M-PESA gave no clear answer, and the request may have reached the phone.", "M-PESA haikujibu wazi, na huenda ombi lilifika kwenye simu."), doHold
}

// adviceValidation names the field that was wrong. Daraja writes "Bad Request - Invalid
// PhoneNumber"; our own checks before sending name the same fields.
func adviceValidation(a daraja.Answer) (what, do pos.Text) {
	for _, row := range []struct {
		contains string
		what, do pos.Text
	}{
		{"threat detected",
			Both("M-PESA refused a forbidden word in the Ref or in the callback address.", "M-PESA imekataa neno lisiloruhusiwa kwenye Ref au anwani ya majibu."),
			doReference},
		{"amount",
			Both("The amount was refused, and nothing was sent.", "Kiasi kimekataliwa, na ombi halikutumwa."),
			doAmount},
		{"phonenumber",
			Both("The phone number was refused, and nothing was sent.", "Namba ya simu imekataliwa, na ombi halikutumwa."),
			Both("Check the number with the customer and ask again.", "Hakikisha namba na mteja, kisha omba tena.")},
		{"businessshortcode",
			whyShortCode, doOwner},
		{"partyb",
			Both("M-PESA does not know the shop's till number.", "M-PESA haitambui namba ya till ya duka."), doOwner},
		{"callbackurl",
			Both("M-PESA refused the shop's callback address.", "M-PESA imekataa anwani ya majibu ya duka."), doOwner},
		{"transactiontype",
			Both("The kind of payment does not fit the shop's number: Pay Bill and till are mixed up.", "Aina ya malipo hailingani na namba ya duka: Pay Bill na till zimechanganywa."), doOwner},
		{"timestamp",
			Both("M-PESA refused the time of the request: the clock of this machine may be wrong.", "M-PESA imekataa saa ya ombi: huenda saa ya mashine hii si sahihi."),
			Both("Set the clock, then ask again.", "Rekebisha saa, kisha omba tena.")},
		{"remarks",
			Both("M-PESA refused the description of the payment.", "M-PESA imekataa maelezo ya malipo."),
			doReference},
	} {
		if strings.Contains(strings.ToLower(a.ErrorMessage), row.contains) {
			return row.what, row.do
		}
	}
	return Both("M-PESA refused the request as wrong, and nothing was sent.", "M-PESA imekataa ombi kwa kuwa lina kosa, na halikutumwa."), doOwner
}

func whyConfiguration(a daraja.Answer) pos.Text {
	msg := strings.ToLower(a.ErrorMessage)
	switch {
	case strings.Contains(msg, "merchant does not exist"):
		return whyShortCode
	case strings.Contains(msg, "wrong credentials"), strings.Contains(msg, "password parameter"):
		return Both("The shop's short code and passkey do not belong together, or the clock of this machine is wrong.", "Short code na passkey za duka hazilingani, au saa ya mashine hii si sahihi.")
	case strings.Contains(msg, "apiproduct"):
		return Both("M-PESA Express is not enabled for the shop's app.", "M-PESA Express haijawashwa kwenye app ya duka.")
	case strings.HasSuffix(a.ErrorCode, ".ApplicationNotFound"):
		return Both("Safaricom has nothing at the address that Kaunta asks.", "Safaricom haina kitu kwenye anwani ambayo Kaunta inauliza.")
	case a.AboutHeader():
		return Both("M-PESA does not take Kaunta's access token as it arrives: something between may be changing it.", "M-PESA haipokei access token ya Kaunta jinsi inavyofika: huenda kuna kitu njiani kinachoibadilisha.")
	}
	return Both("The shop's M-PESA settings are wrong.", "Mipangilio ya duka ya M-PESA si sahihi.")
}

var whyAuth = Both(
	"M-PESA refused the shop's access: M-PESA Express may not be enabled for its app.",
	"M-PESA imekataa duka hili: huenda M-PESA Express haijawashwa kwenye app yake.")

func adviceQuery(a daraja.Answer) (what, do pos.Text) {
	switch a.Verdict {
	case daraja.VerdictPaid:
		m, _ := Meaning(daraja.CodePaid)
		return m.What, Both("Hand over the goods. The M-PESA code may follow.", "Mpe mteja bidhaa. Code ya M-PESA inaweza kufuata.")
	case daraja.VerdictFailed:
		return adviceResult(a)
	case daraja.VerdictPending:
		m, _ := Meaning(daraja.CodePending)
		return m.What, m.Do
	case daraja.VerdictValidation:
		return Both("M-PESA refused the question about this payment.", "M-PESA imekataa swali kuhusu malipo haya."), doOwnerHold
	case daraja.VerdictConfiguration:
		return whyConfiguration(a), doOwnerHold
	case daraja.VerdictAuth:
		return whyAuth, doOwnerHold
	case daraja.VerdictSystemBusy, daraja.VerdictRateLimited:
		return Both("M-PESA is busy and said nothing about this payment.", "M-PESA imelemewa na haikusema lolote kuhusu malipo haya."), doLater
	case daraja.VerdictBlocked:
		return Both("Safaricom blocked the connection; that says nothing about this payment.", "Safaricom imezuia muunganisho; hilo halisemi lolote kuhusu malipo haya."), doLater
	}
	switch {
	case a.ResultCode != "":
		return whyUnclear(a), doHold
	case a.FromElsewhere():
		return whyElsewhere, doLoginHold
	case a.NotSent:
		return Both("M-PESA could not be reached to ask about this payment.", "M-PESA haikupatikana ili kuuliza kuhusu malipo haya."),
			Both("Keep the goods and check the internet connection.", "Usitoe bidhaa bado. Angalia intaneti.")
	}
	return Both("M-PESA's answer about this payment did not come or cannot be read.", "Jibu la M-PESA kuhusu malipo haya halikufika au halisomeki."), doLater
}

func adviceCallback(a daraja.Answer) (what, do pos.Text) {
	switch a.Verdict {
	case daraja.VerdictPaid, daraja.VerdictFailed:
		return adviceResult(a)
	case daraja.VerdictMalformed:
		return Both("This is not a message that M-PESA sends.", "Huu si ujumbe unaotumwa na M-PESA."),
			Both("It changes nothing. Ask M-PESA about the payment itself.", "Haubadilishi chochote. Uliza M-PESA kuhusu malipo yenyewe.")
	}
	return whyUnclear(a), doHold
}

func adviceResult(a daraja.Answer) (what, do pos.Text) {
	m, known := Meaning(a.ResultCode)
	if !known {
		return whyUnclear(a), doHold
	}
	return m.What, m.Do
}

// whyUnclear shows code and text as M-PESA sent them, since nobody knows more.
func whyUnclear(a daraja.Answer) pos.Text {
	if a.NamesNoPayment() {
		return Both(
			"M-PESA's answer does not say which payment it is about, so it says nothing about this one.",
			"Jibu la M-PESA halisemi ni la malipo gani, kwa hiyo halisemi chochote kuhusu haya.")
	}
	if a.ResultCode == daraja.CodePaid {
		return Both(
			"M-PESA reports a payment, but without a proper amount or code.",
			"M-PESA inaripoti malipo, lakini bila kiasi au code iliyo sahihi.")
	}
	said := a.ResultCode
	if a.ResultDesc != "" {
		said += ", " + strings.TrimRight(a.ResultDesc, ". ")
	}
	return Both(
		fmt.Sprintf("M-PESA gave no clear answer (%s). Money may have left the customer.", said),
		fmt.Sprintf("M-PESA haikujibu wazi (%s). Huenda pesa zimetoka.", said))
}

func adviceOAuth(a daraja.Answer) (what, do pos.Text) {
	if a.FromElsewhere() {
		return whyElsewhere, Both("Open any web page to log in, or use another network, then try again.", "Fungua ukurasa wowote wa wavuti ili kuingia, au tumia intaneti nyingine, kisha jaribu tena.")
	}
	switch a.Verdict {
	case daraja.VerdictToken:
		return Both("M-PESA accepts the consumer key and secret.", "M-PESA imekubali consumer key na secret."),
			Both("Nothing to do.", "Hakuna la kufanya.")
	case daraja.VerdictCredentials:
		return Both("M-PESA refuses the consumer key or secret.", "M-PESA imekataa consumer key au secret."),
			Both("Copy both again from the app on Safaricom's developer portal. Sandbox keys work only in the sandbox, live keys only live.", "Nakili zote mbili tena kutoka kwenye app yako kwenye tovuti ya Safaricom. Funguo za sandbox hufanya kazi kwenye sandbox pekee, na za live kwenye live pekee.")
	case daraja.VerdictBlocked:
		return Both("Safaricom refused the connection; that says nothing about the consumer key and secret.", "Safaricom imezuia muunganisho; hilo halisemi lolote kuhusu consumer key na secret."),
			Both("Wait a few minutes and try again. If it goes on, use another internet connection.", "Subiri dakika chache na ujaribu tena. Ikiendelea, tumia intaneti nyingine.")
	case daraja.VerdictMalformed:
		return Both("The answer holds no access token.", "Jibu halina access token."),
			Both("Check Daraja's address in the settings, then try again.", "Angalia anwani ya Daraja kwenye mipangilio, kisha jaribu tena.")
	}
	return Both("M-PESA could not be reached for an access token.", "M-PESA haikupatikana ili kutoa access token."),
		Both("Check the internet connection, then try again.", "Angalia intaneti, kisha jaribu tena.")
}

// What to say, and to do, where something else answered in M-PESA's place.
var (
	whyElsewhere = Both(
		"Something else answered in M-PESA's place: this network may want a login.",
		"Kitu kingine kilijibu badala ya M-PESA: huenda intaneti hii inataka login.")
	doLogin = Both(
		"Open any web page to log in, or use another network, then ask again.",
		"Fungua ukurasa wowote wa wavuti ili kuingia, au tumia intaneti nyingine, kisha omba tena.")
	doLoginHold = Both(
		"Keep the goods. Open any web page to log in, then check again.",
		"Usitoe bidhaa bado. Fungua ukurasa wowote wa wavuti ili kuingia, kisha angalia tena.")
)
