package cloudflared

import (
	"os/exec"
	"unsafe"

	"golang.org/x/sys/windows"
)

// A family is a job that ends with its last handle: with kill, or with the till.
type family struct {
	job windows.Handle
}

func startFamily(cmd *exec.Cmd) (family, error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return family{}, err
	}
	f := family{job: job}
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{
		BasicLimitInformation: windows.JOBOBJECT_BASIC_LIMIT_INFORMATION{LimitFlags: windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE},
	}
	if _, err := windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits))); err != nil {
		f.kill()
		return family{}, err
	}
	if err := cmd.Start(); err != nil {
		f.kill()
		return family{}, err
	}
	if err := f.adopt(cmd.Process.Pid); err != nil {
		cmd.Process.Kill()
		cmd.Wait()
		f.kill()
		return family{}, err
	}
	return f, nil
}

func (f family) adopt(pid int) error {
	process, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(pid))
	if err != nil {
		return err
	}
	defer windows.CloseHandle(process)
	return windows.AssignProcessToJobObject(f.job, process)
}

// terminate ends everything at once: Windows has no signal that asks.
func (f family) terminate() { windows.TerminateJobObject(f.job, 1) }
func (f family) kill()      { windows.CloseHandle(f.job) }
