package store

import (
	"encoding/json"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
)

type sumValue struct {
	Count int           `json:"n"`
	KES   pos.Shillings `json:"kes"`
}

type totalsValue struct {
	Paid     sumValue `json:"paid,omitzero"`
	NotPaid  sumValue `json:"not_paid,omitzero"`
	Checking sumValue `json:"checking,omitzero"`
	OwedBack sumValue `json:"owed_back,omitzero"`
	Refunded sumValue `json:"given_back,omitzero"`
	Resolved sumValue `json:"cleared_up,omitzero"`
	Doubtful sumValue `json:"doubtful,omitzero"`
	Cash     sumValue `json:"cash,omitzero"`
	Voided   sumValue `json:"voided,omitzero"`

	Hours [24]pos.Shillings `json:"hours,omitzero"`
}

func encodeTotals(t pos.Totals) []byte {
	b, _ := json.Marshal(totalsValue{
		sumValue(t.Paid), sumValue(t.NotPaid), sumValue(t.Checking), sumValue(t.OwedBack), sumValue(t.Refunded), sumValue(t.Resolved),
		sumValue(t.Doubtful), sumValue(t.Cash), sumValue(t.Voided), t.Hours,
	})
	return b
}

func decodeTotals(body []byte) (pos.Totals, error) {
	var v totalsValue
	if err := json.Unmarshal(body, &v); err != nil {
		return pos.Totals{}, errShape
	}
	return pos.Totals{
		Paid: pos.Sum(v.Paid), NotPaid: pos.Sum(v.NotPaid), Checking: pos.Sum(v.Checking), OwedBack: pos.Sum(v.OwedBack),
		Refunded: pos.Sum(v.Refunded), Resolved: pos.Sum(v.Resolved), Doubtful: pos.Sum(v.Doubtful),
		Cash: pos.Sum(v.Cash), Voided: pos.Sum(v.Voided), Hours: v.Hours,
	}, nil
}

func getTotals(tx *bolt.Tx, day pos.Day) (pos.Totals, error) {
	k := dayKey(day)
	body, err := get(tx, TotalsBucket, k)
	if err != nil || body == nil {
		return pos.Totals{}, err
	}
	t, err := decodeTotals(body)
	if err != nil {
		return t, damaged(TotalsBucket, k, err)
	}
	return t, nil
}

// TotalsRow is what a day or a month came to as it is kept.
func TotalsRow(at pos.Day, t pos.Totals) Row {
	return newRow(TotalsBucket, dayKey(at), encodeTotals(t))
}
