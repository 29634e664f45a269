package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"kaunta/pos"
)

// Plain is what only the plain till says; all else it says in the words of the screens.
type Plain struct {
	AskHelp, GoOn, RoundOffer, ReferenceField, ReferenceWrong          string
	Asking, StillWaiting, NextCheck, NothingNew, AskedAt               string
	NotNow, TooSoon, ReceiptIs, NoSuchNumber                           string
	MpesaAnswers, CallbacksLost, CallbacksBack, PaymentsBack, Replaced string
	More, NoMore, NoNumber, Practice, Bell, Closed, TypeCode           string
	WhichAnswer                                                        string
}

// NewPlain is the table: each line a text in English and in Kiswahili.
func NewPlain(lang Language) *Plain {
	t := func(en, sw string) string {
		if lang == Kiswahili {
			return sw
		}
		return en
	}
	return &Plain{
		AskHelp:        t("help: what you can type.", "msaada: unachoweza kuandika."),
		RoundOffer:     t("%s is not whole shillings. Press Enter for KES %v.", "%s si shilingi kamili. Bonyeza Enter kwa KES %v."),
		GoOn:           t("Go on.", "Endelea."),
		ReferenceField: t("Ref (Enter for none):", "Ref (Enter kama hakuna):"),
		ReferenceWrong: t("A Ref has at most 12 letters, digits, blanks and dashes.", "Ref ina herufi, tarakimu, nafasi na vistari 12 au pungufu."),

		Asking:       t("Asking %[1]s for KES %[2]v …", "Inaomba %[1]s ilipe KES %[2]v …"),
		StillWaiting: t("still waiting, %s", "bado inasubiri, %s"),
		NextCheck:    t("next check at %s", "itaulizwa saa %s"),
		NothingNew:   t("M-PESA says nothing new", "M-PESA haina jipya"),
		AskedAt:      t("Asking M-PESA at %s.", "Kaunta itauliza M-PESA saa %s."),
		NotNow:       t("Finish this payment first.", "Maliza malipo haya kwanza."),
		TooSoon:      t("Too quick: nothing was sent.", "Haraka mno: hakuna kilichotumwa."),
		ReceiptIs:    t("M-PESA CODE %s: KES %v, %v.", "CODE YA M-PESA %s: KES %v, %v."),
		TypeCode:     t("code CODE: note the M-PESA code from the customer's SMS.", "code CODE: andika code ya M-PESA kutoka SMS ya mteja."),
		NoSuchNumber: t("No number %s in the list. settle: names them.", "Hakuna namba %s kwenye orodha. fuatilia: huyataja."),

		MpesaAnswers:  t("M-PESA answers again.", "M-PESA inajibu tena."),
		CallbacksLost: t("M-PESA'S MESSAGES DO NOT ARRIVE: results come 10 to 30 s late.", "UJUMBE WA M-PESA HAUFIKI: majibu huchelewa sekunde 10–30."),
		Replaced:      t("M-PESA has sent messages about payments of a ledger that a backup has replaced: compare with M-PESA's statement.", "M-PESA imetuma ujumbe wa malipo ya daftari lililobadilishwa na nakala: linganisha na statement ya M-PESA."),
		CallbacksBack: t("M-PESA's messages arrive again.", "Ujumbe wa M-PESA unafika tena."),
		PaymentsBack:  t("New payments are taken again.", "Malipo mapya yanapokelewa tena."),

		More:        t("more: the next.", "zaidi: yanayofuata."),
		NoMore:      t("No more.", "Hakuna zaidi."),
		NoNumber:    t("Which one? Give its number in the list.", "Yapi? Taja namba yake kwenye orodha."),
		WhichAnswer: t("done %[1]s 1: these are two sales. done %[1]s 2: you gave this money back.", "tatua %[1]s 1: ni mauzo mawili. tatua %[1]s 2: umemrudishia mteja pesa hizi."),
		Practice:    t("Practice phones act by their last two digits. phones: the list.", "Simu za mazoezi hufuata tarakimu mbili za mwisho. simu: orodha."),
		Bell:        t("The bell rings once for good news, twice for bad.", "Kengele hulia mara moja kwa habari njema, mara mbili kwa mbaya."),
		Closed:      t("Kaunta is switched off.", "Kaunta inazimwa."),
	}
}

// IsWord reports whether typed is the word, in either language: nobody has to think of which one
// the till speaks.
func IsWord(word pos.Text, typed string) bool {
	return typed != "" && (strings.EqualFold(word.EN, typed) || strings.EqualFold(word.SW, typed))
}

// Uncapital is a sentence of the till as it stands behind a colon. It is for texts that begin with
// no name.
func Uncapital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}

// Sentence joins parts with commas and ends with what there is to do: "PAID KES 450, receipt
// SKN4T7W2QX: hand over the goods."
func Sentence(parts []string, do ...string) string {
	s := strings.Join(NonEmpty(parts), ", ")
	if do = NonEmpty(do); len(do) > 0 {
		return s + ": " + strings.Join(do, " ")
	}
	return s + "."
}

func NonEmpty(list []string) []string {
	var full []string
	for _, s := range list {
		if s != "" {
			full = append(full, s)
		}
	}
	return full
}
