package simtest

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// mpesa is M-PESA, with Daraja in front of it: it knows the truth, and tells what it likes. It
// never says that an unpaid push was paid; everything else that was ever seen or can be feared, it
// does. Guarded by world.mu.
type mpesa struct {
	w          *world
	pushes     []*push
	byCheckout map[string]*push
	prompts    map[string]*push // open on the phone
	payments   int

	token string               // valid now; "" where none is
	ended map[string]time.Time // by Authorization header: when the till learned of the refusal
}

// field is a field of what the till sends, which is a flat object in encoding/json's spelling.
func field(body []byte, name string) string {
	_, after, _ := strings.Cut(string(body), `"`+name+`":`)
	value, _, _ := strings.Cut(after, ",")
	return strings.Trim(value, `"}`)
}

// call decides what becomes of a request that is about to leave a process.
func (m *mpesa) call(p *process, req *http.Request, body []byte) call {
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	if strings.HasPrefix(req.URL.Path, "/oauth/") {
		return m.askToken(p)
	}
	auth := req.Header.Get("Authorization")
	check(m.w, whenAuthorized, authorizing{m.ended[auth]}, nil)
	if strings.HasPrefix(req.URL.Path, "/mpesa/stkpushquery/") {
		return m.askQuery(auth, body)
	}
	return m.askPush(p, auth, body)
}

func errorBody(code, message string) string {
	return fmt.Sprintf(`{"requestId":"11728-2929992-1","errorCode":%q,"errorMessage":%q}`, code, message)
}

const (
	firewallPage = `<html><head><META NAME="robots" CONTENT="noindex,nofollow"></head><body>Incapsula incident ID: 78-1</body></html>`
	noProxyFault = `{"fault":{"faultstring":"Unable to identify proxy for host: secure and url: /mpesa/stkpush/v1/processrequest","detail":{"errorcode":"messaging.adaptors.http.flow.ApplicationNotFound"}}}`
	spikeFault   = `{"fault":{"faultstring":"Spike arrest violation. Allowed rate : MessageRate{messagesPerPeriod=5}","detail":{"errorcode":"policies.ratelimit.SpikeArrestViolation"}}}`
)
