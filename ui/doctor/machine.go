package doctor

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"go/version"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"kaunta/ui/app/settings"
	"kaunta/ui/text"
)

func configuration(_ context.Context, x *examiner) Finding {
	if len(x.Mistakes) > 0 {
		var all []string
		for _, m := range x.Mistakes {
			all = append(all, sentence(m.Says))
		}
		says := strings.Join(all, " ")
		return fault(text.Both(says, says), text.Both("Correct "+x.Path+", or run kaunta setup.", "Rekebisha "+x.Path+", au endesha kaunta setup."))
	}
	_, err := os.Stat(x.Path)
	absent := errors.Is(err, fs.ErrNotExist)
	switch empty := x.Settings.CheckAccount() != nil; {
	case empty && absent:
		return warning(text.Both("There is no file "+x.Path+", and the environment names no account.", "Hakuna faili "+x.Path+", na environment haitaji akaunti."),
			text.Both("Run kaunta setup, which writes the file.", "Endesha kaunta setup, inayoandika faili hiyo."))
	case empty:
		return warning(text.Both("Neither "+x.Path+" nor the environment names an account.", x.Path+" haitaji akaunti, na environment pia."),
			text.Both("Run kaunta setup, which keeps what the file says.", "Endesha kaunta setup, inayohifadhi yaliyomo kwenye faili."))
	case absent:
		return ok(text.Both("There is no file; the account is in the environment.", "Hakuna faili; akaunti imewekwa kwenye environment."))
	}
	return ok(text.Both(x.Path+" is in order, and only this user can read it.", x.Path+" iko sawa, na mtumiaji huyu tu ndiye anayeweza kuisoma."))
}

func ledger(_ context.Context, x *examiner) Finding {
	path := x.Settings.Ledger
	folder := filepath.Dir(path)
	l, err := x.Ledger(x.Settings)
	switch {
	case err != nil:
		says := sentence(err.Error())
		return fault(text.Both(says, says), text.Both("Name another ledger with --ledger, or restore a backup.", "Taja daftari jingine kwa --ledger, au rudisha nakala."))
	case l.Trouble.EN != "":
		return fault(text.Both(l.Trouble.EN, l.Trouble.SW), text.Both("Put the file back where it was, or set the clock; if the clock is right, start Kaunta once with --clock-is-right.",
			"Rudisha faili mahali pake, au rekebisha saa; kama saa ni sahihi, anzisha Kaunta mara moja tu kwa --clock-is-right."))
	case l.HeldBy != "":
		return ok(text.Both("In use by "+l.HeldBy+"; it was not looked into.", "Inatumiwa na "+l.HeldBy+"; haikuangaliwa ndani."))
	case l.Found && l.Environment != x.Settings.Environment:
		return fault(text.Both(fmt.Sprintf("The ledger %s was made for %s, and Kaunta is set to %s.", path, l.Environment, x.Settings.Environment),
			fmt.Sprintf("Daftari %s ni la %s, na Kaunta imewekwa %s.", path, l.Environment, x.Settings.Environment)),
			text.Both("Leave \"ledger\" out of the configuration, so that each environment has its own.", "Ondoa \"ledger\" kwenye mipangilio, ili kila environment iwe na lake."))
	}
	if l.Unwritable != nil {
		return fault(text.Both(sentence(l.Unwritable.Error()), path+" linasomeka, lakini Kaunta haiwezi kuliandika."),
			text.Both("Run kaunta compact, which makes it again from its payments.", "Endesha kaunta compact, inayolitengeneza upya kutoka kwa malipo yake."))
	}
	if err := writable(folder); err != nil {
		return fault(text.Both("The ledger's folder "+folder+" cannot be written.", "Folda ya daftari "+folder+" haiandikiki."),
			text.Both("Give it to the user who runs Kaunta, or name another ledger with --ledger.", "Mpe mtumiaji wa Kaunta folda hiyo, au taja daftari jingine kwa --ledger."))
	}
	if !l.Found {
		return ok(text.Both("None yet: Kaunta will make "+path+".", "Bado halipo: Kaunta italitengeneza "+path+"."))
	}
	if l.Unused >= muchUnused && l.Unused > l.Size/2 {
		return warning(text.Both(fmt.Sprintf("%d of the %d MB of %s hold nothing.", l.Unused>>20, l.Size>>20, path),
			fmt.Sprintf("MB %d kati ya %d za %s hazina kitu.", l.Unused>>20, l.Size>>20, path)),
			text.Both("To give them back to the disk, switch Kaunta off and run kaunta compact.", "Ili kuzirudisha kwenye diski, zima Kaunta kisha endesha kaunta compact."))
	}
	return ok(text.Both(path+" opens, and can be read and written.", path+" linafunguka, linasomeka na kuandikika."))
}

// muchUnused is worth a compaction, where it is more than half of the file.
const muchUnused = 32 << 20

// leastRoom is below what a shop should notice; the till itself takes no new payment with less than
// 32 MiB.
const leastRoom = 64 << 20

func disk(_ context.Context, x *examiner) Finding {
	folder, err := existing(filepath.Dir(x.Settings.Ledger))
	if err != nil {
		return unchecked(text.Both("The ledger's folder is not there yet.", "Folda ya daftari bado haipo."))
	}
	if version, risky := riskyKernel(x.System, folder); risky {
		return fault(text.Both("Linux "+version+" can damage files on this ext4 disk: its fast_commit has a known fault.", "Linux "+version+" inaweza kuharibu faili kwenye diski hii ya ext4: fast_commit ina hitilafu."),
			text.Both("Update the system (Linux 5.10.94, 5.15.27 or 5.17), or switch it off: tune2fs -O ^fast_commit.", "Sasisha mfumo (Linux 5.10.94, 5.15.27 au 5.17), au izime: tune2fs -O ^fast_commit."))
	}
	free, err := x.Free(folder)
	switch {
	case err != nil:
		return unchecked(text.Both("This system does not tell how much room is left.", "Mfumo huu hausemi nafasi iliyobaki."))
	case free < leastRoom:
		return fault(text.Both(fmt.Sprintf("Only %d MB are free on the ledger's disk.", free>>20), fmt.Sprintf("Zimebaki MB %d tu kwenye diski ya daftari.", free>>20)),
			text.Both("Make room: with less than 32 MB Kaunta takes no new payments.", "Ongeza nafasi: chini ya MB 32 Kaunta haitapokea malipo mapya."))
	}
	return ok(text.Both(fmt.Sprintf("%d MB are free on the ledger's disk.", free>>20), fmt.Sprintf("Zimebaki MB %d kwenye diski ya daftari.", free>>20)))
}

func backup(_ context.Context, x *examiner) Finding {
	folder := x.Settings.Records.BackupFolder
	if folder == "" {
		return warning(text.Both("No backup_folder is set, so no backups are made.", "backup_folder haijawekwa, hivyo nakala hazitengenezwi."),
			text.Both("Set backup_folder to a folder on another disk.", "Weka backup_folder kwenye diski nyingine."))
	}
	if info, err := os.Stat(folder); err != nil || !info.IsDir() || writable(folder) != nil {
		return fault(text.Both("The folder for backups "+folder+" is not there or cannot be written.", "Folda ya nakala "+folder+" haipo au haiandikiki."),
			text.Both("Make it, or plug in its disk, and let Kaunta's user write there.", "Itengeneze, au chomeka diski yake, na umruhusu mtumiaji wa Kaunta kuandika."))
	}
	return ok(text.Both(folder+" can be written.", folder+" inaandikika."))
}

func logFile(_ context.Context, x *examiner) Finding {
	path := x.Settings.Log.File
	info, err := os.Stat(path)
	switch {
	case err == nil && info.Mode().IsRegular():
		var f *os.File
		if f, err = os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0); err == nil {
			err = f.Close()
		}
	case err == nil:
		err = errors.New("no file")
	case errors.Is(err, fs.ErrNotExist):
		err = writable(filepath.Dir(path))
	}
	if err != nil {
		return fault(text.Both("The log file "+path+" cannot be written.", "Faili ya kumbukumbu "+path+" haiandikiki."),
			text.Both("Give it to the user who runs Kaunta, or name another file under [log].", "Mpe mtumiaji wa Kaunta faili hiyo, au taja nyingine chini ya [log]."))
	}
	return ok(text.Both(path+" can be written.", path+" inaandikika."))
}

// mendedGo are the first releases of each minor version of Go whose crypto/x509 has no known fault,
// oldest first. Older ones accept certificates of compromised intermediate authorities, with which
// somebody on the way could pass for Safaricom: CVE-2026-111943, GO-2026-6809, mended in October
// 2026 for these minor versions only. As known on 2026-12-01.
var mendedGo = []string{"go1.26.10", "go1.27.3"}

// leastGo is the release to build with in place of one of the minor version of built, or "" where
// that one has no known fault.
func leastGo(built string) string {
	for _, mended := range mendedGo {
		if version.Compare(version.Lang(built), version.Lang(mended)) > 0 {
			continue
		}
		if version.Compare(built, mended) < 0 {
			return mended
		}
		return ""
	}
	return "" // newer than all of them
}

func program(_ context.Context, x *examiner) Finding {
	built, _, _ := strings.Cut(x.Go, " ") // experiments follow
	if !version.IsValid(built) {
		return unchecked(text.Both("Built with a Go that names no release ("+x.Go+"), so nothing is known of its faults.", "Imejengwa kwa Go isiyotaja toleo ("+x.Go+"), hivyo hitilafu zake hazijulikani."))
	}
	least := leastGo(built)
	if least == "" {
		return ok(text.Both("Built with "+built+".", "Imejengwa kwa "+built+"."))
	}
	find := warning
	if x.Settings.Environment == settings.Production {
		find = fault
	}
	return find(text.Both(fmt.Sprintf("Built with %s, which accepts certificates that may be forged.", built), fmt.Sprintf("Imejengwa kwa %s, inayokubali vyeti vinavyoweza kughushiwa.", built)),
		text.Both("Build it again with "+least+" or newer.", "Ijenge upya kwa "+least+" au mpya zaidi."))
}

func terminal(_ context.Context, x *examiner) Finding {
	t := x.Terminal
	term := x.Getenv("TERM")
	switch {
	case !t.Is:
		return unchecked(text.Both("Not looked at: the output does not go to a terminal.", "Haikuangaliwa: matokeo hayaendi kwenye terminali."))
	case term == "dumb" || term == "" && runtime.GOOS != "windows":
		return fault(text.Both("TERM does not say what this terminal can do.", "TERM haisemi uwezo wa terminali hii."),
			text.Both("Set it, such as TERM=xterm-256color or TERM=linux.", "Iweke, kama TERM=xterm-256color au TERM=linux."))
	case t.Width < 40 || t.Height < 12:
		return fault(text.Both(fmt.Sprintf("The window is %d×%d, and Kaunta needs 40×12.", t.Width, t.Height), fmt.Sprintf("Dirisha ni %d×%d, na Kaunta inahitaji 40×12.", t.Width, t.Height)),
			text.Both("Make the window bigger or its letters smaller; 80×24 is comfortable.", "Kuza dirisha au punguza herufi; 80×24 inafaa."))
	case !text.UTF8(x.Getenv):
		return fault(text.Both("The locale is not UTF-8, so Kaunta draws with plain ASCII signs.", "Locale si UTF-8, hivyo Kaunta inachora kwa alama za ASCII."),
			text.Both("Set LANG=C.UTF-8 in the environment of Kaunta.", "Weka LANG=C.UTF-8 kwenye environment ya Kaunta."))
	}
	colours := "colours"
	rangi := "rangi"
	if x.Getenv("NO_COLOR") != "" {
		colours, rangi = "no colours (NO_COLOR)", "bila rangi (NO_COLOR)"
	}
	return ok(text.Both(fmt.Sprintf("%d×%d, %s, UTF-8, %s.", t.Width, t.Height, term, colours), fmt.Sprintf("%d×%d, %s, UTF-8, %s.", t.Width, t.Height, term, rangi)))
}

// writable says why nothing can be written into folder, or into the nearest folder above it that
// exists.
func writable(folder string) error {
	folder, err := existing(folder)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, ".kaunta-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// existing is folder, or the nearest one above it that exists.
func existing(folder string) (string, error) {
	for {
		info, err := os.Stat(folder)
		switch {
		case err == nil && info.IsDir():
			return folder, nil
		case err == nil:
			return "", fmt.Errorf("%s is not a folder", folder)
		case !errors.Is(err, fs.ErrNotExist) || filepath.Dir(folder) == folder:
			return "", err
		}
		folder = filepath.Dir(folder)
	}
}

// riskyKernel reports whether folder lies on an ext4 disk whose fast_commit is in use under a
// version of Linux that is known to corrupt it: before 5.10.94, 5.15.27 and 5.17.
func riskyKernel(system fs.FS, folder string) (linux string, risky bool) {
	if system == nil || runtime.GOOS != "linux" {
		return "", false
	}
	release, err := fs.ReadFile(system, "proc/sys/kernel/osrelease")
	if err != nil {
		return "", false
	}
	linux = strings.TrimSpace(string(release))
	major, minor, patch := kernel(linux)
	switch {
	case major != 5 || minor < 10 || minor > 16:
		return linux, false
	case minor == 10 && patch >= 94, minor == 15 && patch >= 27:
		return linux, false
	}
	device := ext4Device(system, folder)
	if device == "" {
		return linux, false
	}
	info, err := fs.ReadFile(system, "proc/fs/ext4/"+device+"/fc_info")
	if err != nil {
		return linux, false
	}
	// "fc stats:", then "12 commits" and what became of them.
	for line := range strings.Lines(string(info)) {
		count, what, _ := strings.Cut(strings.TrimSpace(line), " ")
		if n, err := strconv.Atoi(count); err == nil && what == "commits" {
			return linux, n > 0
		}
	}
	return linux, false
}

// kernel reads "5.15.20-generic".
func kernel(version string) (major, minor, patch int) {
	plain, _, _ := strings.Cut(version, "-")
	parts := strings.SplitN(plain, ".", 3)
	number := func(i int) int {
		if i >= len(parts) {
			return 0
		}
		n, _ := strconv.Atoi(parts[i]) // what is no number counts as the oldest
		return n
	}
	return number(0), number(1), number(2)
}

// ext4Device is the device on which folder lies if that is ext4, such as "sda1", else "".
func ext4Device(system fs.FS, folder string) string {
	mounts, err := fs.ReadFile(system, "proc/mounts")
	if err != nil {
		return ""
	}
	device, longest := "", -1
	for scanner := bufio.NewScanner(strings.NewReader(string(mounts))); scanner.Scan(); {
		fields := strings.Fields(scanner.Text())
		if len(fields) < 3 {
			continue
		}
		point := fields[1]
		below := folder == point || strings.HasPrefix(folder, strings.TrimSuffix(point, "/")+"/")
		if !below || len(point) < longest {
			continue
		}
		device, longest = "", len(point)
		if fields[2] == "ext4" {
			device = filepath.Base(fields[0])
		}
	}
	return device
}
