package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"sluice.dev/lab/internal/cluster"
)

// dirFlag parses args with a required --dir and returns it as an absolute path.
func dirFlag(name string, args []string) (string, error) {
	flags := flagSet(name)
	dir := flags.String("dir", "", "the lab's folder")
	_ = flags.Parse(args)
	return absolute(*dir)
}

func absolute(dir string) (string, error) {
	if dir == "" {
		return "", errors.New("--dir is missing")
	}
	return filepath.Abs(dir)
}

func up(ctx context.Context, args []string) error {
	flags := flagSet("up")
	dir := flags.String("dir", "", "the lab's folder; made if missing, continued if it exists")
	nodes := flags.Int("nodes", 1, "number of nodes")
	foreground := flags.Bool("foreground", false, "stay, and stop the lab at SIGINT or SIGTERM")
	owner := flags.Int("owner-pid", os.Getppid(), "the process with which the lab ends; 0: none")
	_ = flags.Parse(args)
	path, err := absolute(*dir)
	if err != nil {
		return err
	}
	program, err := cluster.Program()
	if err != nil {
		return err
	}
	opts := cluster.Options{Dir: path, Nodes: *nodes, Owner: *owner, Program: program}
	if !*foreground {
		return detach(opts)
	}
	return cluster.Supervise(ctx, opts, func(info cluster.Info) {
		_ = printLine(info)
		// Whoever read the line may have closed the pipe, and the terminal may be gone.
		os.Stdout.Close()
	})
}

// detach starts a supervisor in a session of its own and passes on its first line.
func detach(opts cluster.Options) error {
	if err := os.MkdirAll(opts.Dir, 0o700); err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(opts.Dir, "supervisor.log"), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(self, "up", "--foreground", "--dir", opts.Dir,
		"--nodes", strconv.Itoa(opts.Nodes), "--owner-pid", strconv.Itoa(opts.Owner))
	cmd.Stderr = log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err == nil {
		_, err = io.WriteString(os.Stdout, line)
		return err
	}
	_ = cmd.Wait()
	reason, _ := os.ReadFile(log.Name())
	return fmt.Errorf("the lab did not start: %s", reason)
}

func down(_ context.Context, args []string) error {
	dir, err := dirFlag("down", args)
	if err != nil {
		return err
	}
	return cluster.Down(dir)
}

func status(_ context.Context, args []string) error {
	dir, err := dirFlag("status", args)
	if err != nil {
		return err
	}
	info, err := cluster.Status(dir)
	if err != nil {
		_ = printLine(map[string]any{"dir": dir, "running": false})
		return err
	}
	return printLine(info)
}

func restartAPIServer(ctx context.Context, args []string) error {
	return restart(ctx, append([]string{"--component", "kube-apiserver"}, args...))
}

func restart(_ context.Context, args []string) error {
	flags := flagSet("restart")
	dir := flags.String("dir", "", "the lab's folder")
	component := flags.String("component", "", "which component")
	kill := flags.Bool("kill", false, "end it with SIGKILL rather than SIGTERM")
	downFor := flags.Duration("down-for", 0*time.Second, "how long it stays down")
	_ = flags.Parse(args)
	path, err := absolute(*dir)
	if err != nil {
		return err
	}
	info, err := cluster.Restart(path, cluster.RestartRequest{
		Component: *component, Kill: *kill, DownMS: downFor.Milliseconds(),
	})
	if err != nil {
		return err
	}
	return printLine(info)
}
