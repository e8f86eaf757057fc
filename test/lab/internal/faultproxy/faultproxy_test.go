package faultproxy

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"

	"sluice.dev/lab/internal/fault"
	"sluice.dev/lab/internal/pki"
)

// authority makes a CA and returns it with what issues certificates of it.
func authority(t *testing.T, name string) (*pki.CA, func(pki.Identity) tls.Certificate) {
	t.Helper()
	ca, err := pki.NewCA(name)
	if err != nil {
		t.Fatal(err)
	}
	return ca, func(id pki.Identity) tls.Certificate {
		pair, err := ca.Issue(id)
		if err != nil {
			t.Fatal(err)
		}
		cert, err := pair.TLS()
		if err != nil {
			t.Fatal(err)
		}
		return cert
	}
}

// start serves a handler over TLS and HTTP/2, verifying the client certificates of `clients`.
func start(t *testing.T, handler http.Handler, cert tls.Certificate, clients *x509.CertPool) *url.URL {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = true
	server.TLS = &tls.Config{
		Certificates: []tls.Certificate{cert}, ClientCAs: clients, ClientAuth: tls.VerifyClientCertIfGiven,
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	target, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// seen is what the target of the proxy was asked.
type seen struct {
	Header http.Header
	Peer   string
	Proto  string
}

func TestIdentitiesPassTheProxy(t *testing.T) {
	ca, issue := authority(t, "ca")
	frontCA, issueFront := authority(t, "front")
	host := pki.Identity{Name: "server", Hosts: []string{"127.0.0.1"}}
	target := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := seen{Header: r.Header, Proto: r.Proto}
		if len(r.TLS.VerifiedChains) > 0 {
			s.Peer = r.TLS.PeerCertificates[0].Subject.CommonName
		}
		_ = json.NewEncoder(w).Encode(s)
	}), issue(host), frontCA.Pool())
	handler := Handler(Config{
		Target: target,
		Plain:  &tls.Config{RootCAs: ca.Pool()},
		Front:  &tls.Config{RootCAs: ca.Pool(), Certificates: []tls.Certificate{issueFront(pki.Identity{Name: "front"})}},
	})
	proxy := start(t, fault.New(nil).Wrap(handler), issue(host), ca.Pool())
	alice := issue(pki.Identity{Name: "alice", Groups: []string{"a", "b"}})
	for _, c := range []struct {
		name   string
		cert   []tls.Certificate
		header http.Header
		user   string
		groups []string
		peer   string
	}{
		{"a certificate", []tls.Certificate{alice}, nil, "alice", []string{"a", "b"}, "front"},
		{"a token", nil, http.Header{"Authorization": {"Bearer t"}}, "", nil, ""},
		{"a token and a certificate", []tls.Certificate{alice}, http.Header{"Authorization": {"Bearer t"}}, "", nil, ""},
		{"nothing", nil, nil, "", nil, ""},
		{"forged headers", nil, http.Header{"X-Remote-User": {"root"}, "X-Remote-Group": {"system:masters"}}, "", nil, ""},
		{"forged headers and a certificate", []tls.Certificate{alice},
			http.Header{"X-Remote-Group": {"system:masters"}, "X-Remote-Extra-A": {"b"}}, "alice", []string{"a", "b"}, "front"},
		{"impersonation", []tls.Certificate{alice}, http.Header{"Impersonate-User": {"bob"}}, "alice", []string{"a", "b"}, "front"},
	} {
		client := http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true,
			TLSClientConfig: &tls.Config{RootCAs: ca.Pool(), Certificates: c.cert}}}
		req, _ := http.NewRequest(http.MethodGet, proxy.String(), nil)
		for name, values := range c.header {
			req.Header[name] = values
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		var got seen
		err = json.NewDecoder(resp.Body).Decode(&got)
		resp.Body.Close()
		client.CloseIdleConnections()
		if err != nil || got.Header.Get("X-Remote-User") != c.user || got.Peer != c.peer ||
			!slices.Equal(got.Header["X-Remote-Group"], c.groups) || got.Header.Get("X-Remote-Extra-A") != "" {
			t.Errorf("%s: %+v (%v)", c.name, got, err)
		}
		for _, pass := range []string{"Authorization", "Impersonate-User"} {
			if got.Header.Get(pass) != c.header.Get(pass) {
				t.Errorf("%s: %s is %q", c.name, pass, got.Header.Get(pass))
			}
		}
		if got.Proto != "HTTP/2.0" {
			t.Errorf("%s: forwarded with %s", c.name, got.Proto)
		}
	}
}

func TestBodiesAreNotChanged(t *testing.T) {
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "" {
			t.Errorf("the proxy asked for %q", r.Header.Get("Accept-Encoding"))
		}
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = io.WriteString(w, "not really")
	}))
	defer target.Close()
	to, _ := url.Parse(target.URL)
	proxy := httptest.NewServer(Handler(Config{Target: to}))
	defer proxy.Close()
	client := http.Client{Transport: &http.Transport{DisableCompression: true}}
	resp, err := client.Get(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got, err := io.ReadAll(resp.Body); err != nil || string(got) != "not really" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestADeadTargetBreaksTheConnection(t *testing.T) {
	target := httptest.NewServer(http.NotFoundHandler())
	to, _ := url.Parse(target.URL)
	target.Close()
	proxy := httptest.NewServer(Handler(Config{Target: to}))
	defer proxy.Close()
	if resp, err := http.Get(proxy.URL); err == nil {
		t.Errorf("answered %s", resp.Status)
		resp.Body.Close()
	}
}
