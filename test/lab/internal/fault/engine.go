package fault

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Engine applies rules to requests and records them. Thread-safe.
type Engine struct {
	Recorder
	mu     sync.Mutex
	rules  []*Rule
	lastID int
	gate   *Listener // nil: rules about connections are refused
}

// New returns an engine without rules. The listener, which may be nil, is where rules about
// connections act.
func New(listener *Listener) *Engine {
	return &Engine{gate: listener}
}

// Add puts a rule behind those that exist; the first that hits a request decides. It returns a
// copy of the rule with its id.
func (e *Engine) Add(rule *Rule) Rule {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lastID++
	rule.ID = e.lastID
	e.rules = append(e.rules, rule)
	if e.gate != nil && rule.onConnections() {
		e.gate.apply(rule)
	}
	return *rule
}

// Remove deletes the rule with that id, or with 0 all rules. What they hold up goes on.
func (e *Engine) Remove(id int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.rules = slices.DeleteFunc(e.rules, func(r *Rule) bool {
		if id != 0 && r.ID != id {
			return false
		}
		close(r.gone)
		if e.gate != nil && r.onConnections() {
			e.gate.lift(r)
		}
		return true
	})
}

// Rules returns a copy of the rules with their counts.
func (e *Engine) Rules() []Rule {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := []Rule{}
	for _, r := range e.rules {
		out = append(out, *r)
	}
	return out
}

// choose returns the rule that hits the request, or nil.
func (e *Engine) choose(r *Request) *Rule {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, rule := range e.rules {
		if !rule.onConnections() && rule.hit(r) {
			return rule
		}
	}
	return nil
}

// userKey is the context key under which a handler reports who asked.
type userKey struct{}

// SetUser lets the wrapped handler record who a request is from.
func SetUser(ctx context.Context, user string) {
	if set, ok := ctx.Value(userKey{}).(func(string)); ok {
		set(user)
	}
}

// Wrap returns a handler that records requests, spoils those that a rule hits, and passes the
// others to next.
func (e *Engine) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		record := &entry{Request: Request{
			Time: time.Now(), Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Proto: r.Proto,
			UserAgent: r.UserAgent(), ContentType: r.Header.Get("Content-Type"),
			Impersonate: r.Header.Get("Impersonate-User"),
		}}
		describe(&record.Request, r.URL.Query(), record.ContentType)
		rule := e.choose(&record.Request)
		if rule != nil {
			record.Rule, record.Action = rule.ID, rule.Action
		}
		e.begin(record)
		r.Body = countedBody{r.Body, &record.received}
		r = r.WithContext(context.WithValue(r.Context(), userKey{}, func(user string) {
			e.setUser(record, user)
		}))
		w := &writer{ResponseWriter: out, entry: record, rule: rule, done: make(chan struct{})}
		stop := context.AfterFunc(r.Context(), func() { close(w.done) })
		defer stop()
		defer func() { e.end(record, w.status) }()
		serve(w, r, rule, next)
	})
}

// serve carries out the part of a rule that comes before the answer.
func serve(w *writer, r *http.Request, rule *Rule, next http.Handler) {
	defer func() {
		if reason := recover(); reason != nil {
			if _, complete := reason.(endOfBody); !complete {
				panic(reason)
			}
		}
	}()
	if rule == nil {
		next.ServeHTTP(w, r)
		return
	}
	if rule.DelayMS > 0 && !pause(r.Context(), rule, time.Duration(rule.DelayMS)*time.Millisecond) {
		panic(http.ErrAbortHandler)
	}
	switch rule.Action {
	case Drop, Reset:
		if rule.After {
			next.ServeHTTP(discard{header: http.Header{}}, r)
		}
		dropConnection(r.Context(), rule.Action == Reset)
		panic(http.ErrAbortHandler)
	case Hang:
		select {
		case <-rule.gone:
		case <-r.Context().Done():
		}
		panic(http.ErrAbortHandler)
	case Status:
		answer(w, rule)
	case WatchGone:
		if rule.Lines == 0 {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusOK)
			w.gone()
		}
		next.ServeHTTP(w, r)
	default:
		next.ServeHTTP(w, r)
	}
}

// pause waits that long, or shorter if the rule is deleted; false says that the client gave up.
func pause(ctx context.Context, rule *Rule, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-rule.gone:
		return true
	case <-ctx.Done():
		return false
	}
}

// answer sends what an action Status asks for.
func answer(w http.ResponseWriter, rule *Rule) {
	header := w.Header()
	body := []byte(rule.Body)
	header.Set("Content-Type", "text/plain; charset=utf-8")
	if rule.Body == "" {
		header.Set("Content-Type", "application/json")
		body = kubeStatus(rule)
	}
	for name, value := range rule.Headers {
		header.Set(name, value)
	}
	if rule.RetryAfter != "" {
		header.Set("Retry-After", rule.RetryAfter)
	}
	if rule.Location != "" {
		header.Set("Location", rule.Location)
	}
	if rule.Status == http.StatusUnauthorized && header.Get("WWW-Authenticate") == "" {
		header.Set("WWW-Authenticate", `Basic realm="lab"`)
	}
	w.WriteHeader(rule.Status)
	_, _ = w.Write(body)
}

// kubeStatus is the body with which an API server explains a failure.
func kubeStatus(rule *Rule) []byte {
	message := rule.Message
	if message == "" {
		message = "injected: " + http.StatusText(rule.Status)
	}
	body, err := json.Marshal(map[string]any{
		"kind": "Status", "apiVersion": "v1", "metadata": map[string]any{},
		"status": "Failure", "message": message, "reason": rule.Reason, "code": rule.Status,
	})
	if err != nil {
		panic(err)
	}
	return body
}

// discard takes an answer that nobody gets.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

// connKey is the context key of a request's connection.
type connKey struct{}

// ConnContext is for http.Server.ConnContext; without it, connections cannot be dropped.
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// DropConnection closes the connection that the request of ctx came on.
func DropConnection(ctx context.Context) { dropConnection(ctx, false) }

func dropConnection(ctx context.Context, reset bool) {
	conn, ok := ctx.Value(connKey{}).(net.Conn)
	if !ok {
		return
	}
	// Below TLS, as its Close would first say goodbye.
	if layered, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = layered.NetConn()
	}
	if c, ok := conn.(*Conn); ok {
		c.drop(reset)
	}
}
