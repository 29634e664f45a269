package daraja

import "testing"

func TestMaskID(t *testing.T) {
	for id, want := range map[string]string{
		"ws_CO_191220261020363925712345678": "ws_CO_191220261020363925712•••678",
		"ws_CO_1912202610203639112345678":   "ws_CO_1912202610203639112•••678", // two-digit milliseconds
		// Ids of other years, which end in no number.
		"ws_CO_191220191020363925":              "ws_CO_191220191020363925",
		"ws_CO_DMZ_123212312_2342347678234":     "ws_CO_DMZ_123212312_2342347678234",
		"29115-34620561-1":                      "29115-34620561-1",
		"5998-46a7-a4aa-5a37a83f21ad11253":      "5998-46a7-a4aa-5a37a83f21ad11253",
		"ws_CO_191220261020363925******678":     "ws_CO_191220261020363925******678",
		"ws_CO_191220261020363925712•••678":     "ws_CO_191220261020363925712•••678",
		"ws_CO_191220261020363925204567890":     "ws_CO_191220261020363925204567890", // no mobile number
		"ws_CO_191220261020363925254712345678x": "ws_CO_191220261020363925254712•••678x",
	} {
		if got := MaskID(id); got != want {
			t.Errorf("%s is shown as %s, want %s", id, got, want)
		}
	}
}

func TestMaskPhones(t *testing.T) {
	for text, want := range map[string]string{
		`{"Name":"PhoneNumber","Value":254712345678}`:    `{"Name":"PhoneNumber","Value":254712•••678}`,
		`{"PhoneNumber":"0712345678"}`:                   `{"PhoneNumber":"0712•••678"}`,
		`"ws_CO_191220261020363925712345678"`:            `"ws_CO_191220261020363925712•••678"`,
		"MSISDN 712345678 is busy":                       "MSISDN 712•••678 is busy",
		"+254 112-345-678":                               "+254 112-•••-678",
		`"TransactionDate","Value":20261112102115}`:      `"TransactionDate","Value":20261112102115}`,
		`"Amount","Value":250000.00},"TKA1AB2CD3"`:       `"Amount","Value":250000.00},"TKA1AB2CD3"`,
		"5998-46a7-a4aa-5a37a83f21ad11253, short 600100": "5998-46a7-a4aa-5a37a83f21ad11253, short 600100",
	} {
		if got := MaskPhones(text); got != want {
			t.Errorf("%s is shown as %s, want %s", text, got, want)
		}
	}
}
