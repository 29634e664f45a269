package session

import (
	"slices"

	"kaunta/pos"
)

// News is what a cashier has to see of a payment that is not in sight.
type News struct {
	Attempt pos.Attempt
	Notices pos.Notice // what is new; none where the news is its end
}

// announced is what has been said of each attempt's notices.
type announced map[pos.AttemptID]pos.Notice

// news are the attempt's notices that were not announced yet, and are from now on. What a person
// has settled, that person knows; what does not match after it was cleared up is news again.
func (t announced) news(a pos.Attempt) pos.Notice {
	said := t[a.ID]
	switch {
	case a.Notices == 0:
		return 0
	case a.Notices.Has(pos.Resolved):
		t[a.ID] = a.Notices &^ (pos.Resolved | pos.DoesNotMatch)
		return 0
	case a.Notices.Has(pos.Refunded):
		said |= pos.Refunded | pos.PaidTwice | pos.PossiblyTwice
	case a.Notices.Has(pos.TwoSales):
		t[a.ID] = (said | a.Notices) &^ pos.PossiblyTwice // another one is news
		return a.Notices &^ (said | pos.TwoSales | pos.PossiblyTwice)
	}
	t[a.ID] = said | a.Notices
	return a.Notices &^ said
}

// Post adds news to what nobody has seen yet, in place of older news of the same payment.
func (s *Session) Post(n News) {
	s.drop(n.Attempt.ID)
	s.News = append(s.News, n)
}

// Seen takes the newest news away.
func (s *Session) Seen() {
	if n := len(s.News); n > 0 {
		s.News = s.News[:n-1]
	}
}

// SeenFront takes the news of the payment in front away.
func (s *Session) SeenFront() {
	if s.Front != nil {
		s.drop(s.Front.Attempt.ID)
	}
}

// dropSettled takes the news of an attempt away that asked for a person, who has answered
// meanwhile.
func (s *Session) dropSettled(id pos.AttemptID) {
	s.News = slices.DeleteFunc(s.News, func(n News) bool {
		return n.Attempt.ID == id && n.Notices&(pos.PaidTwice|pos.PossiblyTwice|pos.DoesNotMatch) != 0
	})
}

func (s *Session) drop(id pos.AttemptID) {
	s.News = slices.DeleteFunc(s.News, func(n News) bool { return n.Attempt.ID == id })
}
