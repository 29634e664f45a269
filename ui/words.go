package ui

import (
	"fmt"

	"kaunta/pos"
)

// words is every text of the screens in one language. [newWords] is the table of both.
type words struct {
	lang Language

	// Screens, header and status.
	sale, ledger, detail, month, open                                string
	till, training, sandbox, live                                    string
	today, paidCount, notPaidCount                                   string
	checking, owedBack, unmatched, doubtful                          string
	pollingOnly, forged, replaced, unkept, ledgerFails, ledgerUnread string
	clock, clockWrong, clockDoubt                                    string
	refusing, unreached, offline, elsewhere, notMPesa                string

	// States and notices.
	sending, waiting, paid, notPaid, stillChecking string
	paidLate, paidTwice, doesNotMatch, disagree    string
	paidLateShort, paidTwiceShort, paidLateColumn  string
	possiblyTwice, possiblyShort                   string

	// The sale.
	amount, again, phoneField, reference, optional       string
	typeAmount, typePhone, notTheSame, numLock           string
	typeAgain                                            string
	last, resumedOne, resumedThis, resumedMany, sameSale string
	roundOffer, resumedOneShort, resumedManyShort        string
	anyPhone                                             string

	// Under way and ended.
	lookAtPhone, noGoodsYet, askedAgainIn, askedAgainAt, asking string
	nothingPlanned, waitingSince                                string
	handOver, receipt, codeLater, confirmedBy, callback, query  string
	and, code, noMoney, moneyMayHaveMoved                       string
	holdGoods, holdAndWait, noCode, noteCode, claimedCode       string
	waitUntil, canStillPay, mayAskAgain, twiceKey               string
	lateAdvice, twiceAdvice, matchAdvice, disagreeAdvice        string
	threeWrongPINs                                              string
	payTwiceWarning, nothingTells, wrongAmount                  string

	// Ledger, detail, open payments.
	colTime, colKES, colPhone, colReceipt, colResult, colAge, colNext, colDay, colPaid     string
	emptyDay, emptyDayDo, findPrompt, findEmpty, findDo, findDoShort, datePrompt           string
	dateWrong, reading, emptyOpen, emptyOpenDo, codePrompt                                 string
	rawOf, noRaw, saleOf, owed, owedAdvice, byHandFrom, byHandNow, byHandTold, byHandAlone string
	givenBack, givenBackAdvice, giveBackAsk, giveBackDone                                  string
	possiblyAdvice, possiblyWith, twoSales, twoSalesAsk, twoSalesDone                      string
	clearedUp, clearedUpAdvice, clearUpAsk, clearUpDone                                    string
	minutes, hours, days, now                                                              string
	checkingShort, waitingShort, recent                                                    string

	// Customer's phone.
	phoneTitle, phoneIdle, phoneIdleDo, payTo, account, enterPIN, phoneAlone, phoneHand string

	// Keys.
	kAsk, kRounded, kNextField, kLedger, kOpen, kHelp, kSale, kClear, kCheck, kStop, kNext, kAgain, kNumber                                                                     string
	kDrop, kTwice, kBack, kMove, kDay, kDate, kToday, kFind, kDetail, kRaw, kPhone, kHand, kLanguage                                                                            string
	kTypeCode, kGiveBack, kClearUp, kSettle, kNoteDown, kRubOut, kReference, kNextRow, kQuit, kSeen, kPay, kCancel, kWrongPIN, kIgnore, kType, kPage, kScroll, kMonth, kOpenDay string

	// Help.
	helpKeys, helpPad, helpEverywhere, helpEndings, helpBell, helpBellOnce, helpBellTwice, helpElse       string
	padSums, padRubAmount, padRubPhone, padUp, padReference, padEmpty, padBack, padNext, padSeen, padMove string

	// Quitting and small windows.
	quitNone, quitOne, quitMany, quitAgain, quitStay, bigger, biggerFrom string

	weekdays, weekdaysShort [7]string // from Sunday
	months                  [12]string
	kinds                   map[pos.EventKind]string
	verdicts                map[string]string
	notSentTitle            string
}

// newWords is the table: each line a text in English and in Kiswahili. %d, %s and %v are filled in
// where the text is used.
func newWords(lang Language) *words {
	t := func(en, sw string) string {
		if lang == Kiswahili {
			return sw
		}
		return en
	}
	return &words{
		lang: lang,

		sale:         t("SALE", "MAUZO"),
		ledger:       t("LEDGER", "DAFTARI"),
		detail:       t("PAYMENT", "MALIPO"),
		month:        t("MONTH", "MWEZI"),
		open:         t("OPEN PAYMENTS", "MALIPO WAZI"),
		till:         t("till", "till"),
		training:     t("TRAINING", "MAZOEZI"),
		live:         t("LIVE", "HALISI"),
		sandbox:      t("SANDBOX", "SANDBOX"),
		today:        t("today", "leo"),
		paidCount:    t("%d paid", "%d yamelipwa"),
		notPaidCount: t("%d not paid", "%d hayakulipwa"),
		checking:     t("checking %d (KES %v)", "wazi %d (KES %v)"),
		owedBack:     t("owed back %d (KES %v)", "rudisha %d (KES %v)"),
		doubtful:     t("maybe paid twice %d (KES %v)", "huenda mara mbili %d (KES %v)"),
		unmatched:    t("does not match %d (KES %v)", "hayalingani %d (KES %v)"),
		pollingOnly:  t("polling only", "kwa kuuliza tu"),
		replaced:     t("%d for the replaced ledger", "%d za daftari lililobadilishwa"),
		forged:       t("%d forged", "%d za uongo"),
		unkept:       t("daily care of the ledger failed", "utunzaji wa daftari wa leo umeshindikana"),
		refusing:     t("M-PESA refusing since %s", "M-PESA inakataa tangu %s"),
		unreached:    t("M-PESA not reached since %s", "M-PESA haifikiki tangu %s"),
		offline:      t("no internet since %s", "hakuna intaneti tangu %s"),
		elsewhere: t("something else answers in M-PESA's place since %s: this network may want a login",
			"kitu kingine kinajibu badala ya M-PESA tangu %s: huenda intaneti hii inataka login"),
		notMPesa:    t("not M-PESA since %s: network login?", "si M-PESA tangu %s: login ya intaneti?"),
		ledgerFails: t("LEDGER: no new payments", "DAFTARI: hakuna malipo mapya"),
		clock:       t("CLOCK", "SAA"),
		clockWrong:  t("CLOCK: no new payments", "SAA: hakuna malipo mapya"),
		clockDoubt:  t("is the clock right?", "saa ni sahihi?"),

		ledgerUnread: t("LEDGER: cannot be read", "DAFTARI: halisomeki"),

		sending:        t("SENDING", "INATUMA"),
		waiting:        t("WAITING FOR PIN", "INASUBIRI PIN"),
		paid:           t("PAID", "IMELIPWA"),
		notPaid:        t("NOT PAID", "HAIJALIPWA"),
		stillChecking:  t("STILL CHECKING", "BADO INAANGALIWA"),
		paidLate:       t("PAID LATE", "IMELIPWA KWA KUCHELEWA"),
		paidTwice:      t("PAID TWICE", "IMELIPWA MARA MBILI"),
		paidLateShort:  t("PAID LATE", "IMELIPWA BAADAYE"),
		paidLateColumn: t("paid late", "imechelewa"), // ? no Kenyan cashier has read it yet
		paidTwiceShort: t("PAID TWICE", "IMELIPWA MARA 2"),
		possiblyTwice:  t("POSSIBLY PAID TWICE", "HUENDA IMELIPWA MARA MBILI"),
		possiblyShort:  t("maybe twice", "huenda mara 2"),
		doesNotMatch:   t("DOES NOT MATCH", "HAILINGANI"),
		disagree:       t("ANSWERS DISAGREE", "MAJIBU YANAPINGANA"),

		amount:           t("Amount", "Kiasi"),
		again:            t("Again", "Tena"),
		phoneField:       t("Phone", "Simu"),
		reference:        t("Reference", "Rejea"),
		optional:         t("optional", "si lazima"),
		typeAmount:       t("Type the amount.", "Andika kiasi."),
		typePhone:        t("Type the customer's phone number.", "Andika namba ya simu ya mteja."),
		notTheSame:       t("Not the same amount: KES %v is asked. Type it again.", "Kiasi si sawa: kinachoombwa ni KES %v. Andika tena."),
		roundOffer:       t("%s → %v? Enter takes KES %v.", "%s → %v? Enter huchukua KES %v."),
		typeAgain:        t("Above KES %v the amount is typed a second time.", "Zaidi ya KES %v kiasi huandikwa mara ya pili."),
		numLock:          t("Press Num Lock: the number pad types no digits.", "Bonyeza Num Lock: vitufe vya namba haviandiki."),
		last:             t("last", "mwisho"),
		resumedOne:       t("1 payment was open when the till stopped. Checking.", "Malipo 1 yalikuwa wazi till ilipozimwa. Yanaangaliwa."),
		resumedThis:      t("KES %v to %s was open when the till stopped. Checking.", "KES %v kwa %s yalikuwa wazi till ilipozimwa. Yanaangaliwa."),
		resumedMany:      t("%d payments were open when the till stopped. Checking.", "Malipo %d yalikuwa wazi till ilipozimwa. Yanaangaliwa."),
		resumedOneShort:  t("1 payment was open. Checking.", "Malipo 1 yalikuwa wazi. Yanaangaliwa."),
		resumedManyShort: t("%d payments were open. Checking.", "Malipo %d yalikuwa wazi. Yanaangaliwa."),
		anyPhone:         t("Type the customer's phone number. Here any will do, as 0712345678.", "Andika namba ya simu ya mteja. Hapa yoyote inafaa, kama 0712345678."),
		sameSale:         t("The same sale, with another number.", "Mauzo yaleyale, kwa namba nyingine."),

		lookAtPhone:       t("Ask the customer to look at the phone.", "Mwambie mteja aangalie simu yake."),
		noGoodsYet:        t("Do not give goods yet.", "Usimpe bidhaa bado."),
		askedAgainIn:      t("M-PESA is asked again in %s", "M-PESA itaulizwa tena baada ya %s"),
		askedAgainAt:      t("M-PESA is asked again at %s", "M-PESA itaulizwa tena saa %s"),
		asking:            t("M-PESA is being asked", "M-PESA inaulizwa"),
		nothingTells:      t("look for it in M-PESA's messages", "iangalie kwenye ujumbe wa M-PESA"),
		wrongAmount:       t("Wrong amount? Ask the customer to cancel on the phone.", "Kiasi si sahihi? Mwambie mteja akatishe kwenye simu."),
		nothingPlanned:    t("M-PESA will send its answer", "M-PESA italeta jibu"),
		waitingSince:      t("asked at %s", "imeombwa saa %s"),
		handOver:          t("Hand over the goods.", "Mpe mteja bidhaa."),
		receipt:           t("receipt", "risiti"),
		codeLater:         t("receipt code later", "code ya M-PESA itafuata"),
		noCode:            t("no receipt code (queries only)", "hakuna code ya M-PESA (kwa kuuliza tu)"),
		noteCode:          t("/ notes the code of the SMS.", "/ huandika code ya SMS."),
		claimedCode:       t("code %s, the customer's word", "code %s, neno la mteja"),
		confirmedBy:       t("confirmed by", "imethibitishwa na"),
		callback:          t("callback", "callback"),
		query:             t("query", "swali"),
		and:               t("and", "na"),
		code:              t("M-PESA code", "msimbo wa M-PESA"),
		noMoney:           t("No money moved. No goods.", "Hakuna pesa iliyohama. Usitoe bidhaa."),
		moneyMayHaveMoved: t("Money may have moved.", "Huenda pesa zimetoka."),
		holdGoods:         t("Hold the goods.", "Usitoe bidhaa bado."),
		holdAndWait:       t("Hold the goods and wait %s.", "Usitoe bidhaa bado. Subiri %s."),
		waitUntil:         t("until %s", "hadi %s"),
		canStillPay:       t("The customer can still pay.", "Mteja bado anaweza kulipa."),
		mayAskAgain:       t("* asks again. The customer may then pay twice.", "* huomba tena. Mteja anaweza kulipa mara mbili."),
		twiceKey:          t("Press 2 to ask all the same.", "Bonyeza 2 kuomba hata hivyo."),
		lateAdvice:        t("It came after the till gave up.", "Yamekuja till ikiwa imeacha kusubiri."),
		twiceAdvice:       t("This sale is paid: goods once only. This money is owed back.", "Mauzo haya yamelipwa: toa bidhaa mara moja tu. Pesa hizi zirudishwe."),
		matchAdvice:       t("What M-PESA reports does not match this request. Call the owner.", "Taarifa ya M-PESA hailingani na ombi hili. Mpigie mwenye duka."),
		disagreeAdvice:    t("M-PESA has given two different answers. Call the owner.", "M-PESA imetoa majibu mawili tofauti. Mpigie mwenye duka."),
		threeWrongPINs:    t("Three wrong PINs: use another number, or take cash.", "PIN imekosewa mara tatu: tumia namba nyingine, au pokea pesa taslimu."),
		payTwiceWarning:   t("MAY PAY TWICE", "HUENDA MARA 2"),

		colTime:     t("TIME", "SAA"),
		colKES:      t("KES", "KES"),
		colPhone:    t("PHONE", "SIMU"),
		colReceipt:  t("RECEIPT", "RISITI"),
		colResult:   t("RESULT", "MATOKEO"),
		colAge:      t("AGE", "MUDA"),
		colDay:      t("DAY", "SIKU"),
		colPaid:     t("PAID", "IDADI"),
		colNext:     t("NEXT/RECEIPT", "LINI/RISITI"),
		emptyDay:    t("No payments on this day.", "Hakuna malipo siku hii."),
		emptyDayDo:  t("← goes to the day before, - to a sale.", "← ni siku iliyotangulia, - ni mauzo."),
		findPrompt:  t("Find", "Tafuta"),
		findEmpty:   t("Nothing found.", "Hakuna kilichopatikana."),
		findDo:      t("A receipt, the last digits of a phone, an amount or a reference.", "Risiti, tarakimu za mwisho za simu, kiasi au rejea."),
		findDoShort: t("Receipt, phone, amount or reference.", "Risiti, simu, kiasi au rejea."),
		datePrompt:  t("Go to day", "Nenda siku"),
		dateWrong:   t("Write a day as 23, 23.11 or 23.11.2026.", "Andika siku kama 23, 23.11 au 23.11.2026."),
		reading:     t("Reading the ledger", "Daftari linasomwa"),
		emptyOpen:   t("Nothing is open and nothing is owed back.", "Hakuna malipo wazi wala ya kurudisha."),
		emptyOpenDo: t("- goes to a sale.", "- ni mauzo."),
		codePrompt:  t("Code from the SMS", "Namba ya kwenye SMS"),
		rawOf:       t("As it came", "Kama ilivyokuja"),
		noRaw:       t("Nothing came with this.", "Hakuna kilichokuja na tukio hili."),
		saleOf:      t("reference", "rejea"),
		owed:        t("owed back", "irudishwe"),
		owedAdvice:  t("It came twice and is owed back: return it to the customer, then press Enter.", "Zilikuja mara mbili: mrudishie mteja pesa hizi, kisha bonyeza Enter."),
		byHandFrom:  t("The till still asks M-PESA. You can clear it up from %s.", "Till bado inauliza M-PESA. Unaweza kuyashughulikia kuanzia %s."),
		byHandTold:  t("The till cannot ask M-PESA, whose answer may still come. You can clear it up from %s.", "Till haiwezi kuuliza M-PESA; jibu lake huenda likaja bado. Unaweza kuyashughulikia kuanzia %s."),
		byHandAlone: t("The till cannot ask M-PESA. You can clear it up from %s.", "Till haiwezi kuuliza M-PESA. Unaweza kuyashughulikia kuanzia %s."),
		byHandNow:   t("You can clear it up now.", "Unaweza kuyashughulikia sasa."),

		givenBack:       t("given back", "imerudishwa"),
		givenBackAdvice: t("This sale was paid before. This money was given back to the customer.", "Mauzo haya yalikuwa yamelipwa. Pesa hizi zimerudishwa kwa mteja."),
		giveBackAsk:     t("Was KES %v given back to the customer? Enter writes it down.", "Je, KES %v zimerudishwa kwa mteja? Enter huandika."),
		possiblyAdvice:  t("Two sales to this phone are paid, and one was asked in place of the other. If it is one purchase, give the goods once, and call the owner.", "Mauzo mawili ya simu hii yamelipwa, na moja liliombwa badala ya jingine. Ikiwa ni mauzo yaleyale, toa bidhaa mara moja, na mpigie mwenye duka."),
		possiblyWith:    t("This and KES %v of %s are paid, and one was asked in place of the other: two sales, or one paid twice?", "Haya na KES %v za %s yamelipwa, na moja liliombwa badala ya jingine: ni mauzo mawili, au moja limelipwa mara mbili?"),
		twoSales:        t("two sales", "mauzo mawili"),
		twoSalesAsk:     t("KES %v: 1 if these are two sales, 2 if this money was given back to the customer.", "KES %v: 1 ikiwa ni mauzo mawili, 2 ikiwa pesa hizi zimerudishwa kwa mteja."),
		twoSalesDone:    t("Noted: KES %v is a sale of its own.", "Imeandikwa: KES %v ni mauzo peke yake."),
		clearedUp:       t("cleared up", "imeshughulikiwa"),
		clearedUpAdvice: t("A person has cleared this up.", "Mtu ameyashughulikia."),
		clearUpAsk:      t("Was this KES %v cleared up, with M-PESA's statement and the customer? Enter writes it down.", "Je, KES %v hizi zimeshughulikiwa, kwa taarifa ya M-PESA na mteja? Enter huandika."),
		clearUpDone:     t("Noted: KES %v was cleared up.", "Imeandikwa: KES %v zimeshughulikiwa."),
		giveBackDone:    t("Noted: KES %v was given back.", "Imeandikwa: KES %v zimerudishwa."),

		minutes: t("%d min", "dk %d"),
		hours:   t("%d h", "saa %d"),
		days:    t("%d d", "siku %d"),
		now:     t("now", "sasa"),

		checkingShort: t("checking", "inaangaliwa"),
		waitingShort:  t("waiting", "inasubiri"),
		recent:        t("LATEST", "ZA KARIBUNI"),

		phoneTitle:  t("CUSTOMER'S PHONE", "SIMU YA MTEJA"),
		phoneIdle:   t("No request on any phone.", "Hakuna ombi kwenye simu yoyote."),
		phoneIdleDo: t("Ask for a payment, and it appears here.", "Omba malipo, na yataonekana hapa."),
		payTo:       t("Pay KES %v to %s?", "Lipa KES %v kwa %s?"),
		account:     t("Account %s", "Akaunti %s"),
		enterPIN:    t("Enter M-PESA PIN:", "Weka PIN ya M-PESA:"),
		phoneAlone:  t("Left alone, it acts by the last two digits of its number.", "Ikiachwa, hufuata tarakimu mbili za mwisho za namba yake."),

		phoneHand: t("act as the customer", "fanya kama mteja"),

		kAsk:       t("ask for payment", "omba malipo"),
		kRounded:   t("take KES %v", "chukua KES %v"),
		kNextField: t("next field", "sehemu inayofuata"),
		kLedger:    t("ledger", "daftari"),
		kOpen:      t("open payments", "malipo wazi"),
		kHelp:      t("help", "msaada"),
		kSale:      t("sale", "mauzo"),
		kClear:     t("clear", "futa"),
		kCheck:     t("check now", "uliza sasa"),
		kStop:      t("stop waiting", "acha kusubiri"),
		kNext:      t("next sale", "mauzo mapya"),
		kAgain:     t("ask again", "omba tena"),
		kNumber:    t("other number", "namba nyingine"),
		kDrop:      t("drop", "acha"),
		kTwice:     t("ask all the same", "omba hata hivyo"),
		kBack:      t("back", "rudi"),
		kMove:      t("move", "sogea"),
		kDay:       t("day", "siku"),
		kMonth:     t("month", "mwezi"),
		kOpenDay:   t("open the day", "fungua siku"),
		kDate:      t("go to day", "nenda siku"),
		kToday:     t("today", "leo"),
		kFind:      t("find", "tafuta"),
		kDetail:    t("detail", "undani"),
		kRaw:       t("as it came", "kama ilivyokuja"),
		kPhone:     t("customer's phone", "simu ya mteja"),
		kHand:      t("the phone", "simu"),
		kLanguage:  t("Kiswahili", "English"),
		kQuit:      t("quit", "funga"),
		kRubOut:    t("rub out", "futa mwisho"),
		kReference: t("reference", "rejea"),
		kNextRow:   t("next row", "mstari wa chini"),
		kTypeCode:  t("code from SMS", "namba ya SMS"),
		kGiveBack:  t("given back", "imerudishwa"),
		kSettle:    t("settle", "shughulikia"),
		kClearUp:   t("clear up", "shughulikia"),
		kNoteDown:  t("write it down", "andika"),
		kSeen:      t("seen", "nimeona"),
		kPay:       t("pay", "lipa"),
		kCancel:    t("cancel", "katisha"),
		kWrongPIN:  t("wrong PIN", "PIN mbaya"),
		kIgnore:    t("ignore", "puuza"),
		kType:      t("next amount", "kiasi kipya"),
		kPage:      t("page", "ukurasa"),
		kScroll:    t("scroll", "sogeza"),

		helpKeys:       t("Here", "Hapa"),
		helpPad:        t("The number pad alone", "Vitufe vya namba pekee"),
		helpEverywhere: t("Everywhere", "Popote"),
		helpEndings:    t("Practice phones: last two digits", "Simu za mazoezi: tarakimu za mwisho"),
		helpBell:       t("The bell rings", "Kengele hulia"),
		helpBellOnce:   t("once: PAID", "mara moja: IMELIPWA"),
		helpBellTwice:  t("twice: look at the screen", "mara mbili: angalia skrini"),
		helpElse:       t("other", "nyingine"),
		padSums:        t("sums, in an amount", "hesabu, kwenye kiasi"),
		padRubAmount:   t("rubs out, in an amount", "hufuta, kwenye kiasi"),
		padRubPhone:    t("rubs out, in a phone number", "hufuta, kwenye namba ya simu"),
		padUp:          t("from the phone to the amount", "kutoka simu hadi kiasi"),
		padReference:   t("from the phone to the reference", "kutoka simu hadi rejea"),
		padEmpty:       t("ledger, open, help, from an empty sale", "daftari, wazi, msaada, kwenye fomu tupu"),
		padBack:        t("back, stop, drop, as esc", "rudi, acha, kama esc"),
		padNext:        t("next sale", "mauzo mapya"),
		padSeen:        t("seen, as f4", "nimeona, kama f4"),
		padMove:        t("move in lists", "kusogea kwenye orodha"),

		quitNone:   t("Close the till?", "Funga till?"),
		quitOne:    t("1 payment is open. It will be resumed at the next start.", "Malipo 1 yako wazi. Yataendelea till ikiwashwa tena."),
		quitMany:   t("%d payments are open. They will be resumed at the next start.", "Malipo %d yako wazi. Yataendelea till ikiwashwa tena."),
		quitAgain:  t("quit", "funga"),
		quitStay:   t("stay", "baki"),
		bigger:     t("Make the window bigger.", "Panua dirisha."),
		biggerFrom: t("have %d×%d, need %d×%d", "ni %d×%d, inahitaji %d×%d"),

		weekdays: [7]string{
			t("Sunday", "Jumapili"), t("Monday", "Jumatatu"), t("Tuesday", "Jumanne"), t("Wednesday", "Jumatano"),
			t("Thursday", "Alhamisi"), t("Friday", "Ijumaa"), t("Saturday", "Jumamosi"),
		},
		weekdaysShort: [7]string{
			t("Sun", "Jpl"), t("Mon", "Jtt"), t("Tue", "Jnn"), t("Wed", "Jtn"), t("Thu", "Alh"), t("Fri", "Iju"), t("Sat", "Jms"),
		},
		months: [12]string{
			t("January", "Januari"), t("February", "Februari"), t("March", "Machi"), t("April", "Aprili"),
			t("May", "Mei"), t("June", "Juni"), t("July", "Julai"), t("August", "Agosti"),
			t("September", "Septemba"), t("October", "Oktoba"), t("November", "Novemba"), t("December", "Desemba"),
		},

		notSentTitle: t("not sent", "haikutumwa"),
		kinds: map[pos.EventKind]string{
			pos.EventAsked: t("asked", "imeombwa"), pos.EventPushed: t("push", "ombi"), pos.EventQueried: t("query", "swali"),
			pos.EventCalledBack: t("callback", "callback"), pos.EventGaveUp: t("gave up waiting", "muda umeisha"),
			pos.EventStopped: t("stopped waiting", "imeachwa"), pos.EventTyped: t("typed", "imeandikwa"),
			pos.EventResumed: t("resumed", "imeendelezwa"), pos.EventRefunded: t("given back", "imerudishwa"),
			pos.EventResolved: t("cleared up", "imeshughulikiwa"), pos.EventPossiblyTwice: t("maybe paid twice", "huenda mara mbili"),
			pos.EventTwoSales: t("two sales", "mauzo mawili"),
		},
		verdicts: map[string]string{
			"accepted": t("accepted", "limepokelewa"), "paid": t("paid", "imelipwa"), "failed": t("not paid", "haijalipwa"),
			"pending": t("not known yet", "haijulikani bado"), "validation": t("refused as wrong", "limekataliwa"),
			"configuration": t("refused: set-up", "limekataliwa: usanidi"), "auth": t("refused: keys", "limekataliwa: funguo"),
			"credentials": t("refused: keys", "limekataliwa: funguo"), "phone_busy": t("phone is busy", "simu ina shughuli"),
			"system_busy": t("M-PESA is busy", "M-PESA imelemewa"), "rate_limited": t("asked too often", "maswali ni mengi"),
			"blocked": t("stopped by the firewall", "imezuiwa na firewall"), "malformed": t("not understood", "haieleweki"),
			"unknown": t("no clear answer", "hakuna jibu wazi"),
		},
	}
}

// modeName is the word for a mode, which stands on every screen.
func (w *words) modeName(m Mode) string {
	switch m {
	case Training:
		return w.training
	case Sandbox:
		return w.sandbox
	}
	return w.live
}

// refusal says since when M-PESA tells nothing, and whose trouble that is.
func (w *words) refusal(h pos.Health, link LinkHealth) string {
	what := w.refusing
	switch {
	case h.Elsewhere:
		what = w.elsewhere
	case h.Unreached && link.Failing:
		what = w.offline
	case h.Unreached:
		what = w.unreached
	}
	return fmt.Sprintf(what, clock(h.Since))
}
