package cluster

import (
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// spawnRequest asks the spawner to start a command.
type spawnRequest struct {
	cmd  *exec.Cmd
	done chan error
}

// spawner starts every child from one thread that lives as long as the process: PR_SET_PDEATHSIG
// fires when the thread that forked ends, and Go ends threads as it likes.
type spawner chan spawnRequest

// Start starts cmd so that it is killed when this process ends.
func (s spawner) Start(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	req := spawnRequest{cmd: cmd, done: make(chan error, 1)}
	s <- req
	return <-req.done
}

// serve is the body of the spawner's thread, which the caller has locked. It never returns.
func (s spawner) serve() {
	for req := range s {
		req.done <- req.cmd.Start()
	}
}

// child is a component's process, restarted when it ends unasked. Thread-safe.
type child struct {
	component
	program string
	logPath string
	spawn   spawner

	mu       sync.Mutex
	cmd      *exec.Cmd
	exited   chan struct{}
	stopping bool
	restarts int
}

// restartDelay keeps a component that cannot start from using up a processor.
const restartDelay = 500 * time.Millisecond

func (c *child) start() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.startLocked()
}

func (c *child) startLocked() error {
	log, err := os.OpenFile(c.logPath, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(c.program, append([]string{c.name}, c.args...)...)
	cmd.Env = append(os.Environ(), c.env...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := c.spawn.Start(cmd); err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	exited := make(chan struct{})
	c.cmd, c.exited, c.stopping = cmd, exited, false
	go c.wait(cmd, exited)
	return nil
}

// wait reaps the process and starts another unless it was stopped.
func (c *child) wait(cmd *exec.Cmd, exited chan struct{}) {
	_ = cmd.Wait()
	close(exited)
	c.mu.Lock()
	stopped := c.stopping
	c.mu.Unlock()
	if stopped {
		return
	}
	time.Sleep(restartDelay)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopping || c.cmd != cmd {
		return
	}
	c.restarts++
	if err := c.startLocked(); err != nil {
		fmt.Fprintln(os.Stderr, "sluice-lab: restart:", err)
	}
}

// stop sends sig, and SIGKILL after grace, and returns when the process is gone.
func (c *child) stop(sig syscall.Signal, grace time.Duration) {
	c.mu.Lock()
	cmd, exited := c.cmd, c.exited
	c.stopping = true
	c.mu.Unlock()
	if cmd == nil {
		return
	}
	_ = cmd.Process.Signal(sig)
	select {
	case <-exited:
	case <-time.After(grace):
		_ = cmd.Process.Kill()
		<-exited
	}
}

// state returns the process id, whether it runs, and how often it was restarted unasked.
func (c *child) state() (pid int, running bool, restarts int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cmd == nil {
		return 0, false, c.restarts
	}
	select {
	case <-c.exited:
		return c.cmd.Process.Pid, false, c.restarts
	default:
		return c.cmd.Process.Pid, true, c.restarts
	}
}
