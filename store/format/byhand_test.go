package format_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestByHand decodes the example in FORMAT.md by what FORMAT.md says, with nothing of this program.
func TestByHand(t *testing.T) {
	text, err := os.ReadFile("../FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	dump := strings.Join(regexp.MustCompile(`(?m)^    ([0-9a-f]+)$`).FindAllString(string(text), -1), "")
	value, err := hex.DecodeString(strings.ReplaceAll(dump, " ", ""))
	if err != nil || len(value) < 100 {
		t.Fatalf("%d bytes, %v", len(value), err)
	}
	key, _ := hex.DecodeString("01a206c6788000000000000000000001")

	body, sum := value[:len(value)-4], binary.BigEndian.Uint32(value[len(value)-4:])
	if got := crc32.Checksum(append(key[:16:16], body...), crc32.MakeTable(crc32.Castagnoli)); got != sum {
		t.Fatalf("the checksum is %x, want %x", got, sum)
	}
	if body[0] != 0 {
		t.Fatalf("the dictionary is %d", body[0])
	}
	lines := strings.Split(strings.TrimSuffix(string(body[1:]), "\n"), "\n")
	var table []string
	if err := json.Unmarshal([]byte(lines[0]), &table); err != nil {
		t.Fatal(err)
	}

	chain, number, used := [32]byte{}, uint64(0), 0
	var events []map[string]any
	for _, line := range lines[1:] {
		parts := strings.SplitN(line, " ", 3)
		distance, err := strconv.ParseUint(parts[1], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		number += distance
		leaf := sha256.New()
		leaf.Write([]byte("kaunta event 1\n"))
		leaf.Write(key)
		leaf.Write(binary.BigEndian.AppendUint64(nil, number))
		for ; used < len(table) && strings.ContainsRune(parts[2], rune(0xE000+used)); used++ {
			mac := hmac.New(sha256.New, []byte(strings.Repeat("\x07", 32)))
			mac.Write([]byte(table[used]))
			leaf.Write(mac.Sum(nil)[:8])
			leaf.Write([]byte(table[used][6:]))
		}
		leaf.Write([]byte(parts[2]))
		chain = sha256.Sum256(append(chain[:], leaf.Sum(nil)...))
		if mark := hex.EncodeToString(chain[:2]); mark != parts[0] {
			t.Errorf("the mark of event %d is %s, want %s", number, mark, parts[0])
		}
		var e map[string]any
		if err := json.Unmarshal([]byte(parts[2]), &e); err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}

	whole := func(text any) string {
		var out strings.Builder
		from, to := 0, 9
		for _, r := range fmt.Sprint(text) {
			switch {
			case r >= 0xE000 && r < 0xF000:
				out.WriteString(table[r-0xE000][from:to])
				from, to = 0, 9
			case r >= 0xF000 && r <= 0xF8FF:
				from, to = int(r-0xF000)>>4, int(r-0xF000)&15
			default:
				out.WriteRune(r)
			}
		}
		return out.String()
	}
	got := []string{
		whole(events[0]["asked"].(map[string]any)["phone"]), whole(events[1]["answer"].(map[string]any)["checkout"]), whole(events[2]["typed"]),
	}
	for i, want := range []string{"254712345678", "ws_CO_23112026080001000712345678", "0733 444 555 says so"} {
		if got[i] != want || !strings.Contains(string(text), want) {
			t.Errorf("%q, want %q", got[i], want)
		}
	}
	if used != len(table) || number != 3 {
		t.Errorf("%d events, %d of %d private texts", number, used, len(table))
	}
}
