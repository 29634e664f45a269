package text

import (
	"fmt"
	"strings"

	"kaunta/daraja"
	"kaunta/pos"
)

// Advice is what an answer of Daraja's means to the person at the counter and what to do now, one or
// two sentences each. It is made from Endpoint, Verdict, NotSent, ResultCode, ResultDesc, ErrorCode
// and ErrorMessage alone, so that it can be made again from what a ledger kept.
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
	doHold = both(
		"Hold the goods until it is clear.",
		"Usitoe bidhaa hadi ijulikane.")
	doOwner = both(
		"Call the owner. Until then take cash.",
		"Mpigie mwenye duka. Kwa sasa pokea pesa taslimu.")
	doMinute = both(
		"Wait a minute, then ask again.",
		"Subiri dakika moja, kisha omba tena.")
	doLater = both(
		"Hold the goods and check again in a minute.",
		"Usitoe bidhaa bado. Angalia tena baada ya dakika moja.")
	doOwnerHold = both(
		"Hold the goods and call the owner.",
		"Usitoe bidhaa bado. Mpigie mwenye duka.")
)

func advicePush(a daraja.Answer) (what, do pos.Text) {
	switch a.Verdict {
	case daraja.VerdictAccepted:
		return both("M-PESA has taken the request.", "M-PESA imepokea ombi."),
			both("Ask the customer to look at the phone. Hold the goods until it is paid.", "Mwambie mteja aangalie simu. Usitoe bidhaa hadi alipe.")
	case daraja.VerdictValidation:
		return adviceValidation(a)
	case daraja.VerdictConfiguration:
		return whyConfiguration(a), doOwner
	case daraja.VerdictAuth:
		if a.NotSent {
			return both("Not sent: M-PESA refused the shop's consumer key or secret.", "Ombi halikutumwa: M-PESA imekataa consumer key au secret ya duka."), doOwner
		}
		return whyAuth, doOwner
	case daraja.VerdictPhoneBusy:
		return both("The phone is busy with another M-PESA request, and this one was not sent.", "Simu ya mteja ina ombi lingine la M-PESA, na hili halikutumwa."),
			both("The customer closes the M-PESA menu. Wait a minute or more, then ask again.", "Mteja afunge menyu ya M-PESA. Subiri dakika moja au zaidi, kisha omba tena.")
	case daraja.VerdictSystemBusy:
		return both("M-PESA has too much to do, and the request was not sent.", "M-PESA imelemewa, na ombi halikutumwa."), doMinute
	case daraja.VerdictRateLimited:
		return both("M-PESA was asked too often, and the request was not sent.", "Maombi kwa M-PESA yalikuwa mengi mno, na hili halikutumwa."), doMinute
	case daraja.VerdictBlocked:
		if a.NotSent {
			return both("Not sent: Safaricom's firewall stopped the shop's connection.", "Ombi halikutumwa: ukuta wa usalama wa Safaricom umezuia mtandao wa duka."),
				both("Wait a few minutes, then ask again. If it goes on, call the owner.", "Subiri dakika chache, kisha omba tena. Ikiendelea, mpigie mwenye duka.")
		}
		return both("Safaricom's firewall answered, so nobody knows whether the request reached the phone.", "Ukuta wa usalama wa Safaricom ndio uliojibu; haijulikani kama ombi lilifika kwenye simu."), doHold
	}
	switch {
	case a.FromElsewhere() && a.NotSent:
		return both("Not sent: something else answered in M-PESA's place. This network may want a login.", "Ombi halikutumwa: kitu kingine kilijibu badala ya M-PESA. Huenda intaneti hii inataka login."), doLogin
	case a.FromElsewhere():
		return whyElsewhere, doHold
	}
	if a.WithoutToken() {
		return both("Not sent: M-PESA answered, and gave no access token.", "Ombi halikutumwa: M-PESA imejibu bila kutoa access token."),
			both("Wait a minute, then ask again. If it goes on, call the owner.", "Subiri dakika moja, kisha omba tena. Ikiendelea, mpigie mwenye duka.")
	}
	if a.NotSent {
		return both("Not sent: M-PESA could not be reached.", "Ombi halikutumwa: M-PESA haikupatikana."),
			both("Check the internet connection, then ask again.", "Angalia mtandao, kisha omba tena.")
	}
	return both("M-PESA gave no clear answer, and the request may have reached the phone.", "M-PESA haikujibu wazi, na huenda ombi lilifika kwenye simu."), doHold
}

// adviceValidation names the field that was wrong. Daraja writes "Bad Request - Invalid
// PhoneNumber"; our own checks before sending name the same fields.
func adviceValidation(a daraja.Answer) (what, do pos.Text) {
	for _, row := range []struct {
		contains string
		what, do pos.Text
	}{
		{"threat detected",
			both("M-PESA refused a forbidden word in the reference or in the callback address.", "M-PESA imekataa neno lisiloruhusiwa kwenye rejea au anwani ya majibu."),
			both("Use another reference. If it stays, call the owner.", "Tumia rejea lingine. Ikiendelea, mpigie mwenye duka.")},
		{"amount",
			both("The amount was refused, and nothing was sent.", "Kiasi kimekataliwa, na ombi halikutumwa."),
			both("Correct the amount and ask again.", "Rekebisha kiasi, kisha omba tena.")},
		{"phonenumber",
			both("The phone number was refused, and nothing was sent.", "Namba ya simu imekataliwa, na ombi halikutumwa."),
			both("Check the number with the customer and ask again.", "Hakikisha namba na mteja, kisha omba tena.")},
		{"businessshortcode",
			both("M-PESA does not know the shop's short code.", "M-PESA haitambui short code ya duka."), doOwner},
		{"partyb",
			both("M-PESA does not know the shop's till number.", "M-PESA haitambui namba ya till ya duka."), doOwner},
		{"callbackurl",
			both("M-PESA refused the shop's callback address.", "M-PESA imekataa anwani ya majibu ya duka."), doOwner},
		{"transactiontype",
			both("The kind of payment does not fit the shop's number: Pay Bill and till are mixed up.", "Aina ya malipo hailingani na namba ya duka: Pay Bill na till zimechanganywa."), doOwner},
		{"timestamp",
			both("M-PESA refused the time of the request: the clock of this machine may be wrong.", "M-PESA imekataa saa ya ombi: huenda saa ya mashine hii si sahihi."),
			both("Set the clock, then ask again.", "Rekebisha saa, kisha omba tena.")},
		{"remarks",
			both("M-PESA refused the description of the payment.", "M-PESA imekataa maelezo ya malipo."),
			both("Use another reference. If it stays, call the owner.", "Tumia rejea lingine. Ikiendelea, mpigie mwenye duka.")},
	} {
		if strings.Contains(strings.ToLower(a.ErrorMessage), row.contains) {
			return row.what, row.do
		}
	}
	return both("M-PESA refused the request as wrong, and nothing was sent.", "M-PESA imekataa ombi kwa kuwa lina kosa, na halikutumwa."), doOwner
}

func whyConfiguration(a daraja.Answer) pos.Text {
	msg := strings.ToLower(a.ErrorMessage)
	switch {
	case strings.Contains(msg, "merchant does not exist"):
		return both("M-PESA does not know the shop's short code.", "M-PESA haitambui short code ya duka.")
	case strings.Contains(msg, "wrong credentials"), strings.Contains(msg, "password parameter"):
		return both("The shop's short code and passkey do not belong together, or the clock of this machine is wrong.", "Short code na passkey za duka hazilingani, au saa ya mashine hii si sahihi.")
	case strings.Contains(msg, "apiproduct"):
		return both("M-PESA Express is not enabled for the shop's app.", "M-PESA Express haijawashwa kwenye app ya duka.")
	case strings.HasSuffix(a.ErrorCode, ".ApplicationNotFound"):
		return both("Safaricom has nothing at the address that the till asks.", "Safaricom haina kitu kwenye anwani inayoulizwa na till.")
	case a.AboutHeader():
		return both("M-PESA does not take the till's access token as it arrives: something between may be changing it.", "M-PESA haipokei access token ya till jinsi inavyofika: huenda kuna kitu njiani kinachoibadilisha.")
	}
	return both("The shop's connection to M-PESA is set up wrongly.", "Mipangilio ya duka ya M-PESA si sahihi.")
}

var whyAuth = both(
	"M-PESA refused the shop's access: M-PESA Express may not be enabled for its app.",
	"M-PESA imekataa duka hili: huenda M-PESA Express haijawashwa kwenye app yake.")

func adviceQuery(a daraja.Answer) (what, do pos.Text) {
	switch a.Verdict {
	case daraja.VerdictPaid:
		m, _ := Meaning(daraja.CodePaid)
		return m.What, both("Hand over the goods. The receipt number may follow later.", "Mpe mteja bidhaa. Namba ya risiti inaweza kufuata baadaye.")
	case daraja.VerdictFailed:
		return adviceResult(a)
	case daraja.VerdictPending:
		m, _ := Meaning(daraja.CodePending)
		return m.What, m.Do
	case daraja.VerdictValidation:
		return both("M-PESA refused the question about this payment.", "M-PESA imekataa swali kuhusu malipo haya."), doOwnerHold
	case daraja.VerdictConfiguration:
		return whyConfiguration(a), doOwnerHold
	case daraja.VerdictAuth:
		return whyAuth, doOwnerHold
	case daraja.VerdictSystemBusy, daraja.VerdictRateLimited:
		return both("M-PESA has too much to do and said nothing about this payment.", "M-PESA imelemewa na haikusema lolote kuhusu malipo haya."), doLater
	case daraja.VerdictBlocked:
		return both("Safaricom's firewall answered; it says nothing about this payment.", "Ukuta wa usalama wa Safaricom ndio uliojibu; hausemi lolote kuhusu malipo haya."), doLater
	}
	switch {
	case a.ResultCode != "":
		return whyUnclear(a), doHold
	case a.FromElsewhere():
		return whyElsewhere, doLoginHold
	case a.NotSent:
		return both("M-PESA could not be reached to ask about this payment.", "M-PESA haikupatikana ili kuuliza kuhusu malipo haya."),
			both("Hold the goods and check the internet connection.", "Usitoe bidhaa bado. Angalia intaneti.")
	}
	return both("M-PESA's answer about this payment did not come or cannot be read.", "Jibu la M-PESA kuhusu malipo haya halikufika au halisomeki."), doLater
}

func adviceCallback(a daraja.Answer) (what, do pos.Text) {
	switch a.Verdict {
	case daraja.VerdictPaid, daraja.VerdictFailed:
		return adviceResult(a)
	case daraja.VerdictMalformed:
		return both("This is not a message that M-PESA sends.", "Huu si ujumbe unaotumwa na M-PESA."),
			both("It changes nothing. Ask M-PESA about the payment itself.", "Haubadilishi chochote. Uliza M-PESA kuhusu malipo yenyewe.")
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
		return both(
			"M-PESA's answer does not say which payment it is about, so it says nothing about this one.",
			"Jibu la M-PESA halisemi ni la malipo gani, kwa hiyo halisemi chochote kuhusu haya.")
	}
	if a.ResultCode == daraja.CodePaid {
		return both(
			"M-PESA reports a payment, but without a proper amount or receipt number.",
			"M-PESA inaripoti malipo, lakini bila kiasi au namba ya risiti iliyo sahihi.")
	}
	said := "code " + a.ResultCode
	if a.ResultDesc != "" {
		said += ", " + strings.TrimRight(a.ResultDesc, ". ")
	}
	return both(
		fmt.Sprintf("M-PESA gave no clear answer (%s). Money may have moved.", said),
		fmt.Sprintf("M-PESA haikujibu wazi (%s). Huenda pesa zimetoka.", said))
}

func adviceOAuth(a daraja.Answer) (what, do pos.Text) {
	if a.FromElsewhere() {
		return whyElsewhere, both("Open any web page to log in, or use another network, then try again.", "Fungua ukurasa wowote wa wavuti ili kuingia, au tumia intaneti nyingine, kisha jaribu tena.")
	}
	switch a.Verdict {
	case daraja.VerdictToken:
		return both("M-PESA accepts the consumer key and secret.", "M-PESA imekubali consumer key na secret."),
			both("Nothing to do.", "Hakuna la kufanya.")
	case daraja.VerdictCredentials:
		return both("M-PESA refuses the consumer key or secret.", "M-PESA imekataa consumer key au secret."),
			both("Copy both again from the app on Safaricom's developer portal. Sandbox keys work only in the sandbox, live keys only live.", "Nakili zote mbili tena kutoka kwenye app yako kwenye tovuti ya Safaricom. Funguo za sandbox hufanya kazi kwenye sandbox pekee, na za live kwenye live pekee.")
	case daraja.VerdictBlocked:
		return both("Safaricom refused the connection; that says nothing about the consumer key and secret.", "Safaricom imezuia mtandao; hilo halisemi lolote kuhusu consumer key na secret."),
			both("Wait a few minutes and try again. If it goes on, use another internet connection.", "Subiri dakika chache na ujaribu tena. Ikiendelea, tumia mtandao mwingine.")
	case daraja.VerdictMalformed:
		return both("The answer holds no access token.", "Jibu halina access token."),
			both("Check Daraja's address in the settings, then try again.", "Angalia anwani ya Daraja kwenye mipangilio, kisha jaribu tena.")
	}
	return both("M-PESA could not be reached for an access token.", "M-PESA haikupatikana ili kutoa access token."),
		both("Check the internet connection, then try again.", "Angalia mtandao, kisha jaribu tena.")
}

// What to say, and to do, where something else answered in M-PESA's place.
var (
	whyElsewhere = both(
		"Something else answered in M-PESA's place: this network may want a login.",
		"Kitu kingine kilijibu badala ya M-PESA: huenda intaneti hii inataka login.")
	doLogin = both(
		"Open any web page to log in, or use another network, then ask again.",
		"Fungua ukurasa wowote wa wavuti ili kuingia, au tumia intaneti nyingine, kisha omba tena.")
	doLoginHold = both(
		"Hold the goods. Open any web page to log in, then check again.",
		"Shikilia bidhaa. Fungua ukurasa wowote wa wavuti ili kuingia, kisha angalia tena.")
)
