package shop

import (
	"context"
	"errors"

	"kaunta/daraja"
	"kaunta/ui/app/localapi"
	"kaunta/ui/app/logfile"
	"kaunta/ui/app/settings"
)

// Query asks M-PESA about any CheckoutRequestID of the account: through the till that is open on
// the ledger of s, where one is, since each new access token ends the one before, and the rate of
// queries is the account's. No ledger is opened for it.
func Query(ctx context.Context, s settings.Settings, checkoutRequestID string) (answer daraja.Answer, err error) {
	owner, err := localapi.Dial(ctx, s.Ledger)
	switch {
	case err == nil:
		if err = Agree(owner.Info(), s); err == nil {
			answer, err = owner.Query(ctx, checkoutRequestID)
		}
		return answer, errors.Join(err, owner.Close())
	case !errors.Is(err, localapi.ErrNobody):
		return answer, err
	}
	if err := s.CheckAccount(); err != nil {
		return answer, err
	}
	log, file, _ := openLog(s) // without it the answer is the same
	options := []daraja.Option{daraja.WithLogger(log)}
	if s.Log.DebugHTTP {
		options = append(options, daraja.WithTap(logfile.Wire(log)))
	}
	client, err := daraja.New(s.Client(), options...)
	if err != nil {
		return answer, errors.Join(err, file.Close())
	}
	defer client.Close()
	answer, err = client.STKQuery(ctx, checkoutRequestID)
	var told *daraja.Error
	if errors.As(err, &told) && ctx.Err() == nil {
		err = nil // the answer says it
	}
	return answer, errors.Join(err, file.Close())
}
