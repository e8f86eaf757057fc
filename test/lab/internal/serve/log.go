package serve

import (
	"bytes"
	"log"
	"os"
)

// filter drops what net/http logs about clients that hang up: faults cause that all the time.
type filter struct{}

func (filter) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("TLS handshake error")) || bytes.Contains(p, []byte("context canceled")) {
		return len(p), nil
	}
	return os.Stderr.Write(p)
}

func quiet() *log.Logger { return log.New(filter{}, "", log.LstdFlags) }
