package daraja_test

import (
	"kaunta/daraja"
	"kaunta/ui/text"
)

func init() {
	daraja.TillAdvice, daraja.TillExplain, daraja.TillFailure = text.Advice, text.Explain, text.Failure
}
