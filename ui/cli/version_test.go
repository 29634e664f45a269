package cli

import (
	"runtime/debug"
	"testing"
)

func TestVersion(t *testing.T) {
	build := func(version string, settings ...string) *debug.BuildInfo {
		info := &debug.BuildInfo{GoVersion: "go1.26.10", Main: debug.Module{Path: "kaunta", Version: version}}
		for i := 0; i < len(settings); i += 2 {
			info.Settings = append(info.Settings, debug.BuildSetting{Key: settings[i], Value: settings[i+1]})
		}
		return info
	}
	commit := []string{"-trimpath", "true", "vcs", "git", "vcs.revision", "89dd5f7ab123c0ffee", "vcs.time", "2026-11-24T03:50:00Z", "vcs.modified"}
	clean, changed := append(commit[:9:9], "false"), append(commit[:9:9], "true")
	for want, info := range map[string]*debug.BuildInfo{
		"v1.2.0 89dd5f7ab123 2026-11-24 go1.26.10":         build("v1.2.0", clean...),
		"v1.2.0 89dd5f7ab123 2026-11-24 changed go1.26.10": build("v1.2.0+dirty", changed...),
		"89dd5f7ab123 2026-11-24 go1.26.10":                build("v0.0.0-20261124035000-89dd5f7ab123", clean...),
		"89dd5f7ab123 2026-11-24 changed go1.26.10":        build("(devel)", changed...),
		"v1.2.0 go1.26.10":                                 build("v1.2.0"), // go install
		"built from source go1.26.10":                      build("(devel)", "CGO_ENABLED", "0"),
	} {
		if got := versionOf(info, ""); got != want {
			t.Errorf("the version is %q, want %q", got, want)
		}
	}
	if got, want := versionOf(build("(devel)"), "v1.2.0 89dd5f7ab123 2026-11-24"), "v1.2.0 89dd5f7ab123 2026-11-24 go1.26.10"; got != want {
		t.Errorf("the version of a release is %q, want %q", got, want)
	}
}
