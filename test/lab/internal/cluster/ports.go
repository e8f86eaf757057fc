package cluster

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
)

// Ports are taken from below the range from which the kernel gives ports to outgoing
// connections, so that no connection can take one between our choice and the component's listen.
const (
	firstPort   = 20000
	portCount   = 10000
	portTries   = 200
	loopback    = "127.0.0.1"
	portLockFmt = "@sluice-lab-port-%d"
)

// portLock holds a port against other labs: an abstract socket that goes away with the process.
type portLock struct {
	port int
	lock net.Listener
}

// takePort reserves `preferred`, or any other port if that is 0 or taken.
func takePort(preferred int) (*portLock, error) {
	if preferred != 0 {
		if p := tryPort(preferred); p != nil {
			return p, nil
		}
	}
	for range portTries {
		if p := tryPort(firstPort + rand.IntN(portCount)); p != nil {
			return p, nil
		}
	}
	return nil, errors.New("no free port on " + loopback)
}

func tryPort(port int) *portLock {
	lock, err := net.Listen("unix", fmt.Sprintf(portLockFmt, port))
	if err != nil {
		return nil
	}
	probe, err := net.Listen("tcp", fmt.Sprintf("%s:%d", loopback, port))
	if err != nil {
		lock.Close()
		return nil
	}
	probe.Close()
	return &portLock{port: port, lock: lock}
}
