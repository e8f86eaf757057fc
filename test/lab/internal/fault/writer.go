package fault

import (
	"bytes"
	"net/http"
)

// writer passes an answer on, counts it, and spoils its body as the rule says. A handler that
// writes to a broken stream is ended by a panic with http.ErrAbortHandler.
type writer struct {
	http.ResponseWriter
	entry  *entry
	status int
	rule   *Rule         // nil: nothing is wrong
	done   chan struct{} // closed when the client has given up
	bytes  int64         // of the body, so far
	lines  int64
	over   bool // the rest of the body is thrown away
}

// Unwrap lets http.ResponseController reach the connection.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Flush is needed by what looks for http.Flusher.
func (w *writer) Flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() }

func (w *writer) WriteHeader(status int) {
	if status >= 200 {
		w.status = status
		if w.rule != nil && w.rule.shortens() {
			w.Header().Del("Content-Length")
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

// shortens says that the body ends early in a way that looks complete.
func (r *Rule) shortens() bool { return r.Action == Truncate && r.Clean || r.Action == WatchGone }

func (w *writer) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.over {
		return len(p), nil
	}
	if w.rule == nil {
		return w.send(p)
	}
	switch w.rule.Action {
	case Truncate:
		return w.limit(p, w.rule.Bytes, w.end)
	case Stall:
		if w.rule.Lines > 0 {
			return w.limitLines(p, w.stall, false)
		}
		return w.limit(p, w.rule.Bytes, w.stall)
	case CutLine:
		return w.limitLines(p, w.abort, true)
	case WatchGone:
		return w.limitLines(p, w.gone, false)
	case Corrupt:
		return w.corrupt(p)
	}
	return w.send(p)
}

func (w *writer) send(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	w.entry.sent.Add(int64(n))
	return n, err
}

// limit sends up to `max` bytes of the body and then calls finish.
func (w *writer) limit(p []byte, max int64, finish func()) (int, error) {
	if w.bytes+int64(len(p)) <= max {
		return w.send(p)
	}
	if _, err := w.send(p[:max-w.bytes]); err != nil {
		return 0, err
	}
	finish()
	return len(p), nil
}

// limitLines sends the rule's number of lines, and half of the next if `half`, then calls finish.
func (w *writer) limitLines(p []byte, finish func(), half bool) (int, error) {
	rest := p
	for w.lines < w.rule.Lines {
		end := bytes.IndexByte(rest, '\n')
		if end < 0 {
			return w.send(p)
		}
		w.lines++
		rest = rest[end+1:]
	}
	if len(rest) == 0 {
		n, err := w.send(p)
		if err == nil && !half {
			finish()
		}
		return n, err
	}
	keep := len(p) - len(rest)
	if half {
		line := bytes.IndexByte(rest, '\n')
		if line < 0 {
			line = len(rest)
		}
		keep += (line + 1) / 2
	}
	if _, err := w.send(p[:keep]); err != nil {
		return 0, err
	}
	finish()
	return len(p), nil
}

// end ends the body: as a broken stream, or as a shorter body.
func (w *writer) end() {
	if !w.rule.Clean {
		w.abort()
	}
	w.over = true
}

func (w *writer) abort() {
	w.Flush()
	panic(http.ErrAbortHandler)
}

// stall keeps the stream open and silent until the rule is deleted or the client gives up.
func (w *writer) stall() {
	w.Flush()
	select {
	case <-w.rule.gone:
	case <-w.done:
	}
	panic(http.ErrAbortHandler)
}

func (w *writer) gone() {
	_, _ = w.send([]byte(`{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",` +
		`"message":"too old resource version","reason":"Expired","code":410}}` + "\n"))
	w.Flush()
	w.over = true
	// The handler would wait for further events of the real watch.
	panic(endOfBody{})
}

// endOfBody unwinds a handler whose answer is complete.
type endOfBody struct{}

func (w *writer) corrupt(p []byte) (int, error) {
	at := w.rule.Bytes - w.bytes
	if at < 0 || at >= int64(len(p)) {
		return w.send(p)
	}
	changed := bytes.Clone(p)
	changed[at] ^= 0x20
	return w.send(changed)
}
