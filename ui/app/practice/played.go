package practice

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"kaunta/pos"
)

// Played reads the cashier's lines from in. Where in ends before the first of them, it types a sale
// instead, and ends when M-PESA has told how that went: so a practice till shows what it is for
// also where there is no keyboard.
func Played(ctx context.Context, in io.Reader, till *pos.Till) io.Reader {
	return &played{ctx: ctx, in: in, news: till.Subscribe()}
}

type played struct {
	ctx   context.Context
	in    io.Reader
	typed bool // something came from in
	sale  io.Reader
	news  *pos.Subscription
}

// sale is an amount, a phone and no reference.
const sale = "450\n0712345678\n\n"

func (p *played) Read(b []byte) (int, error) {
	if p.sale == nil {
		n, err := p.in.Read(b)
		p.typed = p.typed || n > 0
		if !errors.Is(err, io.EOF) || p.typed {
			return n, err
		}
		p.sale = strings.NewReader(sale)
	}
	if n, err := p.sale.Read(b); err == nil {
		return n, nil
	}
	for {
		u, err := p.news.Next(p.ctx)
		if err != nil {
			return 0, io.EOF
		}
		if u.Attempt.State.Final() {
			p.news.Close()
			select {
			case <-p.ctx.Done():
			case <-time.After(time.Second): // the till says it first
			}
		}
	}
}
