package powercut

import (
	"os"
	"path/filepath"
)

// Write puts the files of a cut under a folder, each with mode 0600 and the folders above it.
func Write(folder string, files map[string][]byte) error {
	for _, name := range sortedKeys(files) {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, files[name], 0o600); err != nil {
			return err
		}
	}
	return nil
}
