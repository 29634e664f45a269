package doctor

import "kaunta/daraja"

// checks are the lines of the report, in its order: the file, the account, the way back, this
// machine.
var checks = []check{
	{"configuration", daraja.Text{EN: "Configuration", SW: "Mipangilio"}, configuration},
	{"clock", daraja.Text{EN: "Clock", SW: "Saa"}, clock},
	{"time_zone", daraja.Text{EN: "Time zone", SW: "Majira"}, timeZone},
	{"keys", daraja.Text{EN: "Keys", SW: "Funguo"}, keys},
	{"product", daraja.Text{EN: "M-PESA Express", SW: "M-PESA Express"}, product},
	{"passkey", daraja.Text{EN: "Passkey", SW: "Passkey"}, passkey},
	{"number", daraja.Text{EN: "Shop's number", SW: "Namba ya duka"}, number},
	{"rate", daraja.Text{EN: "Query rate", SW: "Kasi ya maswali"}, rate},
	{"address", daraja.Text{EN: "Callback address", SW: "Anwani ya majibu"}, address},
	{"port", daraja.Text{EN: "Callback port", SW: "Mlango wa majibu"}, port},
	{"reach", daraja.Text{EN: "End to end", SW: "Mwanzo hadi mwisho"}, reach},
	{"ledger", daraja.Text{EN: "Ledger", SW: "Daftari"}, ledger},
	{"disk", daraja.Text{EN: "Disk", SW: "Diski"}, disk},
	{"backup", daraja.Text{EN: "Backups", SW: "Nakala"}, backup},
	{"log", daraja.Text{EN: "Log file", SW: "Kumbukumbu"}, logFile},
	{"program", daraja.Text{EN: "Program", SW: "Programu"}, program},
	{"terminal", daraja.Text{EN: "Terminal", SW: "Terminali"}, terminal},
}
