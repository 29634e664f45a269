package cloudflared

import "syscall"

// attributes puts the child into a process group of its own, and has the kernel
// kill it when the thread that starts it is gone.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
