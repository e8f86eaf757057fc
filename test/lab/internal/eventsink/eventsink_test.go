package eventsink

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func fixture() (*Sink, *http.ServeMux) {
	sink, mux := New("done"), http.NewServeMux()
	sink.Register(mux)
	mux.Handle("/", sink)
	return sink, mux
}

func recorded(t *testing.T, mux *http.ServeMux, query string) []Entry {
	t.Helper()
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest("GET", "/_recorded"+query, nil))
	var entries []Entry
	if err := json.Unmarshal(w.Body.Bytes(), &entries); err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestRecordsWhatIsPosted(t *testing.T) {
	_, mux := fixture()
	for _, body := range []string{`{"a":1}`, "text"} {
		r := httptest.NewRequest("POST", "/hook?x=1", strings.NewReader(body))
		r.Header.Set("X-Signature", "s")
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		if w.Code != 200 || w.Body.String() != "done" {
			t.Errorf("answered %d %q", w.Code, w.Body)
		}
	}
	got := recorded(t, mux, "")
	if len(got) != 2 || string(got[0].JSON) != `{"a":1}` || got[1].JSON != nil || got[1].Body != "text" ||
		got[0].Path != "/hook" || got[0].Query != "x=1" || got[0].Header.Get("X-Signature") != "s" {
		t.Errorf("got %+v", got)
	}
	if newer := recorded(t, mux, "?after=1"); len(newer) != 1 || newer[0].ID != 2 {
		t.Errorf("after the first: %+v", newer)
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest("DELETE", "/_recorded", nil))
	if w.Code != 204 || len(recorded(t, mux, "")) != 0 {
		t.Errorf("after forgetting: %d %+v", w.Code, recorded(t, mux, ""))
	}
}

func TestWaitsForTheNumberThatIsAskedFor(t *testing.T) {
	sink, mux := fixture()
	go func() {
		for range 3 {
			time.Sleep(5 * time.Millisecond)
			sink.add(Entry{})
		}
	}()
	if got := recorded(t, mux, "?min=3&timeoutMs=5000"); len(got) != 3 {
		t.Errorf("%d entries, want 3", len(got))
	}
	if got := recorded(t, mux, "?min=4&timeoutMs=10"); len(got) != 3 {
		t.Errorf("%d entries after the timeout, want 3", len(got))
	}
}

func TestRefusesALargeBody(t *testing.T) {
	_, mux := fixture()
	for size, want := range map[int]int{maxBody: 200, maxBody + 1: 413} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest("POST", "/", strings.NewReader(strings.Repeat("x", size))))
		if w.Code != want {
			t.Errorf("%d bytes: %d, want %d", size, w.Code, want)
		}
	}
}
