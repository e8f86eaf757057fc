// Package gitserver is a smart HTTP Git server around `git http-backend`.
//
// Repositories are the bare ones below a folder; whoever may read may push. Protocol v2 works.
// Settings of a repository, such as uploadpack.allowAnySHA1InWant, are those of its own config.
package gitserver

import (
	"bufio"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"sluice.dev/lab/internal/fault"
)

// Config is what a server serves, and to whom.
type Config struct {
	Root     string // folder of the repositories
	User     string // with Password: basic authentication
	Password string
	Bearer   string // a token that does as well; with neither, everybody may do everything
}

// Handler returns the server's handler. It needs git in PATH.
func Handler(config Config) (http.Handler, error) {
	root, err := filepath.Abs(config.Root)
	if err != nil {
		return nil, err
	}
	if st, err := os.Stat(root); err != nil || !st.IsDir() {
		return nil, fmt.Errorf("%s is not a folder", root)
	}
	git, err := exec.LookPath("git")
	if err != nil {
		return nil, err
	}
	config.Root = root
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, ok := config.authenticate(r)
		if !ok {
			w.Header().Set("WWW-Authenticate", `Basic realm="lab"`)
			http.Error(w, "authentication required", http.StatusUnauthorized)
			return
		}
		fault.SetUser(r.Context(), user)
		if err := run(git, config.environment(r, user), w, r); err != nil {
			fmt.Fprintln(os.Stderr, "sluice-lab git:", r.Method, r.URL.Path, err)
			panic(http.ErrAbortHandler)
		}
	}), nil
}

// authenticate returns the name of who asks; false if they may not.
func (c Config) authenticate(r *http.Request) (string, bool) {
	if c.User == "" && c.Bearer == "" {
		if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
			return r.TLS.PeerCertificates[0].Subject.CommonName, true
		}
		return "anonymous", true
	}
	if user, password, ok := r.BasicAuth(); ok && c.User != "" {
		return user, same(user, c.User) && same(password, c.Password)
	}
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return "bearer", ok && c.Bearer != "" && same(token, c.Bearer)
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// environment is the CGI environment of git-http-backend(1). REMOTE_USER permits pushes.
func (c Config) environment(r *http.Request, user string) []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=/nonexistent",
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_COUNT=2",
		"GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*",
		"GIT_CONFIG_KEY_1=uploadpack.allowFilter", "GIT_CONFIG_VALUE_1=true",
		"GIT_PROJECT_ROOT=" + c.Root,
		"GIT_HTTP_EXPORT_ALL=1",
		"GATEWAY_INTERFACE=CGI/1.1",
		"SERVER_PROTOCOL=" + r.Proto,
		"REQUEST_METHOD=" + r.Method,
		"PATH_INFO=" + r.URL.Path,
		"QUERY_STRING=" + r.URL.RawQuery,
		"REMOTE_USER=" + user,
		"CONTENT_TYPE=" + r.Header.Get("Content-Type"),
	}
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		env = append(env, "REMOTE_ADDR="+host)
	}
	// A chunked body has no length: the backend then reads to the end of its input.
	if r.ContentLength > 0 {
		env = append(env, "CONTENT_LENGTH="+strconv.FormatInt(r.ContentLength, 10))
	}
	for _, pass := range []struct{ header, variable string }{
		{"Content-Encoding", "HTTP_CONTENT_ENCODING"},
		{"Accept-Encoding", "HTTP_ACCEPT_ENCODING"},
		{"Git-Protocol", "GIT_PROTOCOL"},
	} {
		if value := r.Header.Get(pass.header); value != "" {
			env = append(env, pass.variable+"="+value)
		}
	}
	return env
}

// run lets the backend answer one request. An error means that the answer is incomplete.
func run(git string, env []string, w http.ResponseWriter, r *http.Request) error {
	cmd := exec.CommandContext(r.Context(), git, "http-backend")
	cmd.Env = env
	cmd.Stdin = r.Body
	cmd.Stderr = os.Stderr
	// The backend may leave a part of the request unread; Wait must not wait for the rest of it.
	cmd.WaitDelay = 100 * time.Millisecond
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	copyErr := respond(w, bufio.NewReader(out))
	if copyErr != nil {
		_ = cmd.Cancel()
	}
	waitErr := cmd.Wait()
	if errors.Is(waitErr, exec.ErrWaitDelay) {
		waitErr = nil
	}
	return errors.Join(copyErr, waitErr)
}

// respond turns a CGI answer into an HTTP answer, as it comes.
func respond(w http.ResponseWriter, out *bufio.Reader) error {
	header, err := textproto.NewReader(out).ReadMIMEHeader()
	if err != nil {
		return fmt.Errorf("the backend's header: %w", err)
	}
	status := http.StatusOK
	if line := header.Get("Status"); line != "" {
		code, _, _ := strings.Cut(line, " ")
		if status, err = strconv.Atoi(code); err != nil {
			return fmt.Errorf("the backend's status %q", line)
		}
		header.Del("Status")
	}
	for name, values := range header {
		w.Header()[name] = values
	}
	w.WriteHeader(status)
	controller := http.NewResponseController(w)
	buffer := make([]byte, 32<<10)
	for {
		n, err := out.Read(buffer)
		if n > 0 {
			if _, err := w.Write(buffer[:n]); err != nil {
				return err
			}
			_ = controller.Flush()
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
