package localapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"kaunta/pos"
)

// Shop is what a till shares with other programs.
type Shop struct {
	Info     Info
	Book     Book
	Payments Payments

	// Trouble is why the till takes no new payment at present; nil where it does, or where nobody
	// says.
	Trouble func() error

	// Backup writes a consistent copy of the ledger to w, and Verify its pages, for whoever asks to
	// check; nil: this till does neither. One of them runs at a time.
	Backup, Verify func(w io.Writer) error
}

type Info struct {
	PID         int
	Ledger      string // its path
	Name        string // the path by which it was opened: it may have led through links
	Environment string // training, sandbox or production
	Number      string // what customers pay to: the Pay Bill, or the till of Buy Goods

	Trouble pos.Text // why it takes no new payment at present; empty where it does
}

const (
	// patience is how long a program may leave the till waiting with a full buffer before it is cut
	// off.
	patience = 10 * time.Second

	// maxReads is how many reads of the ledger run at once: readers share what the till's own work
	// leaves.
	maxReads = 4

	maxPage = 10_000  // rows in one answer
	maxBody = 1 << 20 // bytes of a request
)

// Serve answers programs that connect to l until ctx ends, and then finishes what is being
// answered. It closes l.
//
// End ctx after the till has been closed: followers of a payment are then told, and everyone has
// their answer.
func Serve(ctx context.Context, l net.Listener, shop Shop) error {
	s := &server{Shop: shop, reads: make(chan struct{}, maxReads), heavy: make(chan struct{}, 1)}
	hs := &http.Server{
		Handler:           s.routes(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		IdleTimeout:       10 * time.Second,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          log.New(io.Discard, "", 0), // standard error is the cashier's screen
	}
	if l, ok := l.(*listener); ok {
		hs.ConnState = l.idle.changed
	}
	served := make(chan error, 1)
	go func() { served <- hs.Serve(l) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	err := hs.Shutdown(ending)
	if errors.Is(err, context.DeadlineExceeded) {
		err = hs.Close() // a slow reader is no reason to stay
	}
	if e := <-served; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return err
}

type server struct {
	Shop
	reads chan struct{} // holds one for each read of the ledger that runs
	heavy chan struct{} // holds one while a copy or a check is made
}

func (s *server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /v1/info", s.handle(func(_ *http.Request, a *answer) error { return a.item(s.info()) }))
	mux.Handle("GET /v1/attempt", one(s, func(q url.Values) (pos.Attempt, error) { return s.Book.Attempt(pos.AttemptID(q.Get("id"))) }))
	mux.Handle("GET /v1/day", rows(s, func(q url.Values) ([]pos.Attempt, error) {
		n, err := numbersIn(q, "day", "n")
		if err != nil {
			return nil, err
		}
		return s.Book.DayPage(pos.Day(n[0]), pos.AttemptID(q.Get("before")), min(n[1], maxPage))
	}))
	mux.Handle("GET /v1/find", rows(s, func(q url.Values) ([]pos.Attempt, error) {
		n, err := numbersIn(q, "n")
		if err != nil {
			return nil, err
		}
		return s.Book.Find(q.Get("text"), min(n[0], maxPage))
	}))
	mux.Handle("GET /v1/totals", one(s, func(q url.Values) (pos.Totals, error) {
		n, err := numbersIn(q, "day")
		if err != nil {
			return pos.Totals{}, err
		}
		return s.Book.Totals(pos.Day(n[0]))
	}))
	mux.Handle("GET /v1/days", rows(s, func(q url.Values) ([]pos.DayTotals, error) {
		n, err := numbersIn(q, "first", "last")
		if err != nil {
			return nil, err
		}
		return s.Book.Days(pos.Day(n[0]), pos.Day(n[1]))
	}))

	// What is requested of the till is done, whether or not the client still waits for the answer.
	mux.Handle("POST /v1/charge", posted(s, func(ctx context.Context, r pos.Request, a *answer) error {
		attempt, err := s.Payments.Charge(context.WithoutCancel(ctx), r)
		if err != nil {
			return err
		}
		return a.item(attempt)
	}))
	mux.Handle("POST /v1/stop", posted(s, func(ctx context.Context, id pos.AttemptID, _ *answer) error {
		return s.Payments.StopWaiting(context.WithoutCancel(ctx), id)
	}))
	mux.Handle("POST /v1/query", posted(s, func(ctx context.Context, id string, a *answer) error {
		// the answer has begun, though its turn may come late
		if err := a.flush(); err != nil {
			return err
		}
		told, err := s.Payments.Query(ctx, id)
		if err != nil {
			return err
		}
		return a.item(told)
	}))
	mux.Handle("POST /v1/settle", rows(s, func(url.Values) ([]pos.Attempt, error) { return s.Payments.Settle(context.Background()) }))
	mux.Handle("POST /v1/follow", posted(s, func(ctx context.Context, ids []pos.AttemptID, a *answer) error {
		if err := a.flush(); err != nil { // the answer has begun, though nothing may happen for minutes
			return err
		}
		for attempt, err := range s.Payments.Follow(ctx, ids...) {
			if err == nil {
				err = errors.Join(a.item(attempt), a.flush())
			}
			if err != nil {
				return err
			}
		}
		return nil
	}))

	mux.HandleFunc("GET /v1/backup", s.stream(s.Backup))
	mux.HandleFunc("GET /v1/verify", s.stream(s.Verify))
	mux.Handle("/", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		newAnswer(w).end(errors.New("the till speaks version " + protocol + " of its local protocol, and does not know what it was asked: " +
			"run the version of kaunta that the till runs"))
	}))
	return mux
}

// info says who the till is, and how it is at this moment.
func (s *server) info() Info {
	info := s.Info
	if s.Trouble == nil {
		return info
	}
	if err := s.Trouble(); err != nil {
		info.Trouble = pos.Text{EN: err.Error(), SW: err.Error()}
		var said interface{ Say() pos.Text }
		if errors.As(err, &said) {
			info.Trouble = said.Say()
		}
	}
	return info
}

// handle makes a handler of h, whose error ends the answer.
func (s *server) handle(h func(r *http.Request, a *answer) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		a := newAnswer(w)
		a.end(h(r, a))
	})
}

// rows answers with what read finds in the ledger, and with its error after it: a list with a
// damaged record is the others, and a sentence about that one.
func rows[T any](s *server, read func(q url.Values) ([]T, error)) http.Handler {
	return s.handle(func(r *http.Request, a *answer) error {
		select {
		case s.reads <- struct{}{}:
		case <-r.Context().Done():
			return r.Context().Err()
		}
		items, err := func() ([]T, error) {
			defer func() { <-s.reads }()
			return read(r.URL.Query())
		}()
		for _, item := range items {
			if err := a.item(item); err != nil {
				return err
			}
		}
		return err
	})
}

// one is rows for a single one.
func one[T any](s *server, read func(q url.Values) (T, error)) http.Handler {
	return rows(s, func(q url.Values) ([]T, error) {
		item, err := read(q)
		if err != nil {
			return nil, err
		}
		return []T{item}, nil
	})
}

func numbersIn(q url.Values, names ...string) (numbers []int, err error) {
	for _, name := range names {
		n, failed := strconv.Atoi(q.Get(name))
		if failed != nil {
			err = errors.Join(err, fmt.Errorf("%s must be a number: %w", name, failed))
		}
		numbers = append(numbers, n)
	}
	return numbers, err
}

// posted is handle for requests with a T in their body.
func posted[T any](s *server, h func(ctx context.Context, body T, a *answer) error) http.Handler {
	return s.handle(func(r *http.Request, a *answer) error {
		var body T
		if err := readBody(r, &body); err != nil {
			return err
		}
		return h(r.Context(), body, a)
	})
}

// readBody reads a request's body to its end. A field that this till does not know is refused: it
// may be a condition.
func readBody(r *http.Request, v any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = errors.New("something follows it")
		}
	}
	if err != nil {
		return fmt.Errorf("the till does not understand what it was asked: %w", err)
	}
	return nil
}

// trouble is the trailer that says why an answer in bytes is not whole; empty where it is.
const trouble = "Kaunta-Problem"

// stream answers with the bytes that write writes.
func (s *server) stream(write func(io.Writer) error) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		refuse := func(status int, sentence string) {
			w.WriteHeader(status)
			newAnswer(w).end(errors.New(sentence))
		}
		if write == nil {
			refuse(http.StatusNotImplemented, "this till cannot do that while it is open: close it first")
			return
		}
		select {
		case s.heavy <- struct{}{}:
			defer func() { <-s.heavy }()
		default:
			refuse(http.StatusServiceUnavailable, "the till is copying or checking its ledger already: try again when that is over")
			return
		}
		w.Header().Set("Trailer", trouble)
		w.Header().Set("Content-Type", "application/octet-stream")
		w.WriteHeader(http.StatusOK)
		a := newAnswer(w)
		_ = a.flush() // the answer has begun, though the first bytes may take long
		if err := write(a); err != nil {
			// As JSON, so that the sentence is one line of ASCII whatever it holds.
			sentence, _ := json.Marshal(problemOf(err))
			w.Header().Set(trouble, url.QueryEscape(string(sentence)))
		}
	}
}

// answer writes the lines of one answer. Each write has a deadline of its own, so that an answer
// may take long and a reader may not.
type answer struct {
	w       http.ResponseWriter
	control *http.ResponseController
	encode  *json.Encoder
}

func newAnswer(w http.ResponseWriter) *answer {
	a := &answer{w: w, control: http.NewResponseController(w)}
	a.encode = json.NewEncoder(a)
	return a
}

func (a *answer) Write(p []byte) (int, error) {
	if err := a.control.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return 0, err
	}
	return a.w.Write(p)
}

func (a *answer) item(v any) error { return a.encode.Encode(line[any]{Item: &v}) }

func (a *answer) flush() error { return a.control.Flush() }

// end says that there are no more items, and why; nil where there are none left.
func (a *answer) end(err error) {
	// where it does not arrive, the reader sees that it is missing
	_ = a.encode.Encode(line[any]{End: &end{problemOf(err)}})
}
