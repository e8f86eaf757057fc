// Package fault makes an HTTP server misbehave on request, and records what it was asked.
//
// An Engine stands in front of a handler. Rules, set at run time over an admin API, choose
// requests and what goes wrong with them; a few act on connections instead. Every request is
// recorded. The package knows the paths of the Kubernetes API, so that rules and records can
// speak of verbs and resources.
package fault

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// Action is what goes wrong.
type Action string

// What happens to a request that a rule chooses.
const (
	// Delay answers DelayMS later. Every other action waits DelayMS first, too.
	Delay Action = "delay"
	// Drop closes the connection in place of the answer; with After, the request is carried out.
	Drop Action = "drop"
	// Reset is Drop with a TCP reset.
	Reset Action = "reset"
	// Hang never answers, until the rule is deleted or the client gives up.
	Hang Action = "hang"
	// Truncate ends the body after Bytes: with a broken stream, or with Clean as if it were whole.
	Truncate Action = "truncate"
	// CutLine ends the body in the middle of the line after the first Lines lines.
	CutLine Action = "cut-line"
	// Stall sends Bytes, or with Lines that many lines, and then nothing more on an open stream.
	Stall Action = "stall"
	// Corrupt changes the byte at offset Bytes.
	Corrupt Action = "corrupt"
	// Status answers with Status, and Body, Location, RetryAfter, Headers if set. Without a Body
	// it is a Kubernetes Status object with Reason.
	Status Action = "status"
	// WatchGone ends a watch after Lines events with an ERROR event of code 410.
	WatchGone Action = "watch-gone"
)

// What happens to connections; such a rule has no conditions.
const (
	// BlackHole makes all connections silent, those that exist and new ones, until it is deleted.
	BlackHole Action = "black-hole"
	// Silence makes the connections that exist silent for good; new ones work.
	Silence Action = "silence"
	// Refuse closes the listening socket until it is deleted. Existing connections go on.
	Refuse Action = "refuse"
	// Close closes all connections that exist, once.
	Close Action = "close"
)

var requestActions = []Action{Delay, Drop, Reset, Hang, Truncate, CutLine, Stall, Corrupt, Status, WatchGone}
var connectionActions = []Action{BlackHole, Silence, Refuse, Close}

// Rule chooses requests and says what goes wrong with them. Method, Verb, Resource, Namespace and
// Name are regular expressions that must match the whole; Path, Query and UserAgent may match a
// part. Empty conditions hold for every request.
type Rule struct {
	ID        int    `json:"id"`
	Method    string `json:"method,omitempty"`
	Path      string `json:"path,omitempty"`
	Query     string `json:"query,omitempty"`
	UserAgent string `json:"userAgent,omitempty"`

	// Verb is get, list, watch, create, update, patch, apply, delete or deletecollection.
	Verb string `json:"verb,omitempty"`
	// Resource is plural, with the subresource: "pods", "pods/status".
	Resource  string `json:"resource,omitempty"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name,omitempty"`

	Skip        int     `json:"skip,omitempty"`        // so many matches pass first
	Count       int     `json:"count,omitempty"`       // and then so many are hit; 0: all
	Probability float64 `json:"probability,omitempty"` // of a hit; 0: certain

	Action     Action            `json:"action"`
	DelayMS    int64             `json:"delayMs,omitempty"`
	After      bool              `json:"after,omitempty"`
	Clean      bool              `json:"clean,omitempty"`
	Bytes      int64             `json:"bytes,omitempty"`
	Lines      int64             `json:"lines,omitempty"`
	Status     int               `json:"status,omitempty"`
	Reason     string            `json:"reason,omitempty"`
	Message    string            `json:"message,omitempty"`
	RetryAfter string            `json:"retryAfter,omitempty"`
	Location   string            `json:"location,omitempty"`
	Body       string            `json:"body,omitempty"`
	Headers    map[string]string `json:"headers,omitempty"`

	// Matches and Hits count the requests that met the conditions, and those that were hit.
	Matches int `json:"matches"`
	Hits    int `json:"hits"`

	conditions []condition
	gone       chan struct{} // closed when the rule is deleted
}

// condition is one compiled regular expression and what of a request it is about.
type condition struct {
	re *regexp.Regexp
	of func(*Request) string
}

// shorthands are actions that stand for another one with its fields filled in.
var shorthands = map[Action]Rule{
	"redirect": {Action: Status, Status: http.StatusFound},
	"401":      {Action: Status, Status: http.StatusUnauthorized, Reason: "Unauthorized"},
	"403":      {Action: Status, Status: http.StatusForbidden, Reason: "Forbidden"},
	"404":      {Action: Status, Status: http.StatusNotFound, Reason: "NotFound"},
	"409":      {Action: Status, Status: http.StatusConflict, Reason: "Conflict"},
	"410":      {Action: Status, Status: http.StatusGone, Reason: "Expired"},
	"429":      {Action: Status, Status: http.StatusTooManyRequests, Reason: "TooManyRequests", RetryAfter: "1"},
	"500":      {Action: Status, Status: http.StatusInternalServerError, Reason: "InternalError"},
	"502":      {Action: Status, Status: http.StatusBadGateway, Reason: "InternalError"},
	"503":      {Action: Status, Status: http.StatusServiceUnavailable, Reason: "ServiceUnavailable"},
	"504":      {Action: Status, Status: http.StatusGatewayTimeout, Reason: "Timeout"},
}

// ParseRule reads a rule from JSON and checks it.
func ParseRule(data []byte) (*Rule, error) {
	rule := &Rule{}
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(rule); err != nil {
		return nil, err
	}
	if short, ok := shorthands[rule.Action]; ok {
		rule.expand(short)
	}
	if !slices.Contains(requestActions, rule.Action) && !rule.onConnections() {
		return nil, fmt.Errorf("unknown action %q", rule.Action)
	}
	if rule.Action == Status && (rule.Status < 200 || rule.Status > 599) {
		return nil, fmt.Errorf("action %q needs a status from 200 to 599", rule.Action)
	}
	if rule.Probability < 0 || rule.Probability > 1 {
		return nil, fmt.Errorf("probability %v is not from 0 to 1", rule.Probability)
	}
	rule.gone = make(chan struct{})
	if err := rule.compile(); err != nil {
		return nil, err
	}
	if rule.onConnections() && len(rule.conditions) > 0 {
		return nil, fmt.Errorf("action %q is about connections and takes no conditions", rule.Action)
	}
	return rule, nil
}

func (r *Rule) expand(short Rule) {
	r.Action = short.Action
	if r.Status == 0 {
		r.Status = short.Status
	}
	if r.Reason == "" {
		r.Reason = short.Reason
	}
	if r.RetryAfter == "" {
		r.RetryAfter = short.RetryAfter
	}
}

func (r *Rule) onConnections() bool { return slices.Contains(connectionActions, r.Action) }

func (r *Rule) compile() error {
	for _, c := range []struct {
		pattern string
		whole   bool
		of      func(*Request) string
	}{
		{r.Method, true, func(q *Request) string { return q.Method }},
		{r.Path, false, func(q *Request) string { return q.Path }},
		{r.Query, false, func(q *Request) string { return q.Query }},
		{r.UserAgent, false, func(q *Request) string { return q.UserAgent }},
		{r.Verb, true, func(q *Request) string { return q.Verb }},
		{r.Resource, true, func(q *Request) string { return q.Resource }},
		{r.Namespace, true, func(q *Request) string { return q.Namespace }},
		{r.Name, true, func(q *Request) string { return q.Name }},
	} {
		if c.pattern == "" {
			continue
		}
		pattern := c.pattern
		if c.whole {
			pattern = "^(?:" + pattern + ")$"
		}
		re, err := regexp.Compile(pattern)
		if err != nil {
			return err
		}
		r.conditions = append(r.conditions, condition{re, c.of})
	}
	return nil
}

// hit reports whether the rule applies to this request, and counts. The engine's lock is held.
func (r *Rule) hit(request *Request) bool {
	for _, c := range r.conditions {
		if !c.re.MatchString(c.of(request)) {
			return false
		}
	}
	r.Matches++
	if r.Matches <= r.Skip || r.Count > 0 && r.Hits >= r.Count {
		return false
	}
	if r.Probability > 0 && rand.Float64() >= r.Probability {
		return false
	}
	r.Hits++
	return true
}
