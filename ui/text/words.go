package text

import (
	"kaunta/pos"
)

// Words is every text of the screens in one language. [New] is the table of both.
type Words struct {
	Language Language
	ListWords
	KeyWords

	// Screens, header and status.
	Sale, Ledger, Detail, Month, Open                                string
	Till, Training, Sandbox, Live                                    string
	Today, PaidCount, NotPaidCount                                   string
	Checking, OwedBack, Unmatched, Doubtful                          string
	PollingOnly, Forged, Replaced, Unkept, LedgerFails, LedgerUnread string
	Clock, ClockWrong, ClockDoubt                                    string
	Refusing, Unreached, Offline, Elsewhere, NotMPesa                string

	// States and notices.
	Sending, Waiting, Paid, NotPaid, StillChecking string
	PaidLate, PaidTwice, DoesNotMatch, Disagree    string
	PaidLateShort, PaidTwiceShort, PaidLateColumn  string
	PossiblyTwice, PossiblyShort                   string
	WaitingLarge, NotPaidLarge, CheckingLarge      string

	// The sale.
	Amount, Again, PhoneField, Reference, Optional                      string
	TypeAmount, TypePhone, NotTheSame, NumLock                          string
	TypeAgain                                                           string
	Last, ResumedOne, ResumedThis, ResumedMany, SameSale, SameSaleStill string
	RoundOffer, ResumedOneShort, ResumedManyShort                       string
	AnyPhone                                                            string

	// Under way and ended.
	LookAtPhone, EarlierIsPaid, NoGoodsYet, AskedAgainIn, AskedAgainAt, Asking string
	AskedAgainShort                                                            string
	NothingPlanned, WaitingSince                                               string
	HandOver, Receipt, CodeLater, ConfirmedBy, Callback, Query                 string
	Code, NoMoney, NoGoods, MoneyMayHaveMoved                                  string
	HoldGoods, HoldAndWait, NoCode, NoteCode, ClaimedCode                      string
	WaitUntil, CanStillPay, MayAskAgain, TwiceKey                              string
	LateAdvice, TwiceAdvice, MatchAdvice, DisagreeAdvice                       string
	ThreeWrongPINs                                                             string
	PayTwiceWarning, PayTwiceLarge, KeepWarning, KeepLarge                     string
	NothingTells, WrongAmount, KeepTheGoods, OwnerLooks                        string

	// Ledger, detail, open payments.
	ColTime, ColKES, ColPhone, ColReceipt, ColResult, ColAge, ColNext, ColDay, ColPaid     string
	EmptyDay, EmptyDayDo, FindPrompt, FindEmpty                                            string
	FindDo, DateWrong, Reading, EmptyOpen, EmptyOpenDo                                     string
	RawOf, NoRaw, SaleOf, Owed, OwedAdvice, ByHandFrom, ByHandNow, ByHandTold, ByHandAlone string
	GivenBack, GivenBackAdvice, GiveBackAsk, GiveBackDone                                  string
	PossiblyAdvice, PossiblyWith, TwoSales, TwoSalesAsk, TwoSalesDone                      string
	ClearedUp, ClearedUpAdvice, ClearUpAsk, ClearUpDone                                    string
	Minutes, Hours, Days, Now                                                              string
	CheckingShort, WaitingShort, Recent                                                    string

	// Customer's phone.
	PhoneTitle, PhoneIdle, PhoneIdleDo, PayTo, Account, EnterPIN, PhoneAlone, PhoneHand, PhoneSMS string

	// Keys.
	KAsk, KRounded, KNextField, KLedger, KOpen, KHelp, KClear, KCheck, KStop, KNext, KAgain, KNumber                                                                            string
	KTwice, KBack, KMove, KDay, KToday, KFind, KDetail, KRaw, KPhone, KLanguage                                                                                                 string
	KTypeCode, KGiveBack, KClearUp, KSettle, KNoteDown, KRubOut, KReference, KNextRow, KQuit, KSeen, KPay, KCancel, KWrongPIN, KIgnore, KType, KPage, KScroll, KMonth, KOpenDay string

	// Help.
	HelpKeys, HelpEndings, HelpBell, HelpBellOnce, HelpBellTwice, HelpElse string

	// Quitting and small windows.
	QuitNone, QuitOne, QuitMany, QuitAgain, QuitStay, Bigger, BiggerFrom string

	Weekdays, WeekdaysShort [7]string // from Sunday
	Months                  [12]string
	Kinds                   map[pos.EventKind]string
	Verdicts                map[string]string
	NotSentTitle            string
}

// The glossary: one noun for a thing, one verb for an act. A new sentence takes its words from
// here, or adds them here first in both languages; "?" marks what no Kenyan cashier has read yet.
//
//	payment, sale                     malipo (ya-), mauzo (ya-)
//	ask for payment, ask M-PESA       omba malipo, uliza M-PESA
//	type, note                        weka, andika (only for what is recorded)
//	customer, amount, phone number    mteja, kiasi (ki-), namba ya simu
//	M-PESA code (SKN4T7W2QX)          code ya M-PESA ?
//	M-PESA answer 1032                jibu la M-PESA 1032 (on the detail screen only)
//	Ref                               Ref ?
//	till number                       namba ya till
//	Kaunta (the program)              Kaunta (i-)
//	hand over, keep the goods         mpe mteja bidhaa, usitoe bidhaa (bado)
//	money went out, came in           pesa zimetoka, zimeingia (KES or a state alone: i-)
//	owner, cashier, manager           mwenye duka, keshia, meneja
//	call the owner                    mpigie mwenye duka
//	cancel (on the phone)             katisha
//	wrong PIN, locked until           PIN si sahihi, imefungwa hadi
//	ledger, day, month, details       daftari (li-), siku, mwezi, maelezo
//	to settle (the list)              ya kufuatilia ?
//	settle, settled by hand           tatua, imetatuliwa ?
//	refund due, refunded              irudishwe, imerudishwa
//	does not match, two answers       hailingani, majibu mawili
//	fake                              bandia
//	settings                          mipangilio
//	internet, network, operator       intaneti, network, kampuni ya simu
//	switch off                        zima Kaunta
//	TRAINING, LIVE                    MAZOEZI, HALISI (pesa halisi)
//	cash, cash sale                   pesa taslimu, mauzo ya taslimu
//	given, change, exact              umepokea, chenji, kamili
//	part cash, part M-PESA            taslimu na M-PESA
//	shift: open, end, count, close    zamu: fungua, maliza, hesabu, funga
//	opening cash (never "float")      pesa za kuanzia
//	count the drawer                  hesabu droo
//	expected, counted                 inayotakiwa, iliyohesabiwa ?
//	difference: short, over           tofauti: pungufu, ziada
//	add cash, pay out, to the safe    ongeza, toa, peleka sefu ?
//	drawer, no sale                   droo bila mauzo
//	sign in, sign out                 ingia, toka
//	your PIN, manager's PIN           PIN yako ya kaunta, PIN ya meneja
//	X report, Z report                ripoti ya X, ripoti ya Z
//	business day                      siku ya biashara
//	receipt (on paper), COPY 2, print risiti, NAKALA 2, chapisha
//	not a tax invoice                 si ankara ya kodi ?
//	M-PESA money in, no sale yet      pesa zilizoingia, bila mauzo
//	use for this sale                 tumia kwa mauzo haya
//	M-PESA statement, compare         statement ya M-PESA ?, linganisha
//	agrees, taken back                zinalingana, zimechukuliwa tena ?
//	charge, to the bank               gharama, zimeenda benki

// New is the table: each line a text in English and in Kiswahili. %d, %s and %v are filled in
// where the text is used.
func New(lang Language) *Words {
	t := func(en, sw string) string {
		if lang == Kiswahili {
			return sw
		}
		return en
	}
	return &Words{
		Language:  lang,
		ListWords: listWords(t),
		KeyWords:  keyWords(t),

		Sale:         t("SALE", "MAUZO"),
		Ledger:       t("LEDGER", "DAFTARI"),
		Detail:       t("PAYMENT", "MALIPO"),
		Month:        t("MONTH", "MWEZI"),
		Open:         t("TO SETTLE", "YA KUFUATILIA"),
		Till:         t("till", "till"),
		Training:     t("TRAINING", "MAZOEZI"),
		Live:         t("LIVE", "HALISI"),
		Sandbox:      t("SANDBOX", "SANDBOX"),
		Today:        t("today", "leo"),
		PaidCount:    t("%d paid", "%d yamelipwa"),
		NotPaidCount: t("%d not paid", "%d hayakuingia"),
		Checking:     t("checking %d (KES %v)", "bado %d (KES %v)"),
		OwedBack:     t("refund %d (KES %v)", "rudisha %d (KES %v)"),
		Doubtful:     t("maybe paid twice %d (KES %v)", "huenda mara mbili %d (KES %v)"),
		Unmatched:    t("does not match %d (KES %v)", "hayalingani %d (KES %v)"),
		PollingOnly:  t("results come late", "majibu huchelewa"),
		Replaced:     t("%d for the replaced ledger", "%d za daftari lililobadilishwa"),
		Forged:       t("%d fake messages", "ujumbe bandia %d"),
		Unkept:       t("ledger not checked today: call the owner", "daftari halijakaguliwa leo: mpigie mwenye duka"),
		Refusing:     t("M-PESA refusing since %s", "M-PESA inakataa tangu %s"),
		Unreached:    t("no M-PESA since %s", "M-PESA haipatikani tangu %s"),
		Offline:      t("no internet since %s", "hakuna intaneti tangu %s"),
		Elsewhere: t("something else answers in M-PESA's place since %s: this network may want a login",
			"kitu kingine kinajibu badala ya M-PESA tangu %s: huenda intaneti hii inataka login"),
		NotMPesa:    t("not M-PESA since %s: network login?", "si M-PESA tangu %s: login ya intaneti?"),
		LedgerFails: t("LEDGER: no new payments", "DAFTARI: hakuna malipo mapya"),
		Clock:       t("CLOCK", "SAA"),
		ClockWrong:  t("CLOCK: no new payments", "SAA: hakuna malipo mapya"),
		ClockDoubt:  t("is the clock right?", "saa ni sahihi?"),

		LedgerUnread: t("LEDGER: cannot be read", "DAFTARI: halisomeki"),

		Sending:        t("SENDING", "INATUMA"),
		Waiting:        t("WAITING FOR PIN", "INASUBIRI PIN"),
		Paid:           t("PAID", "IMELIPWA"),
		NotPaid:        t("NOT PAID", "PESA HAIKUINGIA"),
		StillChecking:  t("STILL CHECKING", "BADO HATUJUI"),
		WaitingLarge:   t("WAITING", "SUBIRI PIN"),
		NotPaidLarge:   t("NOT PAID", "HAIKUINGIA"), // ?
		CheckingLarge:  t("CHECKING", "SI HAKIKA"),  // ?
		PaidLate:       t("PAID LATE", "IMELIPWA BAADAYE"),
		PaidTwice:      t("PAID TWICE", "IMELIPWA MARA MBILI"),
		PaidLateShort:  t("PAID LATE", "IMELIPWA BAADAYE"),
		PaidLateColumn: t("paid late", "imechelewa"), // ? no Kenyan cashier has read it yet
		PaidTwiceShort: t("PAID TWICE", "IMELIPWA MARA 2"),
		PossiblyTwice:  t("POSSIBLY PAID TWICE", "HUENDA IMELIPWA MARA MBILI"),
		PossiblyShort:  t("maybe twice", "huenda mara 2"),
		DoesNotMatch:   t("DOES NOT MATCH", "HAILINGANI"),
		Disagree:       t("TWO ANSWERS", "MAJIBU MAWILI"),

		Amount:           t("Amount", "Kiasi"),
		Again:            t("Again", "Tena"),
		PhoneField:       t("Phone", "Simu"),
		Reference:        t("Ref", "Ref"),
		Optional:         t("optional", "si lazima"),
		TypeAmount:       t("Type the amount.", "Weka kiasi."),
		TypePhone:        t("Type the customer's phone number.", "Weka namba ya simu ya mteja."),
		NotTheSame:       t("Not the same: you typed KES %v first. Type it again.", "Si sawa: kwanza uliweka KES %v. Weka tena."),
		RoundOffer:       t("%s → %v? Press Enter for KES %v.", "%s → %v? Bonyeza Enter kwa KES %v."),
		TypeAgain:        t("Above KES %v, type the amount twice.", "Zaidi ya KES %v: weka kiasi mara mbili."),
		NumLock:          t("Press Num Lock: the number pad types no digits.", "Bonyeza Num Lock: vitufe vya namba haviandiki."),
		Last:             t("last", "mwisho"),
		ResumedOne:       t("1 payment was not finished when Kaunta stopped. Asking M-PESA.", "Kaunta ilipozimwa, malipo 1 hayakuwa yameisha. Inauliza M-PESA."),
		ResumedThis:      t("KES %v to %s was not finished when Kaunta stopped. Asking M-PESA.", "Kaunta ilipozimwa, KES %v kwa %s haikuwa imeisha. Inauliza M-PESA."),
		ResumedMany:      t("%d payments were not finished when Kaunta stopped. Asking M-PESA.", "Kaunta ilipozimwa, malipo %d hayakuwa yameisha. Inauliza M-PESA."),
		ResumedOneShort:  t("1 not finished. Asking M-PESA.", "Malipo 1 bado. Inauliza M-PESA."),
		ResumedManyShort: t("%d not finished. Asking M-PESA.", "Malipo %d bado. Inauliza M-PESA."),
		AnyPhone:         t("Type the customer's phone number. Here any will do, as 0712345678.", "Weka namba ya simu ya mteja. Hapa yoyote inafaa, kama 0712345678."),
		SameSaleStill:    t("Still the same sale. Delete all for a new one.", "Bado mauzo yaleyale. Futa yote kwa mapya."),
		SameSale:         t("The same sale, with another number.", "Mauzo yaleyale, kwa namba nyingine."),

		EarlierIsPaid:     t("An earlier request is PAID. The customer must not pay this one.", "Ombi la awali LIMELIPWA. Mteja asilipe hili."),
		LookAtPhone:       t("Ask the customer to enter the PIN.", "Mwambie mteja aweke PIN kwenye simu."),
		NoGoodsYet:        t("Keep the goods.", "Usitoe bidhaa bado."),
		AskedAgainIn:      t("Asking M-PESA again in %s", "Kaunta itauliza M-PESA tena baada ya %s"),
		AskedAgainAt:      t("Asking M-PESA again at %s", "Kaunta itauliza M-PESA tena saa %s"),
		Asking:            t("Asking M-PESA now", "Kaunta inauliza M-PESA"),
		AskedAgainShort:   t("Asking again in %s", "Itauliza tena: %s"),
		NothingTells:      t("M-PESA cannot be asked about it", "M-PESA haiwezi kuulizwa kuhusu haya"),
		WrongAmount:       t("Wrong amount? Ask the customer to cancel on the phone.", "Kiasi si sahihi? Mwambie mteja akatishe kwenye simu."),
		NothingPlanned:    t("M-PESA will send its answer", "M-PESA italeta jibu"),
		WaitingSince:      t("asked at %s", "imeombwa saa %s"),
		HandOver:          In(lang, doHandOver),
		Receipt:           t("M-PESA code", "code ya M-PESA"), // ?
		CodeLater:         t("M-PESA code to follow", "code ya M-PESA itafuata"),
		NoCode:            t("M-PESA code only in customer's SMS", "code ya M-PESA: SMS ya mteja tu"),
		NoteCode:          t("c notes the code of the SMS.", "c huandika code ya SMS."),
		ClaimedCode:       t("code %s, the customer's word", "code %s, neno la mteja"),
		ConfirmedBy:       t("confirmed:", "imethibitishwa:"),
		Callback:          t("M-PESA told us", "M-PESA ilituarifu"),
		Query:             t("we asked M-PESA", "tuliuliza M-PESA"),
		Code:              t("M-PESA answer", "jibu la M-PESA"),
		NoMoney:           t("No money came in. Keep the goods.", "Hakuna pesa zilizoingia. Usitoe bidhaa."),
		NoGoods:           t("Keep the goods.", "Usitoe bidhaa."),
		MoneyMayHaveMoved: t("Money may have left the customer.", "Huenda pesa zimetoka."),
		HoldGoods:         t("Keep the goods.", "Usitoe bidhaa bado."),
		HoldAndWait:       t("Keep the goods and wait %s.", "Usitoe bidhaa bado. Subiri %s."),
		KeepTheGoods:      t("KEEP THE GOODS", "USITOE BIDHAA BADO"),
		OwnerLooks:        t("Owner: dial *234#, Merchant Services, Partner Self Statement.", "Mwenye duka: piga *234#, Merchant Services, Partner Self Statement."),
		WaitUntil:         t("until %s", "hadi %s"),
		CanStillPay:       t("The customer can still pay.", "Mteja bado anaweza kulipa."),
		MayAskAgain:       t("You can ask again. The customer may then pay twice.", "Unaweza kuomba tena. Mteja anaweza kulipa mara mbili."),
		TwiceKey:          t("Press 2 to ask anyway.", "Bonyeza 2 kuomba tu."),
		LateAdvice:        t("It came after Kaunta stopped waiting.", "Malipo yameingia baada ya Kaunta kuacha kusubiri."),
		TwiceAdvice:       t("This sale was paid already. Give no more goods. Refund this money.", "Mauzo haya tayari yamelipwa. Usitoe bidhaa tena. Mrudishie mteja pesa hizi."),
		MatchAdvice:       t("What M-PESA reports does not match this request. Call the owner.", "Taarifa ya M-PESA hailingani na ombi hili. Mpigie mwenye duka."),
		DisagreeAdvice:    t("M-PESA has given two different answers. Call the owner.", "M-PESA imetoa majibu mawili tofauti. Mpigie mwenye duka."),
		ThreeWrongPINs:    t("Three wrong PINs: use another number, or take cash.", "PIN imekosewa mara tatu: tumia namba nyingine, au pokea pesa taslimu."),
		PayTwiceWarning:   t("MAY PAY TWICE", "ASILIPE MARA 2"), // ?
		PayTwiceLarge:     t("PAY TWICE?", "MARA MBILI?"),
		KeepWarning:       t("KEEP GOODS", "USITOE BIDHAA"),
		KeepLarge:         t("KEEP GOODS", "USITOE"),

		ColTime:     t("TIME", "SAA"),
		ColKES:      t("KES", "KES"),
		ColPhone:    t("PHONE", "SIMU"),
		ColReceipt:  t("CODE", "CODE"),
		ColResult:   t("RESULT", "MATOKEO"),
		ColAge:      t("AGE", "MUDA"),
		ColDay:      t("DAY", "SIKU"),
		ColPaid:     t("PAID", "IDADI"),
		ColNext:     t("NEXT", "LINI"),
		EmptyDay:    t("No payments on this day.", "Hakuna malipo siku hii."),
		EmptyDayDo:  t("← day before · - sale", "← siku iliyotangulia · - mauzo"),
		FindPrompt:  t("Find", "Tafuta"),
		FindEmpty:   t("Nothing found.", "Hakuna kilichopatikana."),
		FindDo:      t("An M-PESA code, the last digits of a phone, an amount or a Ref.", "Code ya M-PESA, tarakimu za mwisho za simu, kiasi au Ref."),
		DateWrong:   t("Type a day as 23, 23.11 or 23.11.2026.", "Weka siku kama 23, 23.11 au 23.11.2026."),
		Reading:     t("Reading the ledger", "Daftari linasomwa"),
		EmptyOpen:   t("Nothing to settle.", "Hakuna malipo ya kufuatilia."),
		EmptyOpenDo: t("- sale", "- mauzo"),
		RawOf:       t("As it came", "Kama ilivyokuja"),
		NoRaw:       t("Nothing came with this.", "Hakuna kilichokuja na tukio hili."),
		SaleOf:      t("Ref", "Ref"),
		Owed:        t("refund due", "irudishwe"),
		OwedAdvice:  t("The customer paid twice. Give this money back, then press Enter.", "Mteja alilipa mara mbili. Mrudishie pesa hizi, kisha bonyeza Enter."),
		ByHandFrom:  t("Kaunta is still asking M-PESA. You can settle this yourself from %s.", "Kaunta bado inauliza M-PESA. Unaweza kuyatatua mwenyewe kuanzia %s."),
		ByHandTold:  t("Kaunta cannot ask M-PESA, whose answer may still come. You can settle this yourself from %s.", "Kaunta haiwezi kuuliza M-PESA; huenda jibu lake bado litakuja. Unaweza kuyatatua mwenyewe kuanzia %s."),
		ByHandAlone: t("Kaunta cannot ask M-PESA. You can settle this yourself from %s.", "Kaunta haiwezi kuuliza M-PESA. Unaweza kuyatatua mwenyewe kuanzia %s."),
		ByHandNow:   t("You can settle this yourself now.", "Unaweza kuyatatua mwenyewe sasa."),

		GivenBack:       t("refunded", "imerudishwa"),
		GivenBackAdvice: t("This sale was paid already. You refunded this money.", "Mauzo haya tayari yamelipwa. Pesa hizi umemrudishia mteja."),
		GiveBackAsk:     t("Did you give KES %v back to the customer? Enter: yes, note it.", "Umemrudishia mteja KES %v? Enter: ndiyo, andika."),
		PossiblyAdvice:  t("Two sales to this phone are paid, and one was asked in place of the other. If it is one purchase, give the goods once only, and call the owner.", "Mauzo mawili ya simu hii yamelipwa, na moja liliombwa badala ya jingine. Ikiwa ni mauzo yaleyale, toa bidhaa mara moja tu, na mpigie mwenye duka."),
		PossiblyWith:    t("This and KES %v of %s are paid, and one was asked in place of the other: two sales, or one paid twice?", "Haya na KES %v za %s yamelipwa, na moja liliombwa badala ya jingine: ni mauzo mawili, au moja limelipwa mara mbili?"),
		TwoSales:        t("two sales", "ni mawili"),
		TwoSalesAsk:     t("KES %v: 1 if these are two sales, 2 if you gave this money back to the customer.", "KES %v: 1 ikiwa ni mauzo mawili, 2 ikiwa umemrudishia mteja pesa hizi."),
		TwoSalesDone:    t("Noted: KES %v is a sale of its own.", "Imeandikwa: KES %v ni mauzo peke yake."),
		ClearedUp:       t("settled", "imetatuliwa"),
		ClearedUpAdvice: t("Settled by a person, not by M-PESA.", "Yametatuliwa na mtu, si M-PESA."),
		ClearUpAsk:      t("Did you compare KES %v with M-PESA's statement and the customer? Enter: yes, settled.", "Umelinganisha KES %v na statement ya M-PESA na mteja? Enter: ndiyo, imetatuliwa."),
		ClearUpDone:     t("Noted: KES %v settled by hand.", "Imeandikwa: KES %v imetatuliwa."),
		GiveBackDone:    t("Noted: KES %v refunded.", "Imeandikwa: KES %v imerudishwa."),

		Minutes: t("%d min", "dk %d"),
		Hours:   t("%d h", "masaa %d"),
		Days:    t("%d d", "siku %d"),
		Now:     t("now", "sasa"),

		CheckingShort: t("checking", "si hakika"),
		WaitingShort:  t("waiting", "inasubiri"),
		Recent:        t("LATEST", "ZA KARIBUNI"),

		PhoneTitle:  t("CUSTOMER'S PHONE", "SIMU YA MTEJA"),
		PhoneIdle:   t("No request on any phone.", "Hakuna ombi kwenye simu yoyote."),
		PhoneIdleDo: t("Ask for a payment, and it appears here.", "Omba malipo, na yataonekana hapa."),
		PayTo:       t("Pay KES %v to %s?", "Lipa KES %v kwa %s?"),
		Account:     t("Account %s", "Akaunti %s"),
		EnterPIN:    t("Enter M-PESA PIN:", "Weka PIN ya M-PESA:"),
		PhoneAlone:  t("Left alone, it acts by the last two digits of its number.", "Ikiachwa, hufuata tarakimu mbili za mwisho za namba yake."),

		PhoneSMS:  t("%s Confirmed. Ksh%v.00 paid to %s on %s at %s.", "%s Imethibitishwa. Umelipa Ksh%v.00 kwa %s tarehe %s saa %s."),
		PhoneHand: t("act as the customer", "jibu kama mteja"),

		KAsk:       t("ask for payment", "omba malipo"),
		KRounded:   t("ask for KES %v", "omba KES %v"),
		KNextField: t("next", "endelea"),
		KLedger:    t("ledger", "daftari"),
		KOpen:      t("to settle", "kufuatilia"),
		KHelp:      t("help", "msaada"),
		KClear:     t("clear all", "futa yote"),
		KCheck:     t("check now", "uliza sasa"),
		KStop:      t("stop waiting", "acha kusubiri"),
		KNext:      t("next sale", "mauzo mapya"),
		KAgain:     t("ask again", "omba tena"),
		KNumber:    t("other number", "namba nyingine"),
		KTwice:     t("ask anyway", "omba tu"),
		KBack:      t("back", "rudi"),
		KMove:      t("move", "sogea"),
		KDay:       t("day", "siku"),
		KMonth:     t("month", "mwezi"),
		KOpenDay:   t("open the day", "fungua siku"),
		KToday:     t("today", "leo"),
		KFind:      t("find", "tafuta"),
		KDetail:    t("details", "maelezo"),
		KRaw:       t("as it came", "kama ilivyokuja"),
		KPhone:     t("customer's phone", "simu ya mteja"),
		KLanguage:  t("Kiswahili", "English"),
		KQuit:      t("switch off", "zima"),
		KRubOut:    t("delete one", "futa moja"),
		KReference: t("Ref", "Ref"),
		KNextRow:   t("next row", "mstari wa chini"),
		KTypeCode:  t("SMS code", "code"),
		KGiveBack:  t("refunded", "imerudishwa"),
		KSettle:    t("settle", "tatua"),
		KClearUp:   t("settle", "tatua"),
		KNoteDown:  t("note it", "andika"),
		KSeen:      t("seen", "nimeona"),
		KPay:       t("pay", "lipa"),
		KCancel:    t("cancel", "katisha"),
		KWrongPIN:  t("wrong PIN", "PIN si sawa"),
		KIgnore:    t("ignore", "puuza"),
		KType:      t("next amount", "kiasi kipya"),
		KPage:      t("page", "ukurasa"),
		KScroll:    t("scroll", "sogeza"),

		HelpKeys:      t("Here", "Hapa"),
		HelpEndings:   t("Practice phones: last two digits", "Simu za mazoezi: tarakimu za mwisho"),
		HelpBell:      t("The bell rings", "Kengele hulia"),
		HelpBellOnce:  t("once: PAID", "mara moja: IMELIPWA"),
		HelpBellTwice: t("twice: look at the screen", "mara mbili: angalia skrini"),
		HelpElse:      t("other", "nyingine"),

		QuitNone:   t("Switch Kaunta off?", "Zima Kaunta?"),
		QuitOne:    t("1 payment is not finished. Kaunta goes on with it when it starts again.", "Malipo 1 hayajaisha. Kaunta itaendelea nayo ikiwashwa tena."),
		QuitMany:   t("%d payments are not finished. Kaunta goes on with them when it starts again.", "Malipo %d hayajaisha. Kaunta itaendelea nayo ikiwashwa tena."),
		QuitAgain:  t("switch off", "zima"),
		QuitStay:   t("stay", "baki"),
		Bigger:     t("Make the window bigger.", "Panua dirisha."),
		BiggerFrom: t("have %d×%d, need %d×%d", "ni %d×%d, inahitaji %d×%d"),

		Weekdays: [7]string{
			t("Sunday", "Jumapili"), t("Monday", "Jumatatu"), t("Tuesday", "Jumanne"), t("Wednesday", "Jumatano"),
			t("Thursday", "Alhamisi"), t("Friday", "Ijumaa"), t("Saturday", "Jumamosi"),
		},
		WeekdaysShort: [7]string{
			t("Sun", "Jpl"), t("Mon", "Jtt"), t("Tue", "Jnn"), t("Wed", "Jtn"), t("Thu", "Alh"), t("Fri", "Iju"), t("Sat", "Jms"),
		},
		Months: [12]string{
			t("January", "Januari"), t("February", "Februari"), t("March", "Machi"), t("April", "Aprili"),
			t("May", "Mei"), t("June", "Juni"), t("July", "Julai"), t("August", "Agosti"),
			t("September", "Septemba"), t("October", "Oktoba"), t("November", "Novemba"), t("December", "Desemba"),
		},

		NotSentTitle: t("not sent", "haikutumwa"),
		Kinds: map[pos.EventKind]string{
			pos.EventAsked: t("asked", "imeombwa"), pos.EventPushed: t("request sent", "ombi limetumwa"), pos.EventQueried: t("we asked M-PESA", "M-PESA imeulizwa"),
			pos.EventCalledBack: t("M-PESA's message", "ujumbe wa M-PESA"), pos.EventGaveUp: t("stopped waiting", "muda umeisha"),
			pos.EventStopped: t("stopped waiting", "imeachwa"), pos.EventTyped: t("typed", "imeandikwa"),
			pos.EventResumed: t("resumed", "imeendelezwa"), pos.EventRefunded: t("refunded", "imerudishwa"),
			pos.EventResolved: t("settled by hand", "imetatuliwa"), pos.EventPossiblyTwice: t("maybe paid twice", "huenda mara mbili"),
			pos.EventTwoSales: t("two sales", "mauzo mawili"),
		},
		Verdicts: map[string]string{
			"accepted": t("accepted", "limepokelewa"), "paid": t("paid", "imelipwa"), "failed": t("not paid", "haikuingia"),
			"pending": t("not known yet", "bado haijulikani"), "validation": t("refused as wrong", "limekataliwa"),
			"configuration": t("refused: settings", "limekataliwa: mipangilio"), "auth": t("refused: keys", "limekataliwa: funguo"),
			"credentials": t("refused: keys", "limekataliwa: funguo"), "phone_busy": t("phone busy", "simu busy"),
			"system_busy": t("M-PESA is busy", "M-PESA imelemewa"), "rate_limited": t("asked too often", "maswali ni mengi"),
			"blocked": t("blocked by Safaricom", "Safaricom imezuia"), "malformed": t("not understood", "haieleweki"),
			"unknown": t("no clear answer", "hakuna jibu wazi"),
		},
	}
}
