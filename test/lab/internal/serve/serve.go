// Package serve runs a lab server: its public port, behind a fault engine, and its admin port.
package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"time"

	"sluice.dev/lab/internal/fault"
)

// streamLimit is how many requests one HTTP/2 connection carries at once, as with kube-apiserver.
const streamLimit = 100

// Server is a handler on a port, with rules for its faults on another.
type Server struct {
	Engine *fault.Engine
	Admin  *http.ServeMux // what is added to it is on the admin port

	public  *fault.Listener
	control net.Listener
}

// Listen opens both ports.
func Listen(addr, adminAddr string) (*Server, error) {
	public, err := fault.Listen(addr)
	if err != nil {
		return nil, err
	}
	control, err := net.Listen("tcp", adminAddr)
	if err != nil {
		public.Close()
		return nil, err
	}
	s := &Server{Engine: fault.New(public), Admin: http.NewServeMux(), public: public, control: control}
	s.Engine.Register(s.Admin, "")
	return s, nil
}

// Addr returns the public address, host and port.
func (s *Server) Addr() string { return s.public.Addr().String() }

// AdminURL returns the base of the admin API.
func (s *Server) AdminURL() string { return "http://" + s.control.Addr().String() }

// Run serves the handler until ctx ends; with a TLS configuration, over HTTPS.
func (s *Server) Run(ctx context.Context, handler http.Handler, config *tls.Config) error {
	public := &http.Server{
		Handler:           s.Engine.Wrap(handler),
		TLSConfig:         config,
		ConnContext:       fault.ConnContext,
		ReadHeaderTimeout: time.Minute,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: streamLimit},
		ErrorLog:          quiet(),
	}
	admin := &http.Server{Handler: s.Admin}
	failed := make(chan error, 2)
	go func() {
		if config != nil {
			failed <- public.ServeTLS(s.public, "", "")
			return
		}
		failed <- public.Serve(s.public)
	}()
	go func() { failed <- admin.Serve(s.control) }()
	defer admin.Close()
	defer public.Close()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.Canceled) {
			return nil
		}
		return ctx.Err()
	}
}
