package text

import (
	"slices"

	"kaunta/daraja"
	"kaunta/pos"
)

// CodeMeaning is what one of M-PESA's result codes means to a cashier.
type CodeMeaning struct {
	Title pos.Text // for a column: at most 11 characters
	What  pos.Text // what happened, a sentence
	Do    pos.Text // what the cashier does, a sentence or two
	Also  pos.Text // what else it has been seen for, for the owner alone; mostly empty
}

// Meaning is the meaning of a result code, and false for a code that nobody has documented.
func Meaning(code string) (CodeMeaning, bool) {
	for _, row := range codeTable {
		if slices.Contains(row.codes, code) {
			return row.CodeMeaning, true
		}
	}
	return CodeMeaning{}, false
}

type codeRow struct {
	codes []string
	CodeMeaning
}

// codeTable has words for every code that daraja knows. It is never written to.
var codeTable = []codeRow{
	{[]string{daraja.CodePaid}, CodeMeaning{
		Title: Both("paid", "imelipwa"),
		What:  Both("The customer has paid.", "Mteja amelipa."),
		Do:    doHandOver,
	}},
	{[]string{"1"}, CodeMeaning{
		Title: Both("low balance", "salio dogo"),
		What:  Both("The customer does not have enough money in M-PESA, Fuliza included.", "Mteja hana pesa za kutosha kwenye M-PESA, hata kwa Fuliza."),
		Do:    Both("The customer can top up or pay another way. You may ask again at once.", "Mteja aongeze pesa au alipe kwa njia nyingine. Unaweza kuomba tena sasa hivi."),
	}},
	{[]string{"2"}, CodeMeaning{
		Title: Both("too small", "ni kidogo"),
		What:  Both("The amount is smaller than M-PESA allows.", "Kiasi ni kidogo kuliko M-PESA inavyoruhusu."),
		Do:    doAmount,
	}},
	{[]string{"3"}, CodeMeaning{
		Title: Both("too large", "ni kikubwa"),
		What:  Both("The amount is larger than M-PESA allows.", "Kiasi ni kikubwa kuliko M-PESA inavyoruhusu."),
		Do:    doAmount,
	}},
	{[]string{"4"}, CodeMeaning{
		Title: Both("day limit", "kikomo"),
		What:  Both("The customer has reached M-PESA's limit for one day.", "Mteja amefikia kikomo cha M-PESA cha siku."),
		Do:    doOtherWay,
	}},
	{[]string{"8"}, CodeMeaning{
		Title: Both("shop full", "imejaa"),
		What:  Both("The shop's M-PESA account is full.", "Akaunti ya M-PESA ya duka imejaa."),
		Do:    Both("Call the owner: no payment will go through until money is withdrawn.", "Mpigie mwenye duka: hakuna malipo yatakayopita hadi pesa zitolewe kwenye akaunti."),
	}},
	{[]string{"17"}, CodeMeaning{
		Title: Both("too soon", "mapema mno"),
		What:  Both("M-PESA does not take the same amount twice from one customer within two minutes.", "M-PESA haipokei kiasi kilekile mara mbili kwa mteja mmoja ndani ya dakika mbili."),
		Do:    Both("Check the earlier payment first. Then wait two minutes and ask again.", "Kwanza angalia malipo ya awali. Kisha subiri dakika 2, omba tena."),
		Also:  Both("M-PESA has said this when another of its rules was met too.", "M-PESA imesema hivi pia sheria yake nyingine ilipozuia."),
	}},
	{[]string{"26"}, CodeMeaning{
		Title: Both("M-PESA busy", "imelemewa"),
		What:  Both("M-PESA is busy.", "M-PESA imelemewa kwa sasa."),
		Do:    doMinute,
	}},
	{[]string{"1001"}, CodeMeaning{
		Title: Both("phone busy", "simu busy"),
		What:  Both("The phone is busy with another M-PESA request.", "Simu ya mteja ina ombi lingine la M-PESA."),
		Do:    Both("The customer closes the M-PESA menu. Wait one or two minutes, then ask again.", "Mteja afunge menyu ya M-PESA. Subiri dakika moja au mbili, kisha omba tena."),
	}},
	{[]string{"1019"}, CodeMeaning{
		Title: Both("expired", "imeisha"),
		What:  Both("The request ran out before it was paid.", "Muda wa ombi uliisha kabla ya kulipwa."),
		Do:    doAgain,
	}},
	{[]string{"1025", "1101", "1102"}, CodeMeaning{
		Title: Both("no prompt", "haikufika"),
		What:  Both("The request did not reach the customer's phone.", "Ombi halikufika kwenye simu ya mteja."),
		Do:    Both("Wait one or two minutes, then ask again.", "Subiri dakika moja au mbili, kisha omba tena."),
	}},
	{[]string{"1031", "1032"}, CodeMeaning{
		Title: Both("cancelled", "imekatishwa"),
		What:  Both("Cancelled on the phone, or not answered in time.", "Mteja amekatisha kwenye simu, au muda umeisha."),
		Do:    Both("Speak with the customer, then ask again.", "Zungumza na mteja, kisha omba tena."),
	}},
	{[]string{"1036", "1037"}, CodeMeaning{
		Title: Both("no answer", "hakujibu"),
		What:  Both("The phone could not be reached, or nobody answered.", "Simu haikupatikana, au mteja hakujibu."),
		Do:    Both("Is the phone on, and has it signal? Ask again, or use another number.", "Je, simu imewashwa na ina mtandao? Omba tena, au tumia namba nyingine."),
	}},
	{[]string{"2001"}, CodeMeaning{
		Title: Both("wrong PIN", "PIN si sawa"),
		What:  Both("The customer typed a wrong PIN.", "Mteja ameweka PIN isiyo sahihi."),
		Do:    Both("Ask again. Several wrong tries lock the PIN.", "Omba tena. PIN ikikosewa mara kadhaa itafungwa."),
		Also:  Both("M-PESA has said this of numbers without M-PESA too.", "M-PESA imesema hivi pia kuhusu namba zisizo na M-PESA."),
	}},
	{[]string{"2006"}, CodeMeaning{
		Title: Both("not active", "haitumiki"),
		What:  Both("An M-PESA account is not active: the customer's or the shop's.", "Akaunti ya M-PESA haitumiki: ya mteja au ya duka."),
		Do:    Both("Ask the customer to pay another way. If it happens with every customer, call the owner.", "Mwombe mteja alipe kwa njia nyingine. Ikitokea kwa kila mteja, mpigie mwenye duka."),
	}},
	{[]string{"2007"}, CodeMeaning{
		Title: Both("refused", "imekataliwa"),
		What:  Both("The shop's own check of payments refused this one.", "Mfumo wa duka wa kukagua malipo umekataa malipo haya."),
		Do:    doOwner,
	}},
	{[]string{"2026"}, CodeMeaning{
		Title: Both("expired", "imeisha"),
		What:  Both("The request on the phone ran out.", "Muda wa ombi kwenye simu uliisha."),
		Do:    doAgain,
	}},
	{[]string{"2028", "SFC_IC0003", "11", "21"}, CodeMeaning{
		Title: Both("settings", "mipangilio"),
		What:  Both("The shop's M-PESA settings are wrong: the kind of payment, the till number or the rights.", "Mipangilio ya M-PESA ya duka si sahihi: aina ya malipo, namba ya till au ruhusa."),
		Do:    doOwner,
	}},
	{[]string{"8006"}, CodeMeaning{
		Title: Both("PIN locked", "imefungwa"),
		What:  Both("The customer's PIN is locked.", "PIN ya mteja imefungwa."),
		Do:    Both("The customer can unlock it with *334#. Or take another payment.", "Mteja anaweza kuifungua kwa *334#. Au alipe kwa njia nyingine."),
	}},
	{[]string{"E3008"}, CodeMeaning{
		Title: Both("debt", "deni"),
		What:  Both("M-PESA refuses this customer because of an unpaid debt.", "M-PESA imemkataa mteja huyu kwa sababu ya deni ambalo halijalipwa."),
		Do:    doOtherWay,
	}},
	{[]string{daraja.CodePending}, CodeMeaning{
		Title: Both("pending", "bado"),
		What:  Both("M-PESA is still working on this payment.", "M-PESA bado inashughulikia malipo haya."),
		Do:    Both("Keep the goods and wait.", "Usitoe bidhaa bado. Subiri."),
	}},
	{[]string{"9999", "2008", "100000100"}, CodeMeaning{
		Title: Both("unclear", "haijulikani"),
		What:  Both("M-PESA gave no clear answer. Money may have left the customer.", "M-PESA haikujibu wazi. Huenda pesa zimetoka."),
		Do:    doHold,
	}},
}
