package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"sluice.dev/lab/internal/owner"
)

// Options say what lab to run.
type Options struct {
	Dir     string // its folder, made if missing; one that exists is continued
	Nodes   int    // how many nodes it has
	Owner   int    // the process with which it ends; 0: only when it is asked to
	Program string // the program with the components, sluice-kube
}

// stopGrace is how long a component that is asked to end may take: an API server waits for its
// watchers for much longer.
const stopGrace = 3 * time.Second

// startTimeout bounds the time from the start of etcd to the readiness of the whole lab.
const startTimeout = 2 * time.Minute

// supervisor is one running lab.
type supervisor struct {
	opts     Options
	layout   *layout
	children []*child
	client   *apiClient
	version  string
	readyMS  int64
	quit     context.CancelFunc
}

// Supervise runs a lab until ctx ends, the owner ends, or it is asked to stop over its socket.
// It calls ready once, when everything runs. It must be called from the main goroutine, whose
// thread it takes for starting the children.
func Supervise(ctx context.Context, opts Options, ready func(Info)) error {
	runtime.LockOSThread()
	ctx, quit := context.WithCancel(ctx)
	defer quit()
	ctx, err := owner.Context(ctx, opts.Owner)
	if err != nil {
		return err
	}
	spawn := make(spawner)
	failed := make(chan error, 1)
	go func() {
		failed <- supervise(ctx, quit, opts, spawn, ready)
		close(spawn)
	}()
	spawn.serve()
	return <-failed
}

func supervise(ctx context.Context, quit context.CancelFunc, opts Options, spawn spawner, ready func(Info)) error {
	began := time.Now()
	if _, err := Status(opts.Dir); err == nil {
		return fmt.Errorf("a lab runs in %s already", opts.Dir)
	}
	l, err := newLayout(opts.Dir)
	if err != nil {
		return err
	}
	s := &supervisor{opts: opts, layout: l, quit: quit}
	for _, c := range components(l) {
		s.children = append(s.children, &child{
			component: c, program: opts.Program, spawn: spawn,
			logPath: l.path(logFolder, c.name+".log"),
		})
	}
	defer s.stop()
	if s.client, err = newAPIClient(l); err != nil {
		return err
	}
	if err := s.start(ctx); err != nil {
		return err
	}
	s.readyMS = time.Since(began).Milliseconds()
	control, err := s.serveControl()
	if err != nil {
		return err
	}
	defer control.Close()
	if err := writeJSON(l.path(infoFile), s.info()); err != nil {
		return err
	}
	ready(s.info())
	<-ctx.Done()
	return nil
}

// start brings the components up and waits until pods can be scheduled.
func (s *supervisor) start(parent context.Context) error {
	ctx, cancel := context.WithTimeout(parent, startTimeout)
	defer cancel()
	for _, c := range s.children {
		if !c.afterAPI {
			if err := c.start(); err != nil {
				return err
			}
		}
	}
	if err := s.await(ctx, "the API server", s.client.ready); err != nil {
		return err
	}
	for _, c := range s.children {
		if c.afterAPI {
			if err := c.start(); err != nil {
				return err
			}
		}
	}
	var err error
	if s.version, err = s.client.version(ctx); err != nil {
		return err
	}
	for i := range s.opts.Nodes {
		if err := s.client.createNode(ctx, fmt.Sprintf("node-%d", i)); err != nil {
			return err
		}
	}
	return s.await(ctx, "the nodes and the default service account", s.client.settled)
}

// await calls done until it holds; a component that dies meanwhile is the reason of the failure.
func (s *supervisor) await(ctx context.Context, what string, done func(context.Context) (bool, error)) error {
	var last error
	for {
		ok, err := done(ctx)
		if ok {
			return nil
		}
		if err != nil {
			last = err
		}
		for _, c := range s.children {
			if _, _, restarts := c.state(); restarts > 2 {
				return fmt.Errorf("%s does not start:\n%s", c.name, tail(c.logPath))
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w", what, errors.Join(ctx.Err(), last))
		case <-time.After(25 * time.Millisecond):
		}
	}
}

// stop ends all children at once: nothing of a lab is worth an orderly end.
func (s *supervisor) stop() {
	for i := len(s.children) - 1; i >= 0; i-- {
		s.children[i].stop(syscall.SIGKILL, time.Second)
	}
	_ = os.Remove(s.layout.path(controlSocket))
}

func (s *supervisor) info() Info {
	l := s.layout
	info := Info{
		Dir: l.dir, Kubeconfig: l.path(kubeconfigFile), URL: l.url(), Host: loopback, Port: l.ports.API,
		EtcdURL: l.etcdURL(), CA: l.pki("ca.crt"), ClientCert: l.pki("admin.crt"), ClientKey: l.pki("admin.key"),
		Version: s.version, ReadyMS: s.readyMS, Supervisor: os.Getpid(), Owner: s.opts.Owner, Running: true,
		PIDs: map[string]int{}, Restarts: map[string]int{}, Components: map[string]bool{},
	}
	for _, c := range s.children {
		info.PIDs[c.name], info.Components[c.name], info.Restarts[c.name] = c.state()
	}
	return info
}

// restart stops the named component with sig, leaves it down for that long, and starts it again.
func (s *supervisor) restart(ctx context.Context, name string, sig syscall.Signal, down time.Duration) error {
	for _, c := range s.children {
		if c.name != name {
			continue
		}
		c.stop(sig, stopGrace)
		select {
		case <-time.After(down):
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := c.start(); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, startTimeout)
		defer cancel()
		return s.await(ctx, "the API server", s.client.ready)
	}
	return fmt.Errorf("no component %q", name)
}

// tail returns the end of a log file.
func tail(path string) string {
	const size = 2000
	f, err := os.Open(path)
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	if st, err := f.Stat(); err == nil && st.Size() > size {
		_, _ = f.Seek(-size, io.SeekEnd)
	}
	data, _ := io.ReadAll(f)
	return string(data)
}

func writeJSON(path string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	temp := path + ".new"
	if err := os.WriteFile(temp, append(data, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(temp, path)
}

// serveControl takes requests on the socket in the lab's folder.
func (s *supervisor) serveControl() (io.Closer, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(s.info())
	})
	mux.HandleFunc("POST /down", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
		s.quit()
	})
	mux.HandleFunc("POST /restart", func(w http.ResponseWriter, r *http.Request) {
		var req RestartRequest
		err := json.NewDecoder(r.Body).Decode(&req)
		if err == nil {
			sig := syscall.SIGTERM
			if req.Kill {
				sig = syscall.SIGKILL
			}
			err = s.restart(r.Context(), req.Component, sig, time.Duration(req.DownMS)*time.Millisecond)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(s.info())
	})
	listener, err := listenControl(s.layout.dir)
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: mux}
	go func() { _ = server.Serve(listener) }()
	return server, nil
}

// Program returns the path of sluice-kube, which lies beside this program.
func Program() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	program := filepath.Join(filepath.Dir(self), "sluice-kube")
	if _, err := os.Stat(program); err != nil {
		return "", fmt.Errorf("%w: run 'make lab'", err)
	}
	return program, nil
}
