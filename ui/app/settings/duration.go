package settings

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

const day = Duration(24 * time.Hour)

// Duration is a time in the file that may be long: "90d" for days, or anything that
// time.ParseDuration reads.
type Duration time.Duration

var errDuration = errors.New(`must be a time with its unit, such as "90d" or "36h"`)

// UnmarshalText reads a duration, which is never negative.
func (d *Duration) UnmarshalText(text []byte) error {
	s := string(text)
	if days, found := strings.CutSuffix(s, "d"); found {
		n, err := strconv.ParseUint(days, 10, 16) // 179 years
		if err != nil {
			return errDuration
		}
		*d = Duration(n) * day
		return nil
	}
	parsed, err := time.ParseDuration(s)
	if err != nil || parsed < 0 {
		return errDuration
	}
	*d = Duration(parsed)
	return nil
}

// MarshalText writes whole days as days.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

func (d Duration) String() string {
	if d%day == 0 {
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	return time.Duration(d).String()
}
