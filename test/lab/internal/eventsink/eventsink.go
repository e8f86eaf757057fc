// Package eventsink records HTTP requests, such as the events that controllers post and the
// messages that notification providers send, and answers them all with success.
package eventsink

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Limits of what is kept.
const (
	maxBody    = 8 << 20
	maxEntries = 100_000
)

// Entry is one recorded request.
type Entry struct {
	ID     int         `json:"id"`
	Time   time.Time   `json:"time"`
	Method string      `json:"method"`
	Path   string      `json:"path"`
	Query  string      `json:"query,omitempty"`
	Header http.Header `json:"header"`
	// JSON is the body if it is JSON, Body its text in any case.
	JSON json.RawMessage `json:"json,omitempty"`
	Body string          `json:"body"`
}

// Sink records requests. Thread-safe.
type Sink struct {
	// Answer is the body of every answer.
	Answer string

	mu      sync.Mutex
	lastID  int
	entries []Entry
	changed chan struct{} // closed and replaced at each entry
}

// New returns an empty sink.
func New(answer string) *Sink {
	return &Sink{Answer: answer, changed: make(chan struct{})}
}

// ServeHTTP records a request.
func (s *Sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	entry := Entry{
		Time: time.Now(), Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery,
		Header: r.Header, Body: string(body),
	}
	if json.Valid(body) {
		entry.JSON = body
	}
	s.add(entry)
	if json.Valid([]byte(s.Answer)) {
		w.Header().Set("Content-Type", "application/json")
	}
	_, _ = io.WriteString(w, s.Answer)
}

func (s *Sink) add(entry Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastID++
	entry.ID = s.lastID
	if len(s.entries) >= maxEntries {
		s.entries = s.entries[maxEntries/10:]
	}
	s.entries = append(s.entries, entry)
	close(s.changed)
	s.changed = make(chan struct{})
}

// entriesAfter returns the entries with an id above `after`, and what is closed at the next one.
func (s *Sink) entriesAfter(after int) ([]Entry, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []Entry{}
	for _, e := range s.entries {
		if e.ID > after {
			out = append(out, e)
		}
	}
	return out, s.changed
}

// Register adds the sink's own endpoints:
//
//	GET    /_recorded   all entries; ?after=ID only newer ones; ?min=N&timeoutMs=T waits for N
//	DELETE /_recorded   forget all entries
func (s *Sink) Register(mux *http.ServeMux) {
	mux.HandleFunc("GET /_recorded", s.recorded)
	mux.HandleFunc("DELETE /_recorded", func(w http.ResponseWriter, _ *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.entries = nil
		w.WriteHeader(http.StatusNoContent)
	})
}

func (s *Sink) recorded(w http.ResponseWriter, r *http.Request) {
	number := func(name string) int {
		n, _ := strconv.Atoi(r.URL.Query().Get(name))
		return n
	}
	after, least := number("after"), number("min")
	timeout := time.After(time.Duration(number("timeoutMs")) * time.Millisecond)
	entries, changed := s.entriesAfter(after)
	for waiting := true; waiting && len(entries) < least; {
		select {
		case <-changed:
		case <-timeout:
			waiting = false
		case <-r.Context().Done():
			return
		}
		entries, changed = s.entriesAfter(after)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(entries)
}
