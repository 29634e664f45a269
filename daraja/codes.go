package daraja

// ResultMeaning is what one of M-PESA's result codes means to a cashier.
type ResultMeaning struct {
	Code string

	// Final is true where the code ends the payment: as paid for "0", as a refusal for every other.
	// Where it is false the payment may still go either way.
	Final bool

	Title Text // for a column: at most 11 characters
	What  Text // what happened, a sentence
	Do    Text // what the cashier does, a sentence or two
	Also  Text // what else the code has been seen for: for the owner and not for the counter; mostly empty
}

// Meaning is the meaning of a result code, and false for a code that nobody has documented: such a
// code is shown as it is and decides nothing. Codes are compared exactly.
func Meaning(code string) (ResultMeaning, bool) {
	for _, row := range resultTable {
		for _, c := range row.codes {
			if c == code {
				m := row.ResultMeaning
				m.Code = code
				return m, true
			}
		}
	}
	return ResultMeaning{}, false
}

// refuses reports whether code is a final refusal with a known meaning.
func refuses(code string) bool {
	m, known := Meaning(code)
	return known && m.Final && code != codePaid
}

// The two codes that are not refusals. A callback never carries 4999; it is the query's word for
// "still at it" since October 2025 (measured).
const (
	codePaid    = "0"
	codePending = "4999"
)

type resultRow struct {
	codes []string
	ResultMeaning
}

// resultTable has the result codes of Safaricom's page and those seen on the wire for M-PESA
// Express, which are 0, 1, 17, 26, 1001, 1019, 1031, 1032, 1036, 1037, 2001, 2026, 4999 and E3008.
// It is never written to.
var resultTable = []resultRow{
	{[]string{codePaid}, ResultMeaning{
		Final: true,
		Title: Text{"paid", "imelipwa"},
		What:  Text{"The customer has paid.", "Mteja amelipa."},
		Do:    Text{"Hand over the goods.", "Mpe mteja bidhaa."},
	}},
	{[]string{"1"}, ResultMeaning{
		Final: true,
		Title: Text{"low balance", "hana salio"},
		What:  Text{"The customer does not have enough money in M-PESA, Fuliza included.", "Mteja hana pesa za kutosha kwenye M-PESA, hata kwa Fuliza."},
		Do:    Text{"The customer can top up or pay another way. You may ask again at once.", "Mteja aongeze pesa au alipe kwa njia nyingine. Unaweza kuomba tena sasa hivi."},
	}},
	{[]string{"2"}, ResultMeaning{
		Final: true,
		Title: Text{"too small", "ni kidogo"},
		What:  Text{"The amount is smaller than M-PESA allows.", "Kiasi ni kidogo kuliko M-PESA inavyoruhusu."},
		Do:    Text{"Correct the amount and ask again.", "Rekebisha kiasi, kisha omba tena."},
	}},
	{[]string{"3"}, ResultMeaning{
		Final: true,
		Title: Text{"too large", "ni kikubwa"},
		What:  Text{"The amount is larger than M-PESA allows.", "Kiasi ni kikubwa kuliko M-PESA inavyoruhusu."},
		Do:    Text{"Correct the amount and ask again.", "Rekebisha kiasi, kisha omba tena."},
	}},
	{[]string{"4"}, ResultMeaning{
		Final: true,
		Title: Text{"day limit", "kikomo"},
		What:  Text{"The customer has reached M-PESA's limit for one day.", "Mteja amefikia kikomo cha M-PESA cha siku."},
		Do:    Text{"Ask the customer to pay another way.", "Mwombe mteja alipe kwa njia nyingine."},
	}},
	{[]string{"8"}, ResultMeaning{
		Final: true,
		Title: Text{"shop full", "imejaa"},
		What:  Text{"The shop's M-PESA account is full.", "Akaunti ya M-PESA ya duka imejaa."},
		Do:    Text{"Call the owner: no payment will go through until money is withdrawn.", "Mpigie mwenye duka: hakuna malipo yatakayopita hadi pesa zitolewe kwenye akaunti."},
	}},
	{[]string{"17"}, ResultMeaning{
		Final: true,
		Title: Text{"too soon", "mapema mno"},
		What:  Text{"M-PESA refuses the same amount from the same customer within two minutes, or another rule of M-PESA was met.", "M-PESA hukataa kiasi kilekile kutoka kwa mteja yuleyule ndani ya dakika mbili, au kuna sheria nyingine ya M-PESA iliyozuia."},
		Do:    Text{"Check the earlier payment first. Then wait two minutes and ask again.", "Kwanza angalia malipo ya awali. Kisha subiri dakika mbili na uombe tena."},
	}},
	{[]string{"26"}, ResultMeaning{
		Final: true,
		Title: Text{"M-PESA busy", "imelemewa"},
		What:  Text{"M-PESA has too much to do.", "M-PESA imelemewa kwa sasa."},
		Do:    Text{"Wait a minute, then ask again.", "Subiri dakika moja, kisha omba tena."},
	}},
	{[]string{"1001"}, ResultMeaning{
		Final: true,
		Title: Text{"phone busy", "simu busy"},
		What:  Text{"The phone is busy with another M-PESA request.", "Simu ya mteja ina ombi lingine la M-PESA."},
		Do:    Text{"The customer closes the M-PESA menu. Wait one or two minutes, then ask again.", "Mteja afunge menyu ya M-PESA. Subiri dakika moja au mbili, kisha omba tena."},
	}},
	{[]string{"1019"}, ResultMeaning{
		Final: true,
		Title: Text{"expired", "muda kuisha"},
		What:  Text{"The request ran out before it was paid.", "Muda wa ombi uliisha kabla ya kulipwa."},
		Do:    Text{"Ask again.", "Omba tena."},
	}},
	{[]string{"1025", "1101", "1102"}, ResultMeaning{
		Final: true,
		Title: Text{"no prompt", "haikufika"},
		What:  Text{"The request did not reach the customer's phone.", "Ombi halikufika kwenye simu ya mteja."},
		Do:    Text{"Wait one or two minutes, then ask again.", "Subiri dakika moja au mbili, kisha omba tena."},
	}},
	{[]string{"1031", "1032"}, ResultMeaning{
		Final: true,
		Title: Text{"cancelled", "imekatishwa"},
		What:  Text{"Cancelled on the phone, or not answered in time.", "Ombi limekatishwa kwenye simu, au halikujibiwa kwa wakati."},
		Do:    Text{"Speak with the customer, then ask again.", "Zungumza na mteja, kisha omba tena."},
	}},
	{[]string{"1036", "1037"}, ResultMeaning{
		Final: true,
		Title: Text{"no answer", "hakujibu"},
		What:  Text{"The phone could not be reached, or nobody answered.", "Simu haikupatikana, au mteja hakujibu."},
		Do:    Text{"Is the phone on, and has it signal? Ask again, or use another number.", "Je, simu imewashwa na ina mtandao? Omba tena, au tumia namba nyingine."},
	}},
	{[]string{"2001"}, ResultMeaning{
		Final: true,
		Title: Text{"wrong PIN", "PIN si sawa"},
		What:  Text{"The customer typed a wrong PIN.", "Mteja ameweka PIN isiyo sahihi."},
		Do:    Text{"Ask again. Several wrong tries lock the PIN.", "Omba tena. PIN ikikosewa mara kadhaa itafungwa."},
		Also:  Text{"M-PESA has said this of numbers without M-PESA too.", "M-PESA imesema hivi pia kuhusu namba zisizo na M-PESA."},
	}},
	{[]string{"2006"}, ResultMeaning{
		Final: true,
		Title: Text{"not active", "haitumiki"},
		What:  Text{"An M-PESA account is not active: the customer's or the shop's.", "Akaunti ya M-PESA haitumiki: ya mteja au ya duka."},
		Do:    Text{"Ask the customer to pay another way. If it happens with every customer, call the owner.", "Mwombe mteja alipe kwa njia nyingine. Ikitokea kwa kila mteja, mpigie mwenye duka."},
	}},
	{[]string{"2007"}, ResultMeaning{
		Final: true,
		Title: Text{"refused", "imekataliwa"},
		What:  Text{"The shop's own check of payments refused this one.", "Mfumo wa duka wa kukagua malipo umekataa malipo haya."},
		Do:    Text{"Call the owner. Until then take cash.", "Mpigie mwenye duka. Kwa sasa pokea pesa taslimu."},
	}},
	{[]string{"2026"}, ResultMeaning{
		Final: true,
		Title: Text{"expired", "muda kuisha"},
		What:  Text{"The request on the phone ran out.", "Muda wa ombi kwenye simu uliisha."},
		Do:    Text{"Ask again.", "Omba tena."},
	}},
	{[]string{"2028", "SFC_IC0003", "11", "21"}, ResultMeaning{
		Final: true,
		Title: Text{"set-up", "mipangilio"},
		What:  Text{"The shop's M-PESA settings are wrong: the kind of payment, the till number or the rights.", "Mipangilio ya M-PESA ya duka si sahihi: aina ya malipo, namba ya till au ruhusa."},
		Do:    Text{"Call the owner. Until then take cash.", "Mpigie mwenye duka. Kwa sasa pokea pesa taslimu."},
	}},
	{[]string{"8006"}, ResultMeaning{
		Final: true,
		Title: Text{"PIN locked", "imefungwa"},
		What:  Text{"The customer's PIN is locked.", "PIN ya mteja imefungwa."},
		Do:    Text{"The customer must call the network's customer care. Ask for another way to pay.", "Mteja apigie huduma kwa wateja ya mtandao wake. Mwombe alipe kwa njia nyingine."},
	}},
	{[]string{"E3008"}, ResultMeaning{
		Final: true,
		Title: Text{"debt", "deni"},
		What:  Text{"M-PESA refuses this customer because of an unpaid debt.", "M-PESA imemkataa mteja huyu kwa sababu ya deni ambalo halijalipwa."},
		Do:    Text{"Ask the customer to pay another way.", "Mwombe mteja alipe kwa njia nyingine."},
	}},
	{[]string{codePending}, ResultMeaning{
		Title: Text{"pending", "inasubiri"},
		What:  Text{"M-PESA is still working on this payment.", "M-PESA bado inashughulikia malipo haya."},
		Do:    Text{"Hold the goods and wait.", "Usitoe bidhaa bado. Subiri."},
	}},
	{[]string{"9999", "2008", "100000100"}, ResultMeaning{
		Title: Text{"unclear", "haijulikani"},
		What:  Text{"M-PESA gave no clear answer. Money may have moved.", "M-PESA haikujibu wazi. Huenda pesa zimetoka."},
		Do:    Text{"Hold the goods until it is clear.", "Usitoe bidhaa hadi ijulikane."},
	}},
}
