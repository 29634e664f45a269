package text

import (
	"kaunta/pos"
)

// Ending is what a practice phone does by the last two digits of its number, where no hand is on
// it.
type Ending struct {
	Digits string // empty: every other number
	Text   pos.Text
}

// PracticeEndings lists what the simulator's customers do by the last two digits of their number,
// for the help screen.
func PracticeEndings() []Ending {
	return []Ending{
		{"", pos.Text{EN: "pays after 4 to 9 seconds", SW: "analipa baada ya sekunde 4 hadi 9"}},
		{"01", pos.Text{EN: "has not enough money", SW: "hana pesa za kutosha"}},
		{"08", pos.Text{EN: "has a debt (code E3008)", SW: "ana deni (E3008)"}},
		{"17", pos.Text{EN: "same amount again too soon (17)", SW: "kiasi kilekile mapema mno (17)"}},
		{"19", pos.Text{EN: "the request expires", SW: "ombi linaisha muda"}},
		{"20", pos.Text{EN: "types a wrong PIN", SW: "anakosea PIN"}},
		{"26", pos.Text{EN: "M-PESA is busy", SW: "M-PESA imelemewa"}},
		{"32", pos.Text{EN: "presses Cancel", SW: "anaghairi"}},
		{"37", pos.Text{EN: "does not answer", SW: "hajibu"}},
		{"51", pos.Text{EN: "pays; the callback never comes", SW: "analipa; callback haiji"}},
		{"52", pos.Text{EN: "pays; M-PESA says so after 4 minutes", SW: "analipa; M-PESA inasema baada ya dakika 4"}},
		{"53", pos.Text{EN: "pays; the callback comes three times", SW: "analipa; callback inakuja mara tatu"}},
		{"54", pos.Text{EN: "pays; a query then denies it", SW: "analipa; swali linakana"}},
		{"55", pos.Text{EN: "pays; the callback has another amount", SW: "analipa; callback ina kiasi kingine"}},
		{"56", pos.Text{EN: "M-PESA never gives an end", SW: "M-PESA haitoi jibu kamwe"}},
		{"57", pos.Text{EN: "pays; queries are refused", SW: "analipa; maswali yanakataliwa"}},
		{"58", pos.Text{EN: "pays; first an unclear end (9999)", SW: "analipa; kwanza jibu lisilo wazi (9999)"}},
		{"59", pos.Text{EN: "pays; the first query denies it", SW: "analipa; swali la kwanza linakana"}},
		{"61", pos.Text{EN: "the phone is busy", SW: "simu ina shughuli"}},
		{"62", pos.Text{EN: "M-PESA refuses: busy", SW: "M-PESA inakataa: imelemewa"}},
		{"63", pos.Text{EN: "pays; M-PESA reports an error (500)", SW: "analipa; M-PESA inatoa hitilafu (500)"}},
		{"64", pos.Text{EN: "pays; the answer is lost", SW: "analipa; jibu linapotea"}},
		{"65", pos.Text{EN: "the firewall answers, nothing is sent", SW: "ukuta wa usalama unajibu"}},
		{"66", pos.Text{EN: "M-PESA refuses: too many requests", SW: "M-PESA inakataa: maombi mengi mno"}},
		{"67", pos.Text{EN: "pays at the second try (token)", SW: "analipa kwa jaribio la pili"}},
	}
}
