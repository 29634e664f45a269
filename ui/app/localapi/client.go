package localapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"time"

	"kaunta/daraja"
	"kaunta/pos"
)

// ErrNobody is returned by [Dial] where no till can be reached next to the ledger.
var ErrNobody = errors.New("no till answers for this ledger")

// ErrSilent is returned by [Dial] where there is a till that says nothing.
var ErrSilent = errors.New("the till that holds the ledger does not answer: it hangs, or was stopped: close it, then try again")

// The deadlines of a client.
const (
	greeting = 3 * time.Second  // for the till to say who it is
	answered = 10 * time.Second // for an answer to begin
	whole    = time.Minute      // for a page of rows to be there whole
)

// Client works with the ledger and the payments of a till in another process. Its methods are those
// of [Book] and [Payments], and may be called from any goroutine. Besides the errors of those, each
// may return a [LostError].
type Client struct {
	info Info
	http *http.Client
}

// Dial connects to the till that has the ledger, also where that has lost its name meanwhile.
// Errors: [ErrNobody], or in a sentence why the one that is there cannot be worked with.
func Dial(ctx context.Context, ledger string) (*Client, error) {
	sockets := byName(ledger)
	switch at, err := beside(ledger); {
	case err == nil:
		sockets = append([]string{at}, sockets...)
	case !errors.Is(err, ErrNobody):
		return nil, err
	}
	for _, socket := range sockets {
		c, err := dial(ctx, ledger, socket)
		if !errors.Is(err, ErrNobody) {
			return c, err
		}
	}
	return nil, ErrNobody
}

func dial(ctx context.Context, ledger, socket string) (_ *Client, err error) {
	c := newClient(socket)
	ctx, cancel := context.WithTimeout(ctx, greeting)
	defer cancel()
	c.info, err = first(call[Info](ctx, c, http.MethodGet, "info", nil, nil))
	var unreached *unreachedError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return nil, ErrSilent
	case errors.Is(err, errForeign):
		return nil, err
	case errors.As(err, &unreached):
		return nil, ErrNobody // the socket was left behind
	case err != nil:
		return nil, err
	case !slices.Contains(names(ledger), c.info.Ledger) && !slices.Contains(names(ledger), c.info.Name) && !sameFile(c.info.Ledger, ledger):
		return nil, ErrNobody // the note next to a copy of a ledger names the original
	}
	return c, nil
}

func newClient(socket string) *Client {
	return &Client{http: &http.Client{Transport: &http.Transport{
		// A connection for each request: what is asked once is never sent twice.
		DisableKeepAlives:     true,
		DisableCompression:    true,
		ResponseHeaderTimeout: answered,
		DialContext:           func(ctx context.Context, _, _ string) (net.Conn, error) { return connect(ctx, socket) },
	}}}
}

func sameFile(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// connect connects to the socket of a till of this user.
func connect(ctx context.Context, socket string) (net.Conn, error) {
	d := net.Dialer{Timeout: greeting}
	c, err := d.DialContext(ctx, "unix", socket)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, &unreachedError{ctx.Err()}
	case err != nil:
		return nil, &unreachedError{err}
	case !samePeer(c.(*net.UnixConn)):
		_ = c.Close()
		return nil, &unreachedError{errForeign}
	}
	return c, nil
}

var errForeign = errors.New("it belongs to another user: run this as the user who runs the till")

// unreachedError says that there was nobody to ask, and so nothing was asked.
type unreachedError struct{ cause error }

func (e *unreachedError) Error() string {
	return fmt.Sprintf("the till that holds the ledger cannot be reached: %v", e.cause)
}

func (e *unreachedError) Unwrap() error { return e.cause }

// Is makes it the same to a caller whether the till was closed before or after it was asked.
func (e *unreachedError) Is(target error) bool {
	return target == pos.ErrClosed || target == pos.ErrUnsubscribed
}

func (c *Client) Info() Info { return c.info }

// Close ends what the client holds. The till goes on.
func (c *Client) Close() error {
	c.http.CloseIdleConnections()
	return nil
}

// send asks the till, and returns its answer once that has begun. An error that is no [LostError]
// means that nothing was asked.
func (c *Client) send(ctx context.Context, method, what string, q url.Values, body any) (*http.Response, error) {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("local socket: %w", err)
		}
		content = bytes.NewReader(text)
	}
	u := url.URL{Scheme: "http", Host: "till", Path: "/" + protocol + "/" + what, RawQuery: q.Encode()}
	r, err := http.NewRequestWithContext(ctx, method, u.String(), content)
	if err != nil {
		return nil, fmt.Errorf("local socket: %w", err)
	}
	response, err := c.http.Do(r)
	var unreached *unreachedError
	switch {
	case errors.As(err, &unreached):
		return nil, unreached
	case err != nil:
		return nil, &LostError{plain(err)}
	}
	return response, nil
}

// plain takes the address off an error of HTTP: it means nothing to a person.
func plain(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// call gives the items of the till's answer. It ends with ctx's error where ctx ends first.
func call[T any](ctx context.Context, c *Client, method, what string, q url.Values, body any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		response, err := c.send(ctx, method, what, q, body)
		if err != nil {
			yield(none, cause(ctx, err))
			return
		}
		defer response.Body.Close()
		for item, err := range readLines[T](response.Body) {
			if !yield(item, cause(ctx, err)) {
				return
			}
		}
	}
}

// cause is ctx's error where an answer was lost because ctx ended.
func cause(ctx context.Context, err error) error {
	var lost *LostError
	if errors.As(err, &lost) && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

func first[T any](items iter.Seq2[T, error]) (T, error) {
	for item, err := range items {
		return item, err
	}
	var none T
	return none, &LostError{errors.New("an empty answer")}
}

// get reads the whole of an answer.
func get[T any](c *Client, what string, params ...string) ([]T, error) {
	ctx, cancel := context.WithTimeout(context.Background(), whole)
	defer cancel()
	return all(call[T](ctx, c, http.MethodGet, what, query(params), nil))
}

func all[T any](items iter.Seq2[T, error]) (list []T, err error) {
	for item, err := range items {
		if err != nil {
			return list, timely(err)
		}
		list = append(list, item)
	}
	return list, nil
}

// timely makes a plain sentence of a deadline that this package has set.
func timely(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return &LostError{errors.New("it takes too long")}
	}
	return err
}

func query(params []string) url.Values {
	q := url.Values{}
	for i := 0; i < len(params); i += 2 {
		q.Set(params[i], params[i+1])
	}
	return q
}

func getOne[T any](c *Client, what string, params ...string) (one T, err error) {
	list, err := get[T](c, what, params...)
	switch {
	case err == nil && len(list) == 0:
		err = &LostError{errors.New("an empty answer")}
	case err == nil:
		one = list[0]
	}
	return one, err
}

func number[T ~int | ~int32](n T) string { return strconv.Itoa(int(n)) }

func (c *Client) Attempt(id pos.AttemptID) (pos.Attempt, error) {
	return getOne[pos.Attempt](c, "attempt", "id", string(id))
}

func (c *Client) DayPage(day pos.Day, before pos.AttemptID, n int) ([]pos.Attempt, error) {
	return get[pos.Attempt](c, "day", "day", number(day), "before", string(before), "n", number(n))
}

func (c *Client) Find(text string, n int) ([]pos.Attempt, error) {
	return get[pos.Attempt](c, "find", "text", text, "n", number(n))
}

func (c *Client) Totals(day pos.Day) (pos.Totals, error) {
	return getOne[pos.Totals](c, "totals", "day", number(day))
}

func (c *Client) Days(first, last pos.Day) ([]pos.DayTotals, error) {
	return get[pos.DayTotals](c, "days", "first", number(first), "last", number(last))
}

// Charge is [Payments.Charge] on that till. Once it is under way it does not end with ctx: a
// [LostError] means that it is not known whether the customer was asked, and any other error that
// nobody was.
func (c *Client) Charge(ctx context.Context, r pos.Request) (pos.Attempt, error) {
	if err := ctx.Err(); err != nil {
		return pos.Attempt{}, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), whole)
	defer cancel()
	a, err := first(call[pos.Attempt](ctx, c, http.MethodPost, "charge", nil, r))
	return a, timely(err)
}

func (c *Client) Query(ctx context.Context, checkoutRequestID string) (daraja.Answer, error) {
	return first(call[daraja.Answer](ctx, c, http.MethodPost, "query", nil, checkoutRequestID))
}

func (c *Client) StopWaiting(ctx context.Context, id pos.AttemptID) error {
	ctx, cancel := context.WithTimeout(ctx, answered)
	defer cancel()
	for _, err := range call[struct{}](ctx, c, http.MethodPost, "stop", nil, id) {
		return timely(err)
	}
	return nil
}

func (c *Client) Settle(ctx context.Context) ([]pos.Attempt, error) {
	ctx, cancel := context.WithTimeout(ctx, whole)
	defer cancel()
	return all(call[pos.Attempt](ctx, c, http.MethodPost, "settle", nil, nil))
}

func (c *Client) Follow(ctx context.Context, ids ...pos.AttemptID) iter.Seq2[pos.Attempt, error] {
	return call[pos.Attempt](ctx, c, http.MethodPost, "follow", nil, ids)
}

// Backup writes a consistent copy of the ledger to w, as the till's own Shop.Backup. After an error
// w holds a part.
func (c *Client) Backup(ctx context.Context, w io.Writer) error { return c.stream(ctx, "backup", w) }

// Verify writes what is to be checked of the ledger to w, as the till's own Shop.Verify.
func (c *Client) Verify(ctx context.Context, w io.Writer) error { return c.stream(ctx, "verify", w) }

func (c *Client) stream(ctx context.Context, what string, w io.Writer) error {
	response, err := c.send(ctx, http.MethodGet, what, nil, nil)
	if err != nil {
		return cause(ctx, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		_, err := first(readLines[struct{}](response.Body))
		return err
	}
	if _, err := io.Copy(w, &lossy{response.Body}); err != nil {
		return cause(ctx, err)
	}
	if text := response.Trailer.Get(trouble); text != "" {
		var p problem
		text, err := url.QueryUnescape(text)
		if err := errors.Join(err, json.Unmarshal([]byte(text), &p)); err != nil {
			return &LostError{err}
		}
		return p.err()
	}
	return nil
}

// lossy reads an answer in bytes; one that is cut off is lost.
type lossy struct{ io.Reader }

func (l *lossy) Read(p []byte) (int, error) {
	n, err := l.Reader.Read(p)
	if err != nil && err != io.EOF {
		err = &LostError{err}
	}
	return n, err
}
