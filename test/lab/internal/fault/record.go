package fault

import (
	"io"
	"maps"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// maxRecords bounds the log; the oldest requests are forgotten, the counts are not.
const maxRecords = 200_000

// Request is the record of one request. The Kubernetes fields are empty for other paths.
type Request struct {
	ID          int64     `json:"id"`
	Time        time.Time `json:"time"`
	Method      string    `json:"method"`
	Path        string    `json:"path"`
	Query       string    `json:"query,omitempty"`
	UserAgent   string    `json:"userAgent,omitempty"`
	ContentType string    `json:"contentType,omitempty"`
	Proto       string    `json:"proto"`
	User        string    `json:"user,omitempty"`
	Impersonate string    `json:"impersonate,omitempty"`

	Verb      string `json:"verb,omitempty"`
	Group     string `json:"group,omitempty"`
	Resource  string `json:"resource,omitempty"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name,omitempty"`
	DryRun    bool   `json:"dryRun,omitempty"`

	Status        int     `json:"status"` // 0: none was sent
	BytesReceived int64   `json:"bytesReceived"`
	BytesSent     int64   `json:"bytesSent"`
	DurationMS    float64 `json:"durationMs"`
	Rule          int     `json:"rule,omitempty"` // the rule that hit it
	Action        Action  `json:"action,omitempty"`
	Done          bool    `json:"done"`
}

// Stats sums requests up.
type Stats struct {
	Requests      int64 `json:"requests"`
	BytesReceived int64 `json:"bytesReceived"`
	BytesSent     int64 `json:"bytesSent"`
	// Counts has keys like "list kustomizations" for the Kubernetes API, "GET /path" otherwise.
	Counts map[string]int64 `json:"counts"`
	// Dry counts the dry runs among them, by the same keys.
	Dry map[string]int64 `json:"dryRuns"`
	// Writes is the number of requests that are neither get, list nor watch nor dry runs.
	Writes      int64 `json:"writes"`
	Connections int64 `json:"connections"` // accepted
	Open        int64 `json:"open"`        // of these, still open
}

// Recorder keeps the requests. Thread-safe.
type Recorder struct {
	mu       sync.Mutex
	lastID   int64
	requests []*entry
	stats    Stats
}

// entry is a request and what changes while it is under way.
type entry struct {
	Request
	received atomic.Int64
	sent     atomic.Int64
}

func (rec *Recorder) begin(e *entry) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.lastID++
	e.ID = rec.lastID
	if len(rec.requests) >= maxRecords {
		rec.requests = rec.requests[maxRecords/10:]
	}
	rec.requests = append(rec.requests, e)
	rec.stats.Requests++
	key := e.Verb + " " + e.Resource
	if e.Verb == "" {
		key = e.Method + " " + e.Path
	}
	if rec.stats.Counts == nil {
		rec.stats.Counts, rec.stats.Dry = map[string]int64{}, map[string]int64{}
	}
	rec.stats.Counts[key]++
	switch {
	case e.DryRun:
		rec.stats.Dry[key]++
	case e.Verb != "get" && e.Verb != "list" && e.Verb != "watch" && e.Method != http.MethodGet:
		rec.stats.Writes++
	}
}

func (rec *Recorder) setUser(e *entry, user string) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	e.User = user
}

func (rec *Recorder) end(e *entry, status int) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	e.Status = status
	e.DurationMS = float64(time.Since(e.Time).Microseconds()) / 1000
	e.Done = true
	rec.stats.BytesReceived += e.received.Load()
	rec.stats.BytesSent += e.sent.Load()
}

// Requests returns the records with an id above `after`, oldest first.
func (rec *Recorder) Requests(after int64) []Request {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	out := []Request{}
	for _, e := range rec.requests {
		if e.ID > after {
			r := e.Request
			r.BytesReceived, r.BytesSent = e.received.Load(), e.sent.Load()
			out = append(out, r)
		}
	}
	return out
}

// Stats returns the sums since the last reset; requests under way count with what has passed.
func (rec *Recorder) Stats() Stats {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	stats := rec.stats
	stats.Counts, stats.Dry = maps.Clone(stats.Counts), maps.Clone(stats.Dry)
	for _, e := range rec.requests {
		if !e.Done {
			stats.BytesReceived += e.received.Load()
			stats.BytesSent += e.sent.Load()
		}
	}
	return stats
}

// Reset forgets all requests but those under way.
func (rec *Recorder) Reset() {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	var open []*entry
	for _, e := range rec.requests {
		if !e.Done {
			e.received.Store(0)
			e.sent.Store(0)
			open = append(open, e)
		}
	}
	rec.requests = open
	rec.stats = Stats{}
}

// countedBody counts what is read of a request's body.
type countedBody struct {
	io.ReadCloser
	n *atomic.Int64
}

func (b countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n.Add(int64(n))
	return n, err
}
