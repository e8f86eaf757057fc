package fault

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// body is what the handler under test answers: ten numbered lines of ten bytes.
var body = func() string {
	var b strings.Builder
	for i := range 10 {
		fmt.Fprintf(&b, "line %04d\n", i)
	}
	return b.String()
}()

// fixture is an engine before a handler that counts its calls.
type fixture struct {
	engine *Engine
	url    string
	client *http.Client
	calls  atomic.Int64
}

func start(t *testing.T, handler http.HandlerFunc) *fixture {
	t.Helper()
	listener, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{engine: New(listener), url: "http://" + listener.Addr().String()}
	if handler == nil {
		handler = func(w http.ResponseWriter, _ *http.Request) {
			f.calls.Add(1)
			for line := range strings.Lines(body) {
				_, _ = io.WriteString(w, line)
			}
		}
	}
	server := &http.Server{Handler: f.engine.Wrap(handler), ConnContext: ConnContext}
	go func() { _ = server.Serve(listener) }()
	f.client = &http.Client{Transport: &http.Transport{}, Timeout: 5 * time.Second}
	t.Cleanup(func() {
		f.client.CloseIdleConnections()
		f.engine.Remove(0)
		server.Close()
	})
	return f
}

func (f *fixture) rule(t *testing.T, text string) Rule {
	t.Helper()
	rule, err := ParseRule([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f.engine.Add(rule)
}

// get returns the status, the body as far as it came, and what went wrong.
func (f *fixture) get(ctx context.Context) (int, string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.url+"/x", nil)
	if err != nil {
		return 0, "", err
	}
	resp, err := f.client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(data), err
}

func TestBodyFaults(t *testing.T) {
	for _, c := range []struct {
		name, rule, want string
		broken           bool
	}{
		{"nothing", `{"action":"delay"}`, body, false},
		{"truncated", `{"action":"truncate","bytes":25}`, body[:25], true},
		{"truncated at once", `{"action":"truncate"}`, "", true},
		{"truncated at its end", `{"action":"truncate","bytes":100}`, body, false},
		{"truncated cleanly", `{"action":"truncate","bytes":25,"clean":true}`, body[:25], false},
		{"cut in the third line", `{"action":"cut-line","lines":2}`, body[:25], true},
		{"cut in the first line", `{"action":"cut-line"}`, body[:5], true},
		{"corrupt", `{"action":"corrupt","bytes":12}`, body[:12] + "N" + body[13:], false},
		{"corrupt behind its end", `{"action":"corrupt","bytes":100}`, body, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := start(t, nil)
			f.rule(t, c.rule)
			_, got, err := f.get(t.Context())
			if got != c.want || (err != nil) != c.broken {
				t.Errorf("got %q, %v; want %q, broken %v", got, err, c.want, c.broken)
			}
		})
	}
}

func TestStatusAnswersInPlaceOfTheHandler(t *testing.T) {
	f := start(t, nil)
	f.rule(t, `{"action":"429","count":1}`)
	resp, err := f.client.Get(f.url + "/x")
	if err != nil {
		t.Fatal(err)
	}
	data, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if resp.StatusCode != 429 || resp.Header.Get("Retry-After") != "1" ||
		!strings.Contains(string(data), `"reason":"TooManyRequests"`) {
		t.Errorf("got %d %v %s", resp.StatusCode, resp.Header, data)
	}
	if f.calls.Load() != 0 {
		t.Error("the handler was called")
	}
	if status, _, _ := f.get(t.Context()); status != 200 {
		t.Errorf("after the last hit: %d", status)
	}
}

func TestRedirectAndOwnBody(t *testing.T) {
	f := start(t, nil)
	f.rule(t, `{"action":"redirect","location":"http://127.0.0.1:1/","body":"gone there","headers":{"X-A":"b"},"status":307}`)
	f.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := f.client.Get(f.url)
	if err != nil {
		t.Fatal(err)
	}
	data, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if resp.StatusCode != 307 || resp.Header.Get("Location") != "http://127.0.0.1:1/" ||
		resp.Header.Get("X-A") != "b" || string(data) != "gone there" {
		t.Errorf("got %d %v %q", resp.StatusCode, resp.Header, data)
	}
}

func TestDropBeforeAndAfterTheHandler(t *testing.T) {
	for _, c := range []struct {
		rule  string
		calls int64
	}{
		{`{"action":"drop"}`, 0},
		{`{"action":"reset"}`, 0},
		{`{"action":"drop","after":true}`, 1},
	} {
		f := start(t, nil)
		f.client.Transport = &http.Transport{DisableKeepAlives: true}
		f.rule(t, c.rule)
		if status, _, err := f.get(t.Context()); err == nil {
			t.Errorf("%s: answered %d", c.rule, status)
		}
		if f.calls.Load() != c.calls {
			t.Errorf("%s: %d calls of the handler, want %d", c.rule, f.calls.Load(), c.calls)
		}
	}
}

func TestHangEndsWithItsRule(t *testing.T) {
	f := start(t, nil)
	rule := f.rule(t, `{"action":"hang"}`)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, _, err := f.get(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while it holds: %v", err)
	}
	f.engine.Remove(rule.ID)
	if status, _, err := f.get(t.Context()); status != 200 {
		t.Errorf("afterwards: %d %v", status, err)
	}
}

func TestDelayHoldsTheAnswerBack(t *testing.T) {
	f := start(t, nil)
	f.rule(t, `{"action":"delay","delayMs":60}`)
	began := time.Now()
	if status, got, err := f.get(t.Context()); status != 200 || got != body {
		t.Errorf("got %d %q %v", status, got, err)
	}
	if took := time.Since(began); took < 60*time.Millisecond {
		t.Errorf("answered after %v", took)
	}
}

func TestStallKeepsTheStreamOpen(t *testing.T) {
	f := start(t, nil)
	f.rule(t, `{"action":"stall","lines":2}`)
	resp, err := f.client.Get(f.url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got := make([]byte, 20)
	if _, err := io.ReadFull(resp.Body, got); err != nil || string(got) != body[:20] {
		t.Fatalf("got %q, %v", got, err)
	}
	more := make(chan int, 1)
	go func() {
		n, _ := resp.Body.Read(make([]byte, 1))
		more <- n
	}()
	select {
	case n := <-more:
		t.Errorf("%d bytes more", n)
	case <-time.After(50 * time.Millisecond):
	}
	f.engine.Remove(0)
	if n := <-more; n != 0 {
		t.Errorf("%d bytes more after the rule", n)
	}
}

func TestWatchGoneEndsAnEndlessHandler(t *testing.T) {
	ended := make(chan struct{})
	f := start(t, func(w http.ResponseWriter, r *http.Request) {
		defer close(ended)
		for {
			if _, err := io.WriteString(w, "{\"type\":\"ADDED\"}\n"); err != nil {
				return
			}
			w.(http.Flusher).Flush()
		}
	})
	f.rule(t, `{"action":"watch-gone","lines":2}`)
	_, got, err := f.get(t.Context())
	lines := strings.Split(strings.TrimSpace(got), "\n")
	if err != nil || len(lines) != 3 || !strings.Contains(lines[2], `"code":410`) {
		t.Errorf("got %q, %v", got, err)
	}
	<-ended
}

func TestRequestsAreRecorded(t *testing.T) {
	f := start(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		SetUser(r.Context(), "somebody")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, "12345")
	})
	req, _ := http.NewRequest(http.MethodPatch, f.url+"/api/v1/namespaces/a/configmaps/b?dryRun=All", strings.NewReader("1234567"))
	req.Header.Set("Content-Type", "application/apply-patch+yaml")
	req.Header.Set("User-Agent", "test")
	req.Header.Set("Impersonate-User", "other")
	resp, err := f.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.ReadAll(resp.Body)
	resp.Body.Close()
	// The record is complete when the handler has returned, which may be after the answer.
	for deadline := time.Now().Add(5 * time.Second); !f.engine.Requests(0)[0].Done && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	got := f.engine.Requests(0)[0]
	if got.Verb != "apply" || got.Resource != "configmaps" || !got.DryRun || got.UserAgent != "test" ||
		got.User != "somebody" || got.Impersonate != "other" || got.Status != 201 ||
		got.BytesReceived != 7 || got.BytesSent != 5 {
		t.Errorf("got %+v", got)
	}
	stats := f.engine.Stats()
	if stats.Requests != 1 || stats.Counts["apply configmaps"] != 1 || stats.Dry["apply configmaps"] != 1 ||
		stats.Writes != 0 || stats.BytesSent != 5 || stats.BytesReceived != 7 {
		t.Errorf("got %+v", stats)
	}
	if len(f.engine.Requests(got.ID)) != 0 {
		t.Error("an old request is newer than itself")
	}
	f.engine.Reset()
	if f.engine.Stats().Requests != 0 || len(f.engine.Requests(0)) != 0 {
		t.Error("something is left after the reset")
	}
}

func TestBlackHoleSilencesOldAndNewConnections(t *testing.T) {
	f := start(t, nil)
	if _, _, err := f.get(t.Context()); err != nil {
		t.Fatal(err)
	}
	rule := f.rule(t, `{"action":"black-hole"}`)
	held := make(chan error, 1)
	go func() {
		_, got, err := f.get(context.Background())
		if err == nil && got != body {
			err = fmt.Errorf("got %q", got)
		}
		held <- err
	}()
	fresh, err := net.Dial("tcp", strings.TrimPrefix(f.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer fresh.Close()
	fmt.Fprintf(fresh, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
	_ = fresh.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if _, err := fresh.Read(make([]byte, 1)); !errors.Is(err, context.DeadlineExceeded) && !isTimeout(err) {
		t.Errorf("a new connection: %v", err)
	}
	select {
	case err := <-held:
		t.Errorf("an old connection: %v", err)
	default:
	}
	f.engine.Remove(rule.ID)
	if err := <-held; err != nil {
		t.Errorf("after the rule: %v", err)
	}
	_ = fresh.SetReadDeadline(time.Now().Add(5 * time.Second))
	resp, err := http.ReadResponse(bufio.NewReader(fresh), nil)
	if err != nil || resp.StatusCode != 200 {
		t.Errorf("the new connection after the rule: %v", err)
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

func TestSilenceSparesNewConnections(t *testing.T) {
	f := start(t, nil)
	if _, _, err := f.get(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.rule(t, `{"action":"silence"}`)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, _, err := f.get(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the old connection: %v", err)
	}
	f.client.CloseIdleConnections()
	if _, got, err := f.get(t.Context()); got != body {
		t.Errorf("a new connection: %q %v", got, err)
	}
}

func TestRefuseClosesThePortUntilItIsDeleted(t *testing.T) {
	f := start(t, nil)
	f.client.Transport = &http.Transport{DisableKeepAlives: true}
	rule := f.rule(t, `{"action":"refuse"}`)
	if _, _, err := f.get(t.Context()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("while it holds: %v", err)
	}
	f.engine.Remove(rule.ID)
	if _, got, err := f.get(t.Context()); got != body {
		t.Errorf("afterwards: %q %v", got, err)
	}
}

func TestCloseEndsConnectionsOnce(t *testing.T) {
	f := start(t, nil)
	conn, err := net.Dial("tcp", strings.TrimPrefix(f.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); {
		if _, open := f.engine.gate.Counts(); open == 1 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	f.rule(t, `{"action":"close"}`)
	_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the old connection: %v", err)
	}
	if _, got, err := f.get(t.Context()); got != body {
		t.Errorf("a new connection: %q %v", got, err)
	}
}

func TestAdminAPI(t *testing.T) {
	engine := New(nil)
	mux := http.NewServeMux()
	engine.Register(mux, "/_")
	call := func(method, path, body string) (int, string) {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
		return w.Code, strings.TrimSpace(w.Body.String())
	}
	for _, c := range []struct {
		method, path, body string
		status             int
		contains           string
	}{
		{"POST", "/_/rules", `{"action":"drop"}`, 200, `"id":1`},
		{"POST", "/_/rules", `{"action":"500"}`, 200, `"id":2`},
		{"POST", "/_/rules", `{"action":"nothing"}`, 400, "unknown action"},
		{"POST", "/_/rules", `{"action":"refuse"}`, 400, "no control"},
		{"DELETE", "/_/rules/x", "", 400, "bad id"},
		{"DELETE", "/_/rules/1", "", 204, ""},
		{"GET", "/_/rules", "", 200, `[{"id":2,`},
		{"DELETE", "/_/rules", "", 204, ""},
		{"GET", "/_/rules", "", 200, `[]`},
		{"GET", "/_/requests?after=0", "", 200, `[]`},
		{"GET", "/_/stats", "", 200, `"requests":0`},
		{"DELETE", "/_/requests", "", 204, ""},
	} {
		status, got := call(c.method, c.path, c.body)
		if status != c.status || !strings.Contains(got, c.contains) {
			t.Errorf("%s %s %s: %d %s", c.method, c.path, c.body, status, got)
		}
	}
}
