package fault

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
)

// maxRule bounds the JSON of a rule.
const maxRule = 1 << 20

// Register adds the admin API below prefix:
//
//	POST   prefix/rules        add a rule; the answer is the rule with its id
//	GET    prefix/rules        all rules, with counts of matches and hits
//	DELETE prefix/rules        delete all rules
//	DELETE prefix/rules/ID     delete one
//	GET    prefix/stats        sums of requests
//	GET    prefix/requests     the requests; ?after=ID only newer ones
//	DELETE prefix/requests     forget requests and sums
func (e *Engine) Register(mux *http.ServeMux, prefix string) {
	mux.HandleFunc("POST "+prefix+"/rules", e.postRule)
	mux.HandleFunc("GET "+prefix+"/rules", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, e.Rules())
	})
	mux.HandleFunc("DELETE "+prefix+"/rules", func(w http.ResponseWriter, _ *http.Request) {
		e.Remove(0)
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("DELETE "+prefix+"/rules/{id}", func(w http.ResponseWriter, r *http.Request) {
		id, err := strconv.Atoi(r.PathValue("id"))
		if err != nil || id <= 0 {
			http.Error(w, "bad id", http.StatusBadRequest)
			return
		}
		e.Remove(id)
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET "+prefix+"/stats", func(w http.ResponseWriter, _ *http.Request) {
		stats := e.Stats()
		if e.gate != nil {
			stats.Connections, stats.Open = e.gate.Counts()
		}
		writeJSON(w, stats)
	})
	mux.HandleFunc("GET "+prefix+"/requests", func(w http.ResponseWriter, r *http.Request) {
		after, _ := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
		writeJSON(w, e.Requests(after))
	})
	mux.HandleFunc("DELETE "+prefix+"/requests", func(w http.ResponseWriter, _ *http.Request) {
		e.Reset()
		w.WriteHeader(http.StatusNoContent)
	})
}

func (e *Engine) postRule(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRule))
	var rule *Rule
	if err == nil {
		rule, err = ParseRule(data)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if rule.onConnections() && e.gate == nil {
		http.Error(w, "this server has no control of its connections", http.StatusBadRequest)
		return
	}
	writeJSON(w, e.Add(rule))
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
