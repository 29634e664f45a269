package settings

// Variables are the variables of the environment that override the configuration file, with what
// each sets.
var Variables = []struct{ Name, Sets string }{
	{"MPESA_CONSUMER_KEY", "consumer key of the Daraja app"},
	{"MPESA_CONSUMER_SECRET", "its consumer secret"},
	{"MPESA_SHORTCODE", "Pay Bill, or the store number of a till"},
	{"MPESA_PASSKEY", "passkey of M-PESA Express"},
	{"MPESA_TILL", "till number, for Buy Goods"},
	{"MPESA_ENVIRONMENT", "sandbox or production"},
	{"KAUNTA_DARAJA_URL", "other address of Daraja: a simulator"},
	{"KAUNTA_CALLBACK_LISTEN", "where the till listens for callbacks"},
	{"KAUNTA_PUBLIC_URL", "https address that Safaricom calls"},
	{"KAUNTA_LEDGER", "ledger file, as --ledger"},
	{"KAUNTA_DEBUG_HTTP", "1: as --debug-http"},
	{"KAUNTA_CLOCK_IS_RIGHT", "1: as --clock-is-right"},
	{"KAUNTA_PLAIN", "1: as --plain"},
}
