//go:build unix

package cloudflared

import (
	"os/exec"
	"syscall"
)

type family struct {
	leader int
}

func startFamily(cmd *exec.Cmd) (family, error) {
	cmd.SysProcAttr = attributes()
	if err := cmd.Start(); err != nil {
		return family{}, err
	}
	return family{leader: cmd.Process.Pid}, nil
}

// A signal to a group that is gone already is nobody's: the number comes round
// again only after all the others.
func (f family) terminate() { syscall.Kill(-f.leader, syscall.SIGTERM) }
func (f family) kill()      { syscall.Kill(-f.leader, syscall.SIGKILL) }
