package text

// ListWords is the texts of what explains a payment beside a list or on its own screen: labels, and
// what is not said elsewhere.
type ListWords struct {
	ColRef, ColWhy, ColSettle                                                     string
	FactAsked, FactAnswer, FactWhy, FactCode, FactNote, FactDo, FactSettle        string
	FactNext                                                                      string
	ToldUs, WeAsked, PaidAt, NoMessages                                           string
	TwoSalesDo, MatchDo, KeepDo, SettleIn                                         string
	WhyOwed, WhyDoubtful, WhyUnderWay, WhyRefusedOnce, WhyTwoAnswers, WhyPaidOnce string
	WhyUnclear, WhyNoAnswer                                                       string
	CodeFor, FindOrDay, FindOrDayShort, DayFound, ByHour                          string
}

func listWords(t func(en, sw string) string) ListWords {
	return ListWords{
		ColRef:    t("REF", "REF"),
		ColWhy:    t("WHY", "SABABU"),
		ColSettle: t("SETTLE FROM", "TATUA LINI"),

		FactAsked:  t("asked", "imeombwa"),
		FactAnswer: t("answer", "jibu"),
		FactWhy:    t("why", "sababu"),
		FactCode:   t("code", "code"),
		FactNote:   t("note", "kumbuka"),
		FactDo:     t("do now", "sasa"),
		FactSettle: t("settle", "tatua"),
		FactNext:   t("next", "kisha"),

		ToldUs:     t("M-PESA told us", "M-PESA ilituarifu"),
		WeAsked:    t("we asked M-PESA", "tuliuliza M-PESA"),
		PaidAt:     t("paid at %s", "ililipwa %s"),
		NoMessages: t("M-PESA's messages do not arrive here", "ujumbe wa M-PESA haufiki hapa"),

		TwoSalesDo: t("Ask the customer: two sales, or one paid twice? Then press Enter.", "Muulize mteja: ni mauzo mawili, au moja limelipwa mara mbili? Kisha bonyeza Enter."),
		MatchDo:    t("Compare with M-PESA's statement and the customer, then press Enter.", "Linganisha na statement ya M-PESA na mteja, kisha bonyeza Enter."),
		SettleIn:   t("Settle it in the list: F3.", "Yatatue kwenye orodha: F3."),
		KeepDo:     t("Keep the goods. Do not ask the customer to pay again.", "Usitoe bidhaa bado. Usimwombe mteja alipe tena."),

		WhyOwed:        t("paid twice", "mara mbili"),
		WhyDoubtful:    t("two sales?", "mauzo 2?"),
		WhyUnderWay:    t("no PIN yet", "bado PIN"),
		WhyRefusedOnce: t("one no", "hapana moja"), // ?
		WhyTwoAnswers:  t("two answers", "majibu 2"),
		WhyPaidOnce:    t("one yes", "ndiyo moja"), // ?
		WhyUnclear:     t("unclear", "si wazi"),
		WhyNoAnswer:    t("no answer", "hakuna jibu"),

		FindOrDay:      t("An M-PESA code, last digits of a phone, an amount, a Ref, or a day (23.11).", "Code ya M-PESA, mwisho wa namba ya simu, kiasi, Ref au siku (23.11)."),
		FindOrDayShort: t("Code, phone, amount, Ref, day (23.11)", "Code, simu, kiasi, Ref, siku (23.11)"),
		DayFound:       t("Press Enter for %s.", "Bonyeza Enter kuona %s."),

		CodeFor: t("Code for KES %v, %s:", "Code ya KES %v, %s:"),
		ByHour:  t("KES by hour", "KES kwa saa"),
	}
}
