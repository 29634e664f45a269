package settings

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSecretFiles: a secret in a file of its own counts as if it stood in the configuration, and is
// guarded as that is.
func TestSecretFiles(t *testing.T) {
	path := write(t, "[daraja]\nconsumer_key_file = \"key\"\nconsumer_secret = \"canary-secret\"\npasskey_file = \"absent\"\n", 0o600)
	key := filepath.Join(filepath.Dir(path), "key")
	if err := os.WriteFile(key, []byte("canary-key\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Load(path, env("MPESA_PASSKEY", "from-environment"))
	if err != nil || s.Daraja.ConsumerKey.Reveal() != "canary-key" || s.Daraja.Passkey.Reveal() != "from-environment" {
		t.Errorf("%v, %q, %q: the environment's passkey must make its file needless", err, s.Daraja.ConsumerKey.Reveal(), s.Daraja.Passkey.Reveal())
	}
	for name, c := range map[string]struct {
		spoil func() error
		says  string
	}{
		"open to others": {func() error { return os.Chmod(key, 0o644) }, "daraja.consumer_key_file names, " + key + ", can be read by others: run chmod 600"},
		"empty":          {func() error { return os.WriteFile(key, []byte("\n"), 0o600) }, "is empty"},
		"too long":       {func() error { return os.WriteFile(key, make([]byte, 5000), 0o600) }, "longer than 4096 bytes"},
		"a folder":       {func() error { return errors.Join(os.Remove(key), os.Mkdir(key, 0o700)) }, "is a folder"},
	} {
		t.Run(name, func(t *testing.T) {
			_ = os.RemoveAll(key)
			if err := errors.Join(os.WriteFile(key, []byte("canary-key"), 0o600), c.spoil()); err != nil {
				t.Fatal(err)
			}
			_, err := Load(path, env("MPESA_PASSKEY", "p"))
			if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "canary") {
				t.Errorf("Load = %v, want %q", err, c.says)
			}
		})
	}
}

// TestOwner needs root, who alone can give a file to somebody else.
func TestOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can make a file that belongs to another user")
	}
	path := write(t, account, 0o600)
	if err := os.Chown(path, 12345, 12345); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path, env()); err == nil || !strings.Contains(err.Error(), "belongs to another user") {
		t.Errorf("Load = %v", err)
	}
}

func TestReach(t *testing.T) {
	load := func(text string, pairs ...string) Settings {
		t.Helper()
		s, err := Load(write(t, text, 0o600), env(pairs...))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := load(""); s.Callback.Reach != ReachOff || s.ProductionInFile {
		t.Errorf("nothing set: %q", s.Callback.Reach)
	}
	if s := load(account, "KAUNTA_PUBLIC_URL", "https://shop.example"); s.Callback.Reach != ReachStatic || !s.ProductionInFile {
		t.Errorf("a public URL: %q, %v", s.Callback.Reach, s.ProductionInFile)
	}
	if s := load("", "MPESA_ENVIRONMENT", "production"); s.ProductionInFile || s.Environment != Production {
		t.Error("production by the environment alone passes for the owner's word in the file")
	}
	if s := load("[callback]\nreach = \"off\"\n", "KAUNTA_DARAJA_URL", "http://127.0.0.1:1"); s.Callback.Reach != ReachOff {
		t.Errorf("off with a simulator: %q", s.Callback.Reach)
	}
	s := load(`[callback]
reach = "ssh"
public_url = "https://shop.example.com"
sources = ["196.201.214.200", "2001:db8::1"]
[callback.ssh]
server = "relay.example.com"
user = "duka"
[records]
forget_after = "0d"`)
	if s.Callback.SSH.Server != "relay.example.com:22" || s.Callback.SSH.Socket != "/run/duka/till.sock" ||
		len(s.Callback.SourceAddrs()) != 2 || s.Records.ForgetAfter != 0 || s.Records.BackupKeep != 30 {
		t.Errorf("%+v", s)
	}
}

// TestRead returns every mistake, and settings that can be used all the
// same.
func TestRead(t *testing.T) {
	s, mistakes := Read(write(t, "shop = \"Duka\"\nlanguage = \"fr\"\nshoop = 1\n[limits]\nmax_amount = 0\n", 0o600), env("MPESA_ENVIRONMENT", "live"))
	var keys []string
	for _, m := range mistakes {
		keys = append(keys, m.Key)
	}
	if got := strings.Join(keys, " "); got != "shoop environment language limits.max_amount" {
		t.Errorf("mistakes: %s", got)
	}
	if s.Shop != "Duka" || s.Environment != Sandbox || s.Limits.MaxAmount != 1 || s.Daraja.URL == "" || s.Ledger == "" {
		t.Errorf("settings that cannot be used: %+v", s)
	}
}
