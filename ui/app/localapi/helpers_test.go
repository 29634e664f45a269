package localapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"kaunta/daraja"
	"kaunta/pos"
	"kaunta/store"
)

func TestMain(m *testing.M) {
	if ledger := os.Getenv("KAUNTA_LOCALAPI_STRANGER"); ledger != "" {
		os.Exit(stranger(ledger))
	}
	goleak.VerifyTestMain(m)
}

// mpesa takes every push and says that every query is pending.
type mpesa struct{ pushes atomic.Int64 }

func (m *mpesa) STKPush(context.Context, daraja.PushRequest) (daraja.Answer, error) {
	n := m.pushes.Add(1)
	return daraja.Answer{
		Endpoint: daraja.EndpointPush, Verdict: daraja.VerdictAccepted,
		MerchantRequestID: "m-1", CheckoutRequestID: fmt.Sprintf("ws_CO_%d", n),
	}, nil
}

func (m *mpesa) STKQuery(_ context.Context, id string) (daraja.Answer, error) {
	return daraja.Answer{
		Endpoint: daraja.EndpointQuery, Verdict: daraja.VerdictPending, ResultCode: "4999", CheckoutRequestID: id,
	}, nil
}

// shop is an open till on a real ledger, shared on a real socket.
type shop struct {
	*testing.T
	ledger *store.Ledger
	till   *pos.Till
	path   string
	stop   func() // closes the till, and then everything
}

// openShop opens a shop whose ledger is at path; change makes another Shop of the one that is
// served.
func openShop(t *testing.T, path string, change ...func(*Shop)) *shop {
	t.Helper()
	return openShopOn(t, path, Listen, change...)
}

func openShopOn(t *testing.T, path string, listen func(ledger string) (net.Listener, error), change ...func(*Shop)) *shop {
	t.Helper()
	s := &shop{T: t, path: path}
	var err error
	if s.ledger, err = store.Open(path, store.Options{Environment: "training", UnsafeNoSync: true}); err != nil {
		t.Fatal(err)
	}
	s.till, err = pos.Start(t.Context(), pos.Config{
		Gateway: &mpesa{}, Ledger: s.ledger, QueryEvery: time.Second,
		CallBackURL: func(address string) (string, bool) { return "https://shop.example/cb/" + address, true },
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := listen(s.ledger.Name())
	if err != nil {
		t.Fatal(err)
	}
	what := Shop{
		Info: Info{PID: os.Getpid(), Ledger: s.ledger.Path(), Name: s.ledger.Name(), Environment: "training", Number: "174379"},
		Book: s.ledger, Payments: Payments{Till: s.till, Book: s.ledger},
	}
	for _, f := range change {
		f(&what)
	}
	serving, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	served := make(chan error, 1)
	go func() { served <- Serve(serving, l, what) }()
	stopped := false
	s.stop = func() {
		if stopped {
			return
		}
		stopped = true
		err := s.till.Close(context.Background())
		cancel()
		if err := errors.Join(err, <-served, s.ledger.Close()); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(s.stop)
	return s
}

func (s *shop) dial() *Client {
	s.Helper()
	c, err := Dial(s.Context(), s.path)
	if err != nil {
		s.Fatal(err)
	}
	return c
}

// pay brings the callback of the attempt's payment.
func (s *shop) pay(id pos.AttemptID, receipt string) {
	s.Helper()
	a, err := s.ledger.Attempt(id)
	if err != nil {
		s.Fatal(err)
	}
	if err := s.till.Callback(s.Context(), a.Address, fmt.Appendf(nil, `{"Body":{"stkCallback":{"MerchantRequestID":%q,"CheckoutRequestID":%q,
"ResultCode":0,"ResultDesc":"ok","CallbackMetadata":{"Item":[{"Name":"Amount","Value":%d},{"Name":"MpesaReceiptNumber","Value":%q},
{"Name":"TransactionDate","Value":20261123143210}]}}}}`, a.MerchantRequestID, a.CheckoutRequestID, a.Amount, receipt)); err != nil {
		s.Fatal(err)
	}
}

func newLedger(t *testing.T) string { return filepath.Join(t.TempDir(), "shop.ledger") }

func phone(n int) pos.MSISDN { return pos.MSISDN(fmt.Sprintf("2547123%05d", n)) }

// raw connects to the socket of a ledger without a client.
func raw(t *testing.T, ledger string) net.Conn {
	t.Helper()
	socket, err := beside(ledger)
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// stranger is another user's process: it tries the socket by hand and as a client would.
func stranger(ledger string) int {
	c, err := net.Dial("unix", ledger+".sock")
	if err != nil {
		fmt.Println(err)
	} else {
		_, _ = fmt.Fprint(c, "GET /v1/info HTTP/1.1\r\nHost: till\r\n\r\n")
		answer, _ := io.ReadAll(c)
		fmt.Printf("answer: %d bytes\n", len(answer))
	}
	_, err = Dial(context.Background(), ledger)
	fmt.Println(err)
	return 0
}
