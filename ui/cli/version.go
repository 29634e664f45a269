package cli

import (
	"runtime/debug"
	"strings"
)

// stamp is what a release says of itself: its version, the commit and its day, "v1.2.0 89dd5f7ab123
// 2026-11-24". It is set by the linker (.ci/run), so that it is the same wherever the release is
// built; empty in every other build.
var stamp string

// Version is what the build knows of itself: see versionOf.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return versionOf(info, stamp)
}

// versionOf is the stamp, or else the release, where it is one, the commit and its day, whether
// files had been changed since, and the Go it was built with: "v1.2.0 89dd5f7ab123 2026-11-24
// changed go1.26.10".
func versionOf(info *debug.BuildInfo, stamp string) string {
	if stamp != "" {
		return stamp + " " + info.GoVersion
	}
	var parts []string
	// a v0.0.0- version repeats the commit
	if v := info.Main.Version; strings.HasPrefix(v, "v") && !strings.HasPrefix(v, "v0.0.0-") {
		release, _, _ := strings.Cut(v, "+")
		parts = append(parts, release)
	}
	set := map[string]string{}
	for _, s := range info.Settings {
		set[s.Key] = s.Value
	}
	if revision := set["vcs.revision"]; revision != "" {
		day, _, _ := strings.Cut(set["vcs.time"], "T")
		parts = append(parts, revision[:min(12, len(revision))], day)
	}
	if set["vcs.modified"] == "true" {
		parts = append(parts, "changed")
	}
	if parts == nil {
		parts = append(parts, "built from source")
	}
	return strings.Join(append(parts, info.GoVersion), " ")
}
