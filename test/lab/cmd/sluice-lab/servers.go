package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"sluice.dev/lab/internal/cluster"
	"sluice.dev/lab/internal/eventsink"
	"sluice.dev/lab/internal/faultproxy"
	"sluice.dev/lab/internal/gitserver"
	"sluice.dev/lab/internal/owner"
	"sluice.dev/lab/internal/pki"
	"sluice.dev/lab/internal/serve"
)

// serverInfo is the line that a server prints when it listens.
type serverInfo struct {
	URL        string `json:"url"`
	Admin      string `json:"admin"`
	PID        int    `json:"pid"`
	CA         string `json:"ca,omitempty"`
	ClientCert string `json:"clientCert,omitempty"`
	ClientKey  string `json:"clientKey,omitempty"`
	Kubeconfig string `json:"kubeconfig,omitempty"`
}

// tlsFiles are the options of servers that speak TLS with an authority of their own.
type tlsFiles struct {
	on         bool
	clientAuth bool
	dir        string
}

// config returns the TLS configuration, nil without TLS, and adds the files' names to info.
func (t tlsFiles) config(info *serverInfo) (*tls.Config, error) {
	if !t.on && !t.clientAuth {
		return nil, nil
	}
	if t.dir == "" {
		return nil, errors.New("--dir is missing: TLS needs a place for certificates")
	}
	dir, err := filepath.Abs(t.dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	ca, err := pki.OpenCA(dir, "ca")
	if err != nil {
		return nil, err
	}
	config, err := serverTLS(ca)
	if err != nil {
		return nil, err
	}
	info.CA = filepath.Join(dir, "ca.crt")
	if t.clientAuth {
		base := filepath.Join(dir, "client")
		if _, err := ca.IssueTo(base, pki.Identity{Name: "client"}); err != nil {
			return nil, err
		}
		info.ClientCert, info.ClientKey = base+".crt", base+".key"
		config.ClientCAs, config.ClientAuth = ca.Pool(), tls.RequireAndVerifyClientCert
	}
	return config, nil
}

// serverTLS issues a certificate for loopback.
func serverTLS(ca *pki.CA) (*tls.Config, error) {
	pair, err := ca.Issue(pki.Identity{Name: "sluice-lab", Hosts: []string{"127.0.0.1", "::1", "localhost"}})
	if err != nil {
		return nil, err
	}
	cert, err := pair.TLS()
	if err != nil {
		return nil, err
	}
	return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}, nil
}

// runServer prints where the server is and serves until it is stopped or its owner ends.
func runServer(ctx context.Context, pid int, s *serve.Server, h http.Handler, config *tls.Config, info serverInfo) error {
	ctx, err := owner.Context(ctx, pid)
	if err != nil {
		return err
	}
	info.PID, info.Admin = os.Getpid(), s.AdminURL()
	info.URL = "http://" + s.Addr()
	if config != nil {
		info.URL = "https://" + s.Addr()
	}
	if err := printLine(info); err != nil {
		return err
	}
	return s.Run(ctx, h, config)
}

func gitServer(ctx context.Context, args []string) error {
	var config gitserver.Config
	var files tlsFiles
	flags := flagSet("git")
	flags.StringVar(&config.Root, "root", "", "folder of the bare repositories")
	flags.StringVar(&config.User, "user", "", "user name of basic authentication")
	flags.StringVar(&config.Password, "password", "", "password of basic authentication")
	flags.StringVar(&config.Bearer, "bearer", "", "token of bearer authentication")
	flags.BoolVar(&files.on, "tls", false, "serve HTTPS")
	flags.BoolVar(&files.clientAuth, "client-auth", false, "serve HTTPS and demand a client certificate")
	flags.StringVar(&files.dir, "dir", "", "folder for the certificates")
	addr := flags.String("addr", "127.0.0.1:0", "address to serve on")
	admin := flags.String("admin-addr", "127.0.0.1:0", "address of the admin API")
	pid := flags.Int("owner-pid", os.Getppid(), "the process with which the server ends; 0: none")
	_ = flags.Parse(args)
	handler, err := gitserver.Handler(config)
	if err != nil {
		return err
	}
	var info serverInfo
	tlsConfig, err := files.config(&info)
	if err != nil {
		return err
	}
	server, err := serve.Listen(*addr, *admin)
	if err != nil {
		return err
	}
	return runServer(ctx, *pid, server, handler, tlsConfig, info)
}

func eventsSink(ctx context.Context, args []string) error {
	var files tlsFiles
	flags := flagSet("events-sink")
	flags.BoolVar(&files.on, "tls", false, "serve HTTPS")
	flags.StringVar(&files.dir, "dir", "", "folder for the certificates")
	answer := flags.String("answer", "{}", "body of every answer")
	addr := flags.String("addr", "127.0.0.1:0", "address to serve on")
	admin := flags.String("admin-addr", "127.0.0.1:0", "address of the admin API")
	pid := flags.Int("owner-pid", os.Getppid(), "the process with which the server ends; 0: none")
	_ = flags.Parse(args)
	var info serverInfo
	tlsConfig, err := files.config(&info)
	if err != nil {
		return err
	}
	server, err := serve.Listen(*addr, *admin)
	if err != nil {
		return err
	}
	sink := eventsink.New(*answer)
	sink.Register(server.Admin)
	// What is recorded can also be had from the public port.
	mux := http.NewServeMux()
	sink.Register(mux)
	mux.Handle("/", sink)
	return runServer(ctx, *pid, server, mux, tlsConfig, info)
}

func proxy(ctx context.Context, args []string) error {
	flags := flagSet("proxy")
	lab := flags.String("dir", "", "folder of the lab whose API server to stand in front of")
	target := flags.String("target", "", "URL to forward to, in place of a lab's API server")
	kubeconfig := flags.String("kubeconfig", "", "with --dir: the kubeconfig to write (DIR/proxy-PORT.kubeconfig)")
	addr := flags.String("addr", "127.0.0.1:0", "address to serve on")
	admin := flags.String("admin-addr", "127.0.0.1:0", "address of the admin API")
	pid := flags.Int("owner-pid", os.Getppid(), "the process with which the proxy ends; 0: none")
	_ = flags.Parse(args)
	if (*lab == "") == (*target == "") {
		return errors.New("either --dir or --target is needed")
	}
	server, err := serve.Listen(*addr, *admin)
	if err != nil {
		return err
	}
	if *target != "" {
		to, err := url.Parse(*target)
		if err != nil || to.Scheme != "http" || to.Host == "" {
			return fmt.Errorf("target %q is not an http URL", *target)
		}
		return runServer(ctx, *pid, server, faultproxy.Handler(faultproxy.Config{Target: to}), nil, serverInfo{})
	}
	dir, err := absolute(*lab)
	if err != nil {
		return err
	}
	return apiProxy(ctx, *pid, server, dir, *kubeconfig)
}

// apiProxy stands in front of a lab's API server with certificates of the lab's authority.
func apiProxy(ctx context.Context, pid int, server *serve.Server, dir, kubeconfig string) error {
	info, err := cluster.Status(dir)
	if err != nil {
		return err
	}
	ca, err := pki.OpenCA(filepath.Join(dir, "pki"), "ca")
	if err != nil {
		return err
	}
	config, err := serverTLS(ca)
	if err != nil {
		return err
	}
	config.ClientCAs, config.ClientAuth = ca.Pool(), tls.VerifyClientCertIfGiven
	to, err := url.Parse(info.URL)
	if err != nil {
		return err
	}
	front, err := upstreamTLS(ca.Pool(), filepath.Join(dir, "pki", "front-proxy"))
	if err != nil {
		return err
	}
	if kubeconfig == "" {
		_, port, _ := strings.Cut(server.Addr(), ":")
		kubeconfig = filepath.Join(dir, "proxy-"+port+".kubeconfig")
	}
	admin, err := pki.ReadPair(filepath.Join(dir, "pki", "admin"))
	if err != nil {
		return err
	}
	content := cluster.Kubeconfig("https://"+server.Addr(), ca.CertPEM(), admin, "kubernetes-admin")
	if err := os.WriteFile(kubeconfig, content, 0o600); err != nil {
		return err
	}
	handler := faultproxy.Handler(faultproxy.Config{
		Target: to, Plain: &tls.Config{RootCAs: ca.Pool(), MinVersion: tls.VersionTLS12}, Front: front,
	})
	return runServer(ctx, pid, server, handler, config, serverInfo{
		CA: info.CA, ClientCert: info.ClientCert, ClientKey: info.ClientKey, Kubeconfig: kubeconfig,
	})
}

func upstreamTLS(roots *x509.CertPool, base string) (*tls.Config, error) {
	pair, err := pki.ReadPair(base)
	if err != nil {
		return nil, err
	}
	cert, err := pair.TLS()
	if err != nil {
		return nil, err
	}
	return &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}, nil
}
