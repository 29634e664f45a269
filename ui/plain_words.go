package ui

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"kaunta/pos"
)

// plainWords is what only the plain till says; all else it says in the words of the screens.
type plainWords struct {
	askHelp, goOn, roundOffer, referenceField, referenceWrong          string
	asking, stillWaiting, nextCheck, nothingNew, askedAt               string
	notNow, tooSoon, receiptIs, noSuchNumber                           string
	mpesaAnswers, callbacksLost, callbacksBack, paymentsBack, replaced string
	more, noMore, noNumber, practice, bell, closed, typeCode           string
	whichAnswer                                                        string
}

// newPlainWords is the table: each line a text in English and in Kiswahili.
func newPlainWords(lang Language) *plainWords {
	t := func(en, sw string) string {
		if lang == Kiswahili {
			return sw
		}
		return en
	}
	return &plainWords{
		askHelp:        t("help: what you can type.", "msaada: unachoweza kuandika."),
		roundOffer:     t("%s is not whole shillings. Enter takes KES %v.", "%s si shilingi kamili. Enter huchukua KES %v."),
		goOn:           t("Go on.", "Endelea."),
		referenceField: t("Reference (Enter for none):", "Rejea (Enter kama hakuna):"),
		referenceWrong: t("A reference has at most 12 letters, digits, blanks and dashes.", "Rejea ina herufi, tarakimu, nafasi na vistari 12 au pungufu."),

		asking:       t("Asking %[1]s for KES %[2]v …", "Inaomba %[1]s ilipe KES %[2]v …"),
		stillWaiting: t("still waiting, %s", "bado inasubiri, %s"),
		nextCheck:    t("next check at %s", "itaulizwa saa %s"),
		nothingNew:   t("M-PESA says nothing new", "M-PESA haina jipya"),
		askedAt:      t("M-PESA is asked at %s.", "M-PESA itaulizwa saa %s."),
		notNow:       t("Not taken: this payment comes first.", "Haikupokelewa: malipo haya kwanza."),
		tooSoon:      t("Too soon after the result: nothing was asked.", "Mapema mno baada ya matokeo: hakuna kilichoombwa."),
		receiptIs:    t("RECEIPT %s: KES %v, %v.", "RISITI %s: KES %v, %v."),
		typeCode:     t("receipt CODE: note the code from the customer's SMS.", "risiti CODE: andika code ya SMS ya mteja."),
		noSuchNumber: t("No number %s in the list. open: names them.", "Hakuna namba %s kwenye orodha. wazi: huyataja."),

		mpesaAnswers:  t("M-PESA answers again.", "M-PESA inajibu tena."),
		callbacksLost: t("NO CALLBACKS: results come by query, a little later.", "HAKUNA CALLBACK: matokeo huja kwa kuuliza, yakichelewa kidogo."),
		replaced:      t("M-PESA has called back about payments of a ledger that a backup has replaced: compare with M-PESA's statement.", "M-PESA imejibu kuhusu malipo ya daftari lililobadilishwa na nakala: linganisha na taarifa ya M-PESA."),
		callbacksBack: t("Callbacks come again.", "Callback zinakuja tena."),
		paymentsBack:  t("New payments are taken again.", "Malipo mapya yanapokelewa tena."),

		more:        t("more: the next.", "zaidi: yanayofuata."),
		noMore:      t("No more.", "Hakuna zaidi."),
		noNumber:    t("Which one? Give its number in the list.", "Yapi? Taja namba yake kwenye orodha."),
		whichAnswer: t("settled %[1]s 1: these are two sales. settled %[1]s 2: this money was given back.", "tayari %[1]s 1: ni mauzo mawili. tayari %[1]s 2: pesa hizi zimerudishwa."),
		practice:    t("Practice phones act by their last two digits. phones: the list.", "Simu za mazoezi hufuata tarakimu mbili za mwisho. simu: orodha."),
		bell:        t("The bell rings once for good news, twice for bad.", "Kengele hulia mara moja kwa habari njema, mara mbili kwa mbaya."),
		closed:      t("Closing the till.", "Till inafungwa."),
	}
}

// isWord reports whether typed is the word, in either language: nobody has to think of which one
// the till speaks.
func isWord(word pos.Text, typed string) bool {
	return typed != "" && (strings.EqualFold(word.EN, typed) || strings.EqualFold(word.SW, typed))
}

// uncapital is a sentence of the till as it stands behind a colon. It is for texts that begin with
// no name.
func uncapital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}

// sentence joins parts with commas and ends with what there is to do: "PAID KES 450, receipt
// SKN4T7W2QX: hand over the goods."
func sentence(parts []string, do ...string) string {
	s := strings.Join(nonEmpty(parts), ", ")
	if do = nonEmpty(do); len(do) > 0 {
		return s + ": " + strings.Join(do, " ")
	}
	return s + "."
}

func nonEmpty(list []string) []string {
	var full []string
	for _, s := range list {
		if s != "" {
			full = append(full, s)
		}
	}
	return full
}

// spoken is the state of an attempt without the symbol that goes before it on a screen.
func (w *words) spoken(a pos.Attempt) string {
	_, word := w.word(a)
	_, word, _ = strings.Cut(word, " ")
	return word
}

// totals is what a day, or several, came to.
func (w *words) totals(t pos.Totals) []string {
	parts := []string{kes(t.Paid.KES), fmt.Sprintf(w.paidCount, t.Paid.Count), fmt.Sprintf(w.notPaidCount, t.NotPaid.Count)}
	if t.Checking.Count > 0 {
		parts = append(parts, fmt.Sprintf(w.checking, t.Checking.Count, t.Checking.KES))
	}
	if t.OwedBack.Count > 0 {
		parts = append(parts, fmt.Sprintf(w.owedBack, t.OwedBack.Count, t.OwedBack.KES))
	}
	if t.Doubtful.Count > 0 {
		parts = append(parts, fmt.Sprintf(w.doubtful, t.Doubtful.Count, t.Doubtful.KES))
	}
	return parts
}
