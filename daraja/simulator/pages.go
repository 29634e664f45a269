package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// ownPages returns the pages that Daraja does not have: the journal, the phones, and the
// explanation.
func (s *Simulator) ownPages() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, explanation())
	})
	mux.HandleFunc("GET /simulator/journal", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, s.Journal())
	})
	mux.HandleFunc("GET /simulator/prompts", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]any{"prompts": s.Prompts()})
	})
	mux.HandleFunc("POST /simulator/phones/{msisdn}", s.phone)
	return mux
}

// phone plays the customer of one phone.
func (s *Simulator) phone(w http.ResponseWriter, r *http.Request) {
	var hand struct {
		Action Action `json:"action"`
	}
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&hand)
	if err != nil {
		err = errors.New(`simulator: the body must be JSON like {"action":"pay"}`)
	} else {
		err = s.Act(r.PathValue("msisdn"), hand.Action)
	}
	switch {
	case err == nil:
		writeJSON(w, http.StatusOK, map[string]bool{"ok": true})
	case errors.Is(err, ErrNoPrompt):
		writeJSON(w, http.StatusNotFound, map[string]string{"error": err.Error()})
	default:
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	answer{status: status, body: v}.write(w)
}

func explanation() string {
	var b strings.Builder
	b.WriteString(`This is a simulator of Safaricom's Daraja, for M-PESA Express (STK push). No money moves.

Point a Daraja client at this address instead of https://sandbox.safaricom.co.ke:

  GET  /oauth/v1/generate?grant_type=client_credentials
  POST /mpesa/stkpush/v1/processrequest
  POST /mpesa/stkpushquery/v1/query

Watch what happens, and play the customer:

  GET  /simulator/journal           requests, payments and callbacks
  GET  /simulator/prompts           the prompts that phones are showing
  POST /simulator/phones/{msisdn}   {"action":"pay"}, or "cancel", "wrong_pin", "ignore"

Left alone, a customer acts by the last two digits of the phone number:

`)
	for _, e := range endings {
		digits := e.digits
		if digits == "" {
			digits = "any other"
		}
		fmt.Fprintf(&b, "  %-10s  %s\n", digits, e.what)
	}
	return b.String()
}
