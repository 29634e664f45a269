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
		Title: both("paid", "imelipwa"),
		What:  both("The customer has paid.", "Mteja amelipa."),
		Do:    both("Hand over the goods.", "Mpe mteja bidhaa."),
	}},
	{[]string{"1"}, CodeMeaning{
		Title: both("low balance", "hana salio"),
		What:  both("The customer does not have enough money in M-PESA, Fuliza included.", "Mteja hana pesa za kutosha kwenye M-PESA, hata kwa Fuliza."),
		Do:    both("The customer can top up or pay another way. You may ask again at once.", "Mteja aongeze pesa au alipe kwa njia nyingine. Unaweza kuomba tena sasa hivi."),
	}},
	{[]string{"2"}, CodeMeaning{
		Title: both("too small", "ni kidogo"),
		What:  both("The amount is smaller than M-PESA allows.", "Kiasi ni kidogo kuliko M-PESA inavyoruhusu."),
		Do:    both("Correct the amount and ask again.", "Rekebisha kiasi, kisha omba tena."),
	}},
	{[]string{"3"}, CodeMeaning{
		Title: both("too large", "ni kikubwa"),
		What:  both("The amount is larger than M-PESA allows.", "Kiasi ni kikubwa kuliko M-PESA inavyoruhusu."),
		Do:    both("Correct the amount and ask again.", "Rekebisha kiasi, kisha omba tena."),
	}},
	{[]string{"4"}, CodeMeaning{
		Title: both("day limit", "kikomo"),
		What:  both("The customer has reached M-PESA's limit for one day.", "Mteja amefikia kikomo cha M-PESA cha siku."),
		Do:    both("Ask the customer to pay another way.", "Mwombe mteja alipe kwa njia nyingine."),
	}},
	{[]string{"8"}, CodeMeaning{
		Title: both("shop full", "imejaa"),
		What:  both("The shop's M-PESA account is full.", "Akaunti ya M-PESA ya duka imejaa."),
		Do:    both("Call the owner: no payment will go through until money is withdrawn.", "Mpigie mwenye duka: hakuna malipo yatakayopita hadi pesa zitolewe kwenye akaunti."),
	}},
	{[]string{"17"}, CodeMeaning{
		Title: both("too soon", "mapema mno"),
		What:  both("M-PESA refuses the same amount from the same customer within two minutes, or another rule of M-PESA was met.", "M-PESA hukataa kiasi kilekile kutoka kwa mteja yuleyule ndani ya dakika mbili, au kuna sheria nyingine ya M-PESA iliyozuia."),
		Do:    both("Check the earlier payment first. Then wait two minutes and ask again.", "Kwanza angalia malipo ya awali. Kisha subiri dakika mbili na uombe tena."),
	}},
	{[]string{"26"}, CodeMeaning{
		Title: both("M-PESA busy", "imelemewa"),
		What:  both("M-PESA has too much to do.", "M-PESA imelemewa kwa sasa."),
		Do:    both("Wait a minute, then ask again.", "Subiri dakika moja, kisha omba tena."),
	}},
	{[]string{"1001"}, CodeMeaning{
		Title: both("phone busy", "simu busy"),
		What:  both("The phone is busy with another M-PESA request.", "Simu ya mteja ina ombi lingine la M-PESA."),
		Do:    both("The customer closes the M-PESA menu. Wait one or two minutes, then ask again.", "Mteja afunge menyu ya M-PESA. Subiri dakika moja au mbili, kisha omba tena."),
	}},
	{[]string{"1019"}, CodeMeaning{
		Title: both("expired", "muda kuisha"),
		What:  both("The request ran out before it was paid.", "Muda wa ombi uliisha kabla ya kulipwa."),
		Do:    both("Ask again.", "Omba tena."),
	}},
	{[]string{"1025", "1101", "1102"}, CodeMeaning{
		Title: both("no prompt", "haikufika"),
		What:  both("The request did not reach the customer's phone.", "Ombi halikufika kwenye simu ya mteja."),
		Do:    both("Wait one or two minutes, then ask again.", "Subiri dakika moja au mbili, kisha omba tena."),
	}},
	{[]string{"1031", "1032"}, CodeMeaning{
		Title: both("cancelled", "imekatishwa"),
		What:  both("Cancelled on the phone, or not answered in time.", "Ombi limekatishwa kwenye simu, au halikujibiwa kwa wakati."),
		Do:    both("Speak with the customer, then ask again.", "Zungumza na mteja, kisha omba tena."),
	}},
	{[]string{"1036", "1037"}, CodeMeaning{
		Title: both("no answer", "hakujibu"),
		What:  both("The phone could not be reached, or nobody answered.", "Simu haikupatikana, au mteja hakujibu."),
		Do:    both("Is the phone on, and has it signal? Ask again, or use another number.", "Je, simu imewashwa na ina mtandao? Omba tena, au tumia namba nyingine."),
	}},
	{[]string{"2001"}, CodeMeaning{
		Title: both("wrong PIN", "PIN si sawa"),
		What:  both("The customer typed a wrong PIN.", "Mteja ameweka PIN isiyo sahihi."),
		Do:    both("Ask again. Several wrong tries lock the PIN.", "Omba tena. PIN ikikosewa mara kadhaa itafungwa."),
		Also:  both("M-PESA has said this of numbers without M-PESA too.", "M-PESA imesema hivi pia kuhusu namba zisizo na M-PESA."),
	}},
	{[]string{"2006"}, CodeMeaning{
		Title: both("not active", "haitumiki"),
		What:  both("An M-PESA account is not active: the customer's or the shop's.", "Akaunti ya M-PESA haitumiki: ya mteja au ya duka."),
		Do:    both("Ask the customer to pay another way. If it happens with every customer, call the owner.", "Mwombe mteja alipe kwa njia nyingine. Ikitokea kwa kila mteja, mpigie mwenye duka."),
	}},
	{[]string{"2007"}, CodeMeaning{
		Title: both("refused", "imekataliwa"),
		What:  both("The shop's own check of payments refused this one.", "Mfumo wa duka wa kukagua malipo umekataa malipo haya."),
		Do:    both("Call the owner. Until then take cash.", "Mpigie mwenye duka. Kwa sasa pokea pesa taslimu."),
	}},
	{[]string{"2026"}, CodeMeaning{
		Title: both("expired", "muda kuisha"),
		What:  both("The request on the phone ran out.", "Muda wa ombi kwenye simu uliisha."),
		Do:    both("Ask again.", "Omba tena."),
	}},
	{[]string{"2028", "SFC_IC0003", "11", "21"}, CodeMeaning{
		Title: both("set-up", "mipangilio"),
		What:  both("The shop's M-PESA settings are wrong: the kind of payment, the till number or the rights.", "Mipangilio ya M-PESA ya duka si sahihi: aina ya malipo, namba ya till au ruhusa."),
		Do:    both("Call the owner. Until then take cash.", "Mpigie mwenye duka. Kwa sasa pokea pesa taslimu."),
	}},
	{[]string{"8006"}, CodeMeaning{
		Title: both("PIN locked", "imefungwa"),
		What:  both("The customer's PIN is locked.", "PIN ya mteja imefungwa."),
		Do:    both("The customer must call the network's customer care. Ask for another way to pay.", "Mteja apigie huduma kwa wateja ya mtandao wake. Mwombe alipe kwa njia nyingine."),
	}},
	{[]string{"E3008"}, CodeMeaning{
		Title: both("debt", "deni"),
		What:  both("M-PESA refuses this customer because of an unpaid debt.", "M-PESA imemkataa mteja huyu kwa sababu ya deni ambalo halijalipwa."),
		Do:    both("Ask the customer to pay another way.", "Mwombe mteja alipe kwa njia nyingine."),
	}},
	{[]string{daraja.CodePending}, CodeMeaning{
		Title: both("pending", "inasubiri"),
		What:  both("M-PESA is still working on this payment.", "M-PESA bado inashughulikia malipo haya."),
		Do:    both("Hold the goods and wait.", "Usitoe bidhaa bado. Subiri."),
	}},
	{[]string{"9999", "2008", "100000100"}, CodeMeaning{
		Title: both("unclear", "haijulikani"),
		What:  both("M-PESA gave no clear answer. Money may have moved.", "M-PESA haikujibu wazi. Huenda pesa zimetoka."),
		Do:    both("Hold the goods until it is clear.", "Usitoe bidhaa hadi ijulikane."),
	}},
}
