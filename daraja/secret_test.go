package daraja

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

const canary = "cAnArY-0123456789-cAnArY"

var allVerbs = []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T %[1]v", "%10.3s", "%!"}

func TestSecretsDoNotPrint(t *testing.T) {
	cfg := Config{
		BaseURL: SandboxURL, ShortCode: "174379",
		ConsumerKey: canary, ConsumerSecret: canary, Passkey: canary,
	}
	client, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	client.tokens.token = canary
	wrapped := fmt.Errorf("while paying: %w", &Error{Answer: Answer{Endpoint: EndpointPush, Verdict: VerdictUnknown, ErrorMessage: redactToken("token: " + canary)}})

	var out bytes.Buffer
	show := func(what string, v any) {
		t.Helper()
		out.Reset()
		for _, verb := range allVerbs {
			fmt.Fprintf(&out, verb, v)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("m", "v", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "v", v)
		if b, err := json.Marshal(v); err == nil {
			out.Write(b)
		}
		if b, err := xml.Marshal(v); err == nil { // as TOML, it asks for MarshalText
			out.Write(b)
		}
		text := strings.ToLower(out.String())
		for _, leak := range []string{canary, fmt.Sprintf("%x", canary), "cgfuqxjz"} {
			if strings.Contains(text, strings.ToLower(leak)) {
				t.Errorf("%s shows the secret: %s", what, out.String())
			}
		}
		if !strings.Contains(text, "hidden") && !strings.Contains(text, "174379") {
			t.Errorf("%s shows nothing at all: %s", what, out.String())
		}
	}
	secret := Secret(canary)
	show("a Secret", secret)
	show("a pointer", &secret)
	show("a list", []Secret{secret})
	show("a map", map[string]Secret{"k": secret})
	show("a Config", cfg)
	show("a Config's pointer", &cfg)
	show("a Client", client)
	show("an error", wrapped)
	if secret.Reveal() != canary || secret.String() != hidden || secret.GoString() != hidden {
		t.Error("Reveal is the only way, and it must work")
	}
}

// A mistake in the configuration is named without the value that is wrong.
func TestConfigErrorsHideSecrets(t *testing.T) {
	_, err := New(Config{BaseURL: SandboxURL, ShortCode: "174379", ConsumerKey: canary + ":x", ConsumerSecret: canary + "\n", Passkey: " " + canary})
	if err == nil || strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), canary) {
		t.Errorf("got %v", err)
	}
}
