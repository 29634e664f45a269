package pos_test

import (
	"kaunta/pos"
	"kaunta/ui/text"
)

func init() {
	pos.TillReason, pos.TillMismatch, pos.TillMismatchTitle = text.Reason, text.Mismatch, text.MismatchTitle
}
