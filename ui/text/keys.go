package text

// KeyWords is what is said of keys: in the menu, in the questions before something is stopped or
// dropped, and in the help, where each line of Want goes on from HelpWants.
type KeyWords struct {
	KMenu, KMore, KGoOn, KStopNow, KOtherPhone, KToAskAgain string

	StopAsk, ClearAsk string

	HelpWants, HelpTyping                                                     string
	WantGoOn, WantBack, WantNext, WantFind, WantMenu, WantNumber, WantMove    string
	WantHelp, WantSale, WantLedger, WantSettle, WantSeen, WantPhone, WantTalk string
	WantCode, WantByHand, WantLeave                                           string
	WantSums, WantRubOut, WantReference                                       string
}

func keyWords(t func(en, sw string) string) KeyWords {
	return KeyWords{
		KMenu:       t("menu", "menyu"),
		KMore:       t("more here", "zaidi hapa"),
		KGoOn:       t("go on", "endelea"),
		KToAskAgain: t("to ask again", "kuomba tena"),
		KStopNow:    t("stop", "acha"),
		KOtherPhone: t("other phone", "simu nyingine"),

		StopAsk:  t("Stop waiting? The customer can still pay.", "Uache kusubiri? Mteja bado anaweza kulipa."),
		ClearAsk: t("Clear what is typed?", "Ufute kilichoandikwa?"),

		HelpWants:     t("I want to:", "Nataka:"),
		HelpTyping:    t("While I type", "Ninapoandika"),
		WantGoOn:      t("do what the screen says first", "kufanya kinachosemwa kwanza"),
		WantBack:      t("go back, and stop nothing", "kurudi, bila kuacha kitu"),
		WantNext:      t("serve the next customer", "kumhudumia anayefuata"),
		WantFind:      t("find a payment", "kutafuta malipo"),
		WantMenu:      t("see what else there is", "kuona mengine yaliyopo"),
		WantNumber:    t("choose, or type an amount", "kuchagua, au kuweka kiasi"),
		WantMove:      t("move in a list", "kusogea kwenye orodha"),
		WantHelp:      t("read this help", "kusoma msaada huu"),
		WantSale:      t("go to the sale", "kwenda kwenye mauzo"),
		WantLedger:    t("see the day's payments", "kuona malipo ya siku"),
		WantSettle:    t("see what is to settle", "kuona ya kufuatilia"),
		WantSeen:      t("put the newest notice away", "kuondoa tangazo jipya"),
		WantPhone:     t("act as the customer", "kufanya kama mteja"),
		WantTalk:      t("read Kiswahili", "kusoma Kiingereza"),
		WantCode:      t("note the customer's SMS code", "kuandika code ya SMS"),
		WantByHand:    t("settle a payment by hand", "kutatua malipo mwenyewe"),
		WantLeave:     t("switch Kaunta off", "kuzima Kaunta"),
		WantSums:      t("add up, in an amount", "kupiga hesabu ya kiasi"),
		WantRubOut:    t("rub out (-- in an amount)", "kufuta (-- kwenye kiasi)"),
		WantReference: t("add a reference, at the phone", "kuweka rejea, kwenye simu"),
	}
}
