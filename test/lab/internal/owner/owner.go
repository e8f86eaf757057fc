// Package owner ties the life of one process to that of another.
//
// The lab's long-running programs are started by tests and demos that may be killed at any
// moment. PR_SET_PDEATHSIG would not do for them: it follows the thread that forked, and a
// program that is started through a shell has the wrong parent. A pidfd follows the process, and
// cannot be fooled by a process id that is used again.
package owner

import (
	"context"
	"fmt"

	"golang.org/x/sys/unix"
)

// Context returns a context that ends when process pid ends, or with parent. With pid 0 or 1
// there is no owner and the context is parent.
func Context(parent context.Context, pid int) (context.Context, error) {
	if pid <= 1 {
		return parent, nil
	}
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return nil, fmt.Errorf("owner process %d: %w", pid, err)
	}
	ctx, cancel := context.WithCancel(parent)
	go func() {
		defer cancel()
		wait(fd)
	}()
	return ctx, nil
}

// wait returns when the process that fd refers to has ended.
func wait(fd int) {
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	for {
		n, err := unix.Poll(fds, -1)
		if n > 0 || (err != nil && err != unix.EINTR) {
			return
		}
	}
}
