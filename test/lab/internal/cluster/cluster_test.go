package cluster

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"sluice.dev/lab/internal/pki"
)

func TestPortsAreHeldAgainstOtherLabs(t *testing.T) {
	first, err := takePort(0)
	if err != nil {
		t.Fatal(err)
	}
	second, err := takePort(first.port)
	if err != nil {
		t.Fatal(err)
	}
	if second.port == first.port {
		t.Errorf("port %d was given twice", first.port)
	}
	first.lock.Close()
	again, err := takePort(first.port)
	if err != nil || again.port != first.port {
		t.Errorf("got %v (%v), want the preferred port %d, which is free again", again, err, first.port)
	}
}

func TestLayoutIsKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lab")
	first, err := newLayout(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range first.locks {
		p.lock.Close()
	}
	second, err := newLayout(dir)
	if err != nil {
		t.Fatal(err)
	}
	if first.ports != second.ports {
		t.Errorf("ports %v, then %v", first.ports, second.ports)
	}
	config, err := os.ReadFile(filepath.Join(dir, kubeconfigFile))
	if err != nil || !strings.Contains(string(config), second.url()) {
		t.Errorf("the kubeconfig (%v) does not name %s", err, second.url())
	}
	for _, secret := range []string{kubeconfigFile, "pki/ca.key", "pki/service-account.key", "config/kwok.kubeconfig"} {
		if st, err := os.Stat(filepath.Join(dir, secret)); err != nil || st.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v (%v), want 0600", secret, st.Mode(), err)
		}
	}
}

func TestKubeconfigQuotesTheUser(t *testing.T) {
	got := string(Kubeconfig("https://127.0.0.1:1", []byte("ca"), pki.Pair{CertPEM: []byte("c"), KeyPEM: []byte("k")}, `system:a"b`))
	if !strings.Contains(got, `- name: "system:a\"b"`) || !strings.Contains(got, "client-key-data: aw==") {
		t.Errorf("got\n%s", got)
	}
}

func TestStatusOfNoLab(t *testing.T) {
	if _, err := Status(t.TempDir()); err == nil {
		t.Error("a lab runs in an empty folder")
	}
	if _, err := Status("/nonexistent"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want that the folder does not exist", err)
	}
}

// childOf makes a child whose program is a shell script that gets the component's name as $1.
func childOf(t *testing.T, script string) *child {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "program")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	spawn := make(spawner)
	go func() {
		runtime.LockOSThread()
		spawn.serve()
	}()
	c := &child{component: component{name: "sleeper"}, program: program, logPath: filepath.Join(dir, "log"), spawn: spawn}
	t.Cleanup(func() {
		c.stop(syscall.SIGKILL, time.Second)
		close(spawn)
	})
	return c
}

func TestChildStopsAndStaysStopped(t *testing.T) {
	c := childOf(t, "echo started $1; exec sleep 60\n")
	if err := c.start(); err != nil {
		t.Fatal(err)
	}
	if _, running, _ := c.state(); !running {
		t.Fatal("it does not run")
	}
	c.stop(syscall.SIGTERM, 5*time.Second)
	if _, running, restarts := c.state(); running || restarts != 0 {
		t.Errorf("running %v, restarts %d", running, restarts)
	}
}

func TestChildIsKilledAfterItsGrace(t *testing.T) {
	c := childOf(t, "trap '' TERM; echo ready; while :; do sleep 0.01; done\n")
	if err := c.start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(5 * time.Second); !strings.Contains(tail(c.logPath), "ready") && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	c.stop(syscall.SIGTERM, 30*time.Millisecond)
	if _, running, _ := c.state(); running {
		t.Error("it still runs")
	}
}

func TestChildThatDiesIsStartedAgain(t *testing.T) {
	c := childOf(t, "exit 1\n")
	if err := c.start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); {
		if _, _, restarts := c.state(); restarts > 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("it was not started again")
}
