package shop

import (
	"context"
	"io"
	"log/slog"
	"time"

	"kaunta/tunnel"
	"kaunta/ui/app/logfile"
	"kaunta/ui/app/settings"
)

// openLog opens the log file. Where it cannot be opened the log goes nowhere, and trouble says why:
// no till stays closed for that.
func openLog(s settings.Settings) (log *slog.Logger, file io.Closer, trouble error) {
	var level slog.Level
	// what is no level is a Mistake of the settings, and means info here
	_ = level.UnmarshalText([]byte(s.Log.Level))
	if s.Log.DebugHTTP {
		level = slog.LevelDebug
	}
	log, file, trouble = logfile.Open(logfile.Config{Path: s.Log.File, Level: level, Secrets: s.Secrets()})
	if trouble != nil {
		return slog.New(slog.DiscardHandler), io.NopCloser(nil), trouble
	}
	return log, file, nil
}

// logLink logs what becomes of the way that callbacks take, until ctx ends. A link that tries in
// vain is logged once.
func logLink(ctx context.Context, log *slog.Logger, link *tunnel.Link) {
	statuses, cancel := link.Watch()
	defer cancel()
	last := tunnel.Status{} // off, before it begins
	for {
		select {
		case <-ctx.Done():
			return
		case s := <-statuses:
			if s.State == tunnel.StateConnecting || s.State == last.State && s.URL == last.URL {
				continue
			}
			last = s
			level := slog.LevelInfo
			if s.State == tunnel.StateDown || s.State == tunnel.StateBlocked {
				level = slog.LevelWarn
			}
			log.Log(ctx, level, "the way that callbacks take", "state", s.State, "url", s.URL, "epoch", s.Epoch, "err", s.Err)
		}
	}
}

// logTrouble looks every minute why the till takes no new payment, until ctx ends, and logs it
// once; and once when it takes them again.
func (sh *Shop) logTrouble(ctx context.Context) {
	ticks := time.NewTicker(time.Minute)
	defer ticks.Stop()
	said := ""
	for {
		says := ""
		if err := sh.trouble(); err != nil {
			says = err.Error()
		}
		switch {
		case says == said:
		case says != "":
			sh.Log.Error("the till takes no new payment", "err", says)
		default:
			sh.Log.Info("the till takes new payments again")
		}
		said = says
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
	}
}
