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
		{"32", pos.Text{EN: "presses Cancel", SW: "anakatisha"}},
		{"37", pos.Text{EN: "does not answer", SW: "hajibu"}},
		{"51", pos.Text{EN: "pays; M-PESA's message never comes", SW: "analipa; ujumbe wa M-PESA haufiki"}},
		{"52", pos.Text{EN: "pays; M-PESA says so after 4 minutes", SW: "analipa; M-PESA inasema baada ya dakika 4"}},
		{"53", pos.Text{EN: "pays; M-PESA's message comes three times", SW: "analipa; ujumbe wa M-PESA hufika mara tatu"}},
		{"54", pos.Text{EN: "pays; asked, M-PESA says no", SW: "analipa; ikiulizwa, M-PESA inakana"}},
		{"55", pos.Text{EN: "pays; the message has another amount", SW: "analipa; ujumbe una kiasi kingine"}},
		{"56", pos.Text{EN: "M-PESA never gives an end", SW: "M-PESA haitoi jibu kamwe"}},
		{"57", pos.Text{EN: "pays; M-PESA cannot be asked", SW: "analipa; M-PESA haikubali kuulizwa"}},
		{"58", pos.Text{EN: "pays; first an unclear end (9999)", SW: "analipa; kwanza jibu lisilo wazi (9999)"}},
		{"59", pos.Text{EN: "pays; asked once, M-PESA says no", SW: "analipa; ikiulizwa mara ya kwanza, M-PESA inakana"}},
		{"61", pos.Text{EN: "the phone is busy", SW: "simu busy"}},
		{"62", pos.Text{EN: "M-PESA refuses: busy", SW: "M-PESA inakataa: imelemewa"}},
		{"63", pos.Text{EN: "pays; M-PESA reports an error (500)", SW: "analipa; M-PESA inatoa hitilafu (500)"}},
		{"64", pos.Text{EN: "pays; the answer is lost", SW: "analipa; jibu linapotea"}},
		{"65", pos.Text{EN: "Safaricom blocks it, nothing is sent", SW: "Safaricom inazuia, hakuna kinachotumwa"}},
		{"66", pos.Text{EN: "M-PESA refuses: too many requests", SW: "M-PESA inakataa: maombi mengi mno"}},
		{"67", pos.Text{EN: "pays at the second try (token)", SW: "analipa kwa jaribio la pili"}},
	}
}
