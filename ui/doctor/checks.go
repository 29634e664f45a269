package doctor

import (
	"kaunta/ui/text"
)

// checks are the lines of the report, in its order: the file, the account, the way back, this
// machine.
var checks = []check{
	{"configuration", text.Both("Configuration", "Mipangilio"), configuration},
	{"clock", text.Both("Clock", "Saa"), clock},
	{"time_zone", text.Both("Time zone", "Saa za eneo"), timeZone},
	{"keys", text.Both("Keys", "Funguo"), keys},
	{"product", text.Both("M-PESA Express", "M-PESA Express"), product},
	{"passkey", text.Both("Passkey", "Passkey"), passkey},
	{"number", text.Both("Shop's number", "Namba ya duka"), number},
	{"rate", text.Both("Asking rate", "Kasi ya kuuliza"), rate},
	{"address", text.Both("Callback address", "Anwani ya majibu"), address},
	{"port", text.Both("Callback port", "Port ya majibu"), port},
	{"reach", text.Both("Full test", "Jaribio kamili"), reach},
	{"ledger", text.Both("Ledger", "Daftari"), ledger},
	{"disk", text.Both("Disk", "Diski"), disk},
	{"backup", text.Both("Backups", "Nakala"), backup},
	{"log", text.Both("Log file", "Kumbukumbu"), logFile},
	{"program", text.Both("Program", "Programu"), program},
	{"terminal", text.Both("Terminal", "Terminali"), terminal},
}
