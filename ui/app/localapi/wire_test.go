package localapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"reflect"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaunta/daraja"
	"kaunta/pos"
	"kaunta/store"
)

// filler sets every field that a value has, at any depth, to something of its own that is not zero.
type filler struct {
	t *testing.T
	n int
}

func (f *filler) fill(v reflect.Value) {
	f.t.Helper()
	f.n++
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 11, 23, 23, 59, 59, 123456789+f.n, pos.EAT)))
			return
		}
		for i := range v.NumField() {
			if !v.Type().Field(i).IsExported() {
				f.t.Fatalf("%v.%s cannot travel: it is not exported", v.Type(), v.Type().Field(i).Name)
			}
			f.fill(v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem())
	case reflect.String:
		v.SetString(fmt.Sprintf("%d <&> \"'=\n\t\x00 \u2028 ＝ ☎ \U0001F4B0 %s", f.n, v.Type()))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.SetBytes([]byte{0, 0xff, byte(f.n), '"', '\n'})
	case reflect.Array:
		for i := range v.Len() {
			f.fill(v.Index(i))
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(f.n%100) + 1)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(f.n%100) + 1)
	default:
		f.t.Fatalf("no test for a field of type %v", v.Type())
	}
}

// filled is a T without a zero field.
func filled[T any](t *testing.T) (v T) {
	t.Helper()
	(&filler{t: t}).fill(reflect.ValueOf(&v).Elem())
	return v
}

// shelf is a book that holds what it is given.
type shelf struct {
	Book
	attempts []pos.Attempt
	answer   daraja.Answer
	totals   pos.Totals
	days     []pos.DayTotals
	err      error
}

func (s shelf) Attempt(pos.AttemptID) (pos.Attempt, error) { return s.attempts[0], s.err }
func (s shelf) DayPage(pos.Day, pos.AttemptID, int) ([]pos.Attempt, error) {
	return s.attempts, s.err
}
func (s shelf) Find(string, int) ([]pos.Attempt, error)          { return s.attempts, s.err }
func (s shelf) Followed() ([]pos.Attempt, error)                 { return s.attempts, s.err }
func (s shelf) Totals(pos.Day) (pos.Totals, error)               { return s.totals, s.err }
func (s shelf) Days(pos.Day, pos.Day) ([]pos.DayTotals, error)   { return s.days, s.err }
func (s shelf) CheckNow(pos.AttemptID) (time.Time, error)        { return time.Time{}, s.err }
func (s shelf) StopWaiting(context.Context, pos.AttemptID) error { return s.err }
func (s shelf) Subscribe() *pos.Subscription                     { panic("not in these tests") }

// echo takes what it is asked for, and answers with the attempt that was asked for or with an
// error.
type echo struct {
	shelf
	asked *pos.Request
}

func (e echo) Charge(_ context.Context, r pos.Request) (pos.Attempt, error) {
	*e.asked = r
	return e.attempts[0], e.err
}

func (e echo) Query(context.Context, string) (daraja.Answer, error) {
	return e.answer, e.err
}

// serveShelf serves s on a real socket.
func serveShelf(t *testing.T, s shelf) (c *Client, asked *pos.Request) {
	t.Helper()
	asked = new(pos.Request)
	openLedger := openShop(t, newLedger(t), func(what *Shop) {
		what.Book, what.Payments = s, Payments{Till: echo{s, asked}, Book: s}
	})
	return openLedger.dial(), asked
}

// TestTrip sends values of every kind, with every field set and with none, through a real socket:
// they arrive as they were. A field added to one of them is tried by itself.
func TestTrip(t *testing.T) {
	s := shelf{
		attempts: []pos.Attempt{filled[pos.Attempt](t), {}},
		answer:   filled[daraja.Answer](t),
		totals:   filled[pos.Totals](t),
		days:     []pos.DayTotals{filled[pos.DayTotals](t), {}},
	}
	c, asked := serveShelf(t, s)
	request := filled[pos.Request](t)
	for what, trip := range map[string]func() (got, want any, err error){
		"Attempt": func() (got, want any, err error) { got, err = c.Attempt("x"); return got, s.attempts[0], err },
		"DayPage": func() (got, want any, err error) { got, err = c.DayPage(1, "", 10); return got, s.attempts, err },
		"Find":    func() (got, want any, err error) { got, err = c.Find("a&b=c d", 10); return got, s.attempts, err },
		"Totals":  func() (got, want any, err error) { got, err = c.Totals(1); return got, s.totals, err },
		"Days":    func() (got, want any, err error) { got, err = c.Days(1, 2); return got, s.days, err },
		"Settle":  func() (got, want any, err error) { got, err = c.Settle(t.Context()); return got, s.attempts, err },
		"Query": func() (got, want any, err error) {
			got, err = c.Query(t.Context(), "x")
			return got, s.answer, err
		},
		"Charge": func() (got, want any, err error) {
			got, err = c.Charge(t.Context(), request)
			return got, s.attempts[0], err
		},
	} {
		if got, want, err := trip(); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v (-want +got)\n%s", what, err, cmp.Diff(want, got))
		}
	}
	if *asked != request {
		t.Errorf("the request: (-want +got)\n%s", cmp.Diff(request, *asked))
	}
	if a, err := c.Attempt("x"); err != nil || a != s.attempts[0] {
		t.Errorf("the attempt that came does not compare as the same: %+v, %v", a, err)
	}
}

// TestErrorTrip sends every error that a caller tells apart.
func TestErrorTrip(t *testing.T) {
	open, once, rate, clock := filled[pos.OpenError](t), filled[pos.OnceError](t), filled[pos.RateError](t), filled[pos.ClockError](t)
	for _, want := range []error{
		pos.ErrNotFound, pos.ErrClosed, pos.ErrSalePaid, pos.ErrNothingToAsk,
		fmt.Errorf("store: attempt 7: %w", pos.ErrNotFound),
		&pos.AmountError{Reason: pos.AmountTooBig, Max: 1000},
		&daraja.PhoneError{Reason: daraja.PhoneTooLong},
		&open, &once, &rate, pos.ErrOnceKey,
		&clock,
		store.ErrMoved,
		errors.New("store: the ledger is damaged: record attempts/01: \"\x00\xff\" <é>"),
	} {
		c, _ := serveShelf(t, shelf{attempts: []pos.Attempt{{}}, err: want})
		_, err := c.Charge(t.Context(), pos.Request{})
		if err == nil || err.Error() != string([]rune(want.Error())) {
			t.Errorf("%v came as %v", want, err)
		}
		for _, known := range known {
			if errors.Is(want, known) != errors.Is(err, known) {
				t.Errorf("%v came as %v, which is another error", want, err)
			}
		}
		var lost *LostError
		if errors.As(err, &lost) {
			t.Errorf("%v: an answer is no silence", err)
		}
		_, typed := want.(interface{ Say() pos.Text })
		if typed = typed || want == error(&rate); typed && !reflect.DeepEqual(want, err) {
			t.Errorf("(-want +got)\n%s", cmp.Diff(want, err))
		}
		if err := c.StopWaiting(t.Context(), "x"); err == nil {
			t.Errorf("StopWaiting lost %v", want)
		}
	}
}

// TestListWithError: a list with a damaged record is the others, and a sentence.
func TestListWithError(t *testing.T) {
	c, _ := serveShelf(t, shelf{attempts: []pos.Attempt{filled[pos.Attempt](t)}, err: errors.New("store: one is damaged")})
	list, err := c.DayPage(1, "", 10)
	if len(list) != 1 || err == nil || err.Error() != "store: one is damaged" {
		t.Errorf("%d rows, %v", len(list), err)
	}
}

// TestCutOff: an answer that ends before its end is never taken for a whole one.
func TestCutOff(t *testing.T) {
	for _, answer := range []string{
		"", "nonsense", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n{\"item\":{\"ID\":\"x\"}}\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"item\":{}}\n{\"en", "HTTP/1.1 200 OK\r\n\r\n{}\n", "HTTP/1.1 200 OK\r\n\r\n[]",
	} {
		socket := newLedger(t)
		l, err := net.Listen("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		gone := make(chan struct{})
		go func() {
			defer close(gone)
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			_, _ = c.Read(make([]byte, 4096))
			_, _ = c.Write([]byte(answer))
		}()
		c := newClient(socket)
		list, err := c.DayPage(1, "", 10)
		var lost *LostError
		if !errors.As(err, &lost) || !lost.MayHaveMovedMoney() || len(list) > 1 {
			t.Errorf("%q: %v, %v", answer, list, err)
		}
		l.Close()
		<-gone
	}
}

// TestLostSentence: that a process was killed is told without the path of a socket, which means
// nothing to a cashier.
func TestLostSentence(t *testing.T) {
	for _, end := range []error{io.EOF, io.ErrUnexpectedEOF, os.NewSyscallError("read", syscall.ECONNRESET), os.NewSyscallError("write", syscall.EPIPE)} {
		err := &LostError{&net.OpError{Op: "read", Net: "unix", Addr: &net.UnixAddr{Name: "/shop/.s1/s", Net: "unix"}, Err: end}}
		if want := "the till that holds the ledger has stopped answering: see whether it still runs"; err.Error() != want {
			t.Errorf("%v: %v", end, err)
		}
	}
}
