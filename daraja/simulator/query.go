package simulator

import (
	"net/http"
	"time"
)

// queryPeriod is how often the sandbox's gateway lets a query through: 5 a minute, smoothed, with a
// burst of 1 (measured).
const queryPeriod = 12 * time.Second

// query answers POST /mpesa/stkpushquery/v1/query. It never tells a receipt number, an amount, a
// phone or a date, as Daraja never does (measured).
func (s *Simulator) query(r *http.Request, body []byte) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.mayQuery() {
		return rateLimited
	}
	f, bad := readFields(r, body)
	if bad != nil {
		return *bad
	}
	if bad := s.checkMerchant(f); bad != nil {
		return *bad
	}
	a := s.attempts[f.text("CheckoutRequestID")]
	if a == nil {
		return *invalid("CheckoutRequestID")
	}
	if a.query != nil {
		return *a.query
	}
	told := a.result
	if a.inQuery != (result{}) {
		told = a.inQuery
	}
	if !a.settled {
		if s.opts.Platform == PlatformOld {
			return answer{status: http.StatusInternalServerError, body: failure{
				RequestID: a.checkoutRequestID, ErrorCode: "500.001.1001", ErrorMessage: "The transaction is being processed",
			}}
		}
		told = stillPending
	} else if a.inFirst != (result{}) {
		told, a.inFirst = a.inFirst, result{}
	}
	return answer{status: http.StatusOK, body: struct {
		ResponseCode        string
		ResponseDescription string
		MerchantRequestID   string
		CheckoutRequestID   string
		ResultCode          string
		ResultDesc          string
	}{
		"0", "The service request has been accepted successfully",
		a.merchantRequestID, a.checkoutRequestID, told.code, told.desc,
	}}
}

// mayQuery reports whether the rate limit lets a query through now. A refused query does not put
// off the next one. The caller holds mu.
func (s *Simulator) mayQuery() bool {
	now := time.Now()
	if s.opts.RateLimit == RateLimitSandbox && now.Sub(s.lastQuery) < s.scaled(queryPeriod) {
		return false
	}
	s.lastQuery = now
	return true
}
