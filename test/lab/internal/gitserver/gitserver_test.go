package gitserver

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// git runs git without the user's settings and returns what it prints.
func git(t *testing.T, args ...string) (string, error) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@example.org", "GIT_COMMITTER_NAME=t", "GIT_COMMITTER_EMAIL=t@example.org")
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

func mustGit(t *testing.T, args ...string) string {
	t.Helper()
	out, err := git(t, args...)
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return out
}

// serve starts a server over a folder with an empty repository a.git.
func serve(t *testing.T, config Config) (*httptest.Server, *atomic.Int64) {
	t.Helper()
	config.Root = t.TempDir()
	mustGit(t, "init", "-q", "--bare", "-b", "main", filepath.Join(config.Root, "a.git"))
	handler, err := Handler(config)
	if err != nil {
		t.Fatal(err)
	}
	var v2 atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Git-Protocol") == "version=2" {
			v2.Add(1)
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server, &v2
}

// commit makes a work tree with one file of that size and returns its path.
func commit(t *testing.T, size int) string {
	t.Helper()
	work := t.TempDir()
	mustGit(t, "init", "-q", "-b", "main", work)
	content := make([]byte, size)
	for i := range content {
		content[i] = byte(i * i >> 3)
	}
	if err := os.WriteFile(filepath.Join(work, "file"), content, 0o600); err != nil {
		t.Fatal(err)
	}
	mustGit(t, "-C", work, "add", "-A")
	mustGit(t, "-C", work, "commit", "-q", "-m", "one")
	return work
}

func TestPushAndClone(t *testing.T) {
	server, v2 := serve(t, Config{})
	work := commit(t, 100)
	mustGit(t, "-C", work, "push", "-q", server.URL+"/a.git", "main")
	clone := filepath.Join(t.TempDir(), "clone")
	mustGit(t, "-c", "protocol.version=2", "clone", "-q", "--depth", "1", server.URL+"/a.git", clone)
	if got, want := mustGit(t, "-C", clone, "rev-parse", "HEAD"), mustGit(t, "-C", work, "rev-parse", "HEAD"); got != want {
		t.Errorf("cloned %s, want %s", got, want)
	}
	if v2.Load() == 0 {
		t.Error("the clone did not speak protocol v2")
	}
}

func TestChunkedPush(t *testing.T) {
	server, _ := serve(t, Config{})
	work := commit(t, 300_000)
	// Above this size git sends the pack in chunks, without a length.
	mustGit(t, "-C", work, "-c", "http.postBuffer=65536", "-c", "core.compression=0", "push", "-q", server.URL+"/a.git", "main")
	if refs := mustGit(t, "ls-remote", server.URL+"/a.git"); !strings.Contains(refs, "refs/heads/main") {
		t.Errorf("refs %q", refs)
	}
}

func TestAuthentication(t *testing.T) {
	server, _ := serve(t, Config{User: "user", Password: "pass", Bearer: "token"})
	address := strings.TrimPrefix(server.URL, "http://") + "/a.git"
	for _, c := range []struct {
		name string
		args []string
		want bool
	}{
		{"nothing", []string{"ls-remote", "http://" + address}, false},
		{"right password", []string{"ls-remote", "http://user:pass@" + address}, true},
		{"wrong password", []string{"ls-remote", "http://user:word@" + address}, false},
		{"wrong user", []string{"ls-remote", "http://root:pass@" + address}, false},
		{"right token", []string{"-c", "http.extraHeader=Authorization: Bearer token", "ls-remote", "http://" + address}, true},
		{"wrong token", []string{"-c", "http.extraHeader=Authorization: Bearer other", "ls-remote", "http://" + address}, false},
	} {
		if out, err := git(t, c.args...); (err == nil) != c.want {
			t.Errorf("%s: %v %s", c.name, err, out)
		}
	}
}

func TestUnknownRepository(t *testing.T) {
	server, _ := serve(t, Config{})
	resp, err := http.Get(server.URL + "/b.git/info/refs?service=git-upload-pack")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusNotFound {
		t.Errorf("status %d, want 404", resp.StatusCode)
	}
}

func TestHandlerNeedsAFolder(t *testing.T) {
	if _, err := Handler(Config{Root: "/nonexistent"}); err == nil {
		t.Error("a folder that does not exist was accepted")
	}
}
