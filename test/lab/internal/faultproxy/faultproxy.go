// Package faultproxy forwards requests to an HTTP server, as a handler behind a fault engine.
//
// Before an API server it keeps every caller's identity: a bearer token is passed on; the name and
// groups of a client certificate are passed on as those of a front proxy, which the API server
// believes because of the proxy's own certificate. Impersonation headers pass untouched, so that
// the API server checks them against the real caller.
package faultproxy

import (
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"

	"sluice.dev/lab/internal/fault"
)

// Config says where to forward to.
type Config struct {
	Target *url.URL
	// Plain is the TLS configuration for callers with a token or without any credential; it is
	// nil for an HTTP target.
	Plain *tls.Config
	// Front presents the front proxy's certificate; nil: client certificates are not passed on.
	Front *tls.Config
}

// idleConnections is how many connections to the target are kept.
const idleConnections = 64

// Handler returns the forwarding handler.
func Handler(config Config) http.Handler {
	plain := transport(config.Plain)
	front := plain
	if config.Front != nil {
		front = transport(config.Front)
	}
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(config.Target)
			r.Out.Host = config.Target.Host
			if config.Front != nil {
				passIdentity(r)
			}
		},
		Transport:     chooser{plain: plain, front: front},
		FlushInterval: -1,
		ErrorHandler:  failed,
		ErrorLog:      nil,
	}
}

// passIdentity replaces the headers that only a front proxy may set.
func passIdentity(r *httputil.ProxyRequest) {
	for name := range r.Out.Header {
		if strings.HasPrefix(http.CanonicalHeaderKey(name), "X-Remote-") {
			delete(r.Out.Header, name)
		}
	}
	if r.In.Header.Get("Authorization") != "" || r.In.TLS == nil || len(r.In.TLS.VerifiedChains) == 0 {
		return
	}
	subject := r.In.TLS.VerifiedChains[0][0].Subject
	r.Out.Header.Set("X-Remote-User", subject.CommonName)
	for _, group := range subject.Organization {
		r.Out.Header.Add("X-Remote-Group", group)
	}
	fault.SetUser(r.In.Context(), subject.CommonName)
}

// chooser sends requests that speak for somebody else over the front proxy's connection.
type chooser struct{ plain, front http.RoundTripper }

func (c chooser) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Header.Get("X-Remote-User") != "" {
		return c.front.RoundTrip(r)
	}
	return c.plain.RoundTrip(r)
}

func transport(config *tls.Config) *http.Transport {
	return &http.Transport{
		TLSClientConfig:     config,
		ForceAttemptHTTP2:   config != nil,
		DisableCompression:  true,
		MaxIdleConnsPerHost: idleConnections,
		IdleConnTimeout:     time.Minute,
		HTTP2:               &http.HTTP2Config{SendPingTimeout: 10 * time.Second},
	}
}

// failed is called when the target gave no answer: the caller sees a broken connection, as it
// would without the proxy, and no answer of the proxy's own.
func failed(_ http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() == nil && !errors.Is(err, http.ErrAbortHandler) {
		fault.DropConnection(r.Context())
	}
	panic(http.ErrAbortHandler)
}
