package store

import "kaunta/pos"

// The fields of the records that are made of fields, with their tags. Tags are on disk: never change or reuse one, only add, and
// bring the ledger to a new version with it.

func totalsFields(r *record, t *pos.Totals) {
	groupField(r, 1, &t.Paid, sumFields)
	groupField(r, 2, &t.NotPaid, sumFields)
	groupField(r, 3, &t.Checking, sumFields)
	groupField(r, 4, &t.OwedBack, sumFields)
	groupField(r, 5, &t.Hours, hoursFields)
	groupField(r, 6, &t.GivenBack, sumFields)
	groupField(r, 7, &t.ClearedUp, sumFields)
	groupField(r, 8, &t.Doubtful, sumFields)
}

func sumFields(r *record, s *pos.Sum) {
	numberField(r, 1, &s.Count)
	numberField(r, 2, &s.KES)
}

func hoursFields(r *record, hours *[24]pos.Shillings) {
	for h := range hours {
		numberField(r, h, &hours[h])
	}
}

func originFields(r *record, o *Origin) {
	textField(r, 1, &o.Environment)
	textField(r, 2, &o.ShortCode)
	timeField(r, 3, &o.Created)
}
