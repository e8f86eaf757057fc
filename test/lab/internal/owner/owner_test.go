package owner

import (
	"context"
	"os/exec"
	"testing"
	"time"
)

func TestContextEndsWithTheProcess(t *testing.T) {
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, err := Context(context.Background(), cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-ctx.Done():
		t.Fatal("it ended before the process")
	case <-time.After(20 * time.Millisecond):
	}
	_ = cmd.Process.Kill()
	select {
	case <-ctx.Done():
	case <-time.After(5 * time.Second):
		t.Error("it did not end with the process")
	}
	_ = cmd.Wait()
	if _, err := Context(context.Background(), cmd.Process.Pid); err == nil {
		t.Error("a process that does not exist was accepted as owner")
	}
}

func TestContextWithoutOwnerIsItsParent(t *testing.T) {
	for _, pid := range []int{0, 1} {
		ctx, err := Context(context.Background(), pid)
		if err != nil || ctx.Done() != nil {
			t.Errorf("owner %d: %v, %v", pid, ctx, err)
		}
	}
}
