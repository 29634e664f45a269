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
		RoundOffer:     t("%s is not whole shillings. Enter takes KES %v.", "%s si shilingi kamili. Enter huchukua KES %v."),
		GoOn:           t("Go on.", "Endelea."),
		ReferenceField: t("Reference (Enter for none):", "Rejea (Enter kama hakuna):"),
		ReferenceWrong: t("A reference has at most 12 letters, digits, blanks and dashes.", "Rejea ina herufi, tarakimu, nafasi na vistari 12 au pungufu."),

		Asking:       t("Asking %[1]s for KES %[2]v …", "Inaomba %[1]s ilipe KES %[2]v …"),
		StillWaiting: t("still waiting, %s", "bado inasubiri, %s"),
		NextCheck:    t("next check at %s", "itaulizwa saa %s"),
		NothingNew:   t("M-PESA says nothing new", "M-PESA haina jipya"),
		AskedAt:      t("M-PESA is asked at %s.", "M-PESA itaulizwa saa %s."),
		NotNow:       t("Not taken: this payment comes first.", "Haikupokelewa: malipo haya kwanza."),
		TooSoon:      t("Too soon after the result: nothing was asked.", "Mapema mno baada ya matokeo: hakuna kilichoombwa."),
		ReceiptIs:    t("RECEIPT %s: KES %v, %v.", "RISITI %s: KES %v, %v."),
		TypeCode:     t("receipt CODE: note the code from the customer's SMS.", "risiti CODE: andika code ya SMS ya mteja."),
		NoSuchNumber: t("No number %s in the list. open: names them.", "Hakuna namba %s kwenye orodha. wazi: huyataja."),

		MpesaAnswers:  t("M-PESA answers again.", "M-PESA inajibu tena."),
		CallbacksLost: t("NO CALLBACKS: results come by query, a little later.", "HAKUNA CALLBACK: matokeo huja kwa kuuliza, yakichelewa kidogo."),
		Replaced:      t("M-PESA has called back about payments of a ledger that a backup has replaced: compare with M-PESA's statement.", "M-PESA imejibu kuhusu malipo ya daftari lililobadilishwa na nakala: linganisha na taarifa ya M-PESA."),
		CallbacksBack: t("Callbacks come again.", "Callback zinakuja tena."),
		PaymentsBack:  t("New payments are taken again.", "Malipo mapya yanapokelewa tena."),

		More:        t("more: the next.", "zaidi: yanayofuata."),
		NoMore:      t("No more.", "Hakuna zaidi."),
		NoNumber:    t("Which one? Give its number in the list.", "Yapi? Taja namba yake kwenye orodha."),
		WhichAnswer: t("settled %[1]s 1: these are two sales. settled %[1]s 2: this money was given back.", "tayari %[1]s 1: ni mauzo mawili. tayari %[1]s 2: pesa hizi zimerudishwa."),
		Practice:    t("Practice phones act by their last two digits. phones: the list.", "Simu za mazoezi hufuata tarakimu mbili za mwisho. simu: orodha."),
		Bell:        t("The bell rings once for good news, twice for bad.", "Kengele hulia mara moja kwa habari njema, mara mbili kwa mbaya."),
		Closed:      t("Closing the till.", "Till inafungwa."),
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
