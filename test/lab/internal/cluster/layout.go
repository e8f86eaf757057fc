// Package cluster runs a real Kubernetes control plane on loopback, in a folder of its own.
//
// A supervisor process starts etcd, kube-apiserver, kube-controller-manager, kube-scheduler and
// KWOK as children, restarts those that die, and takes requests on a socket in the folder. The
// children die with it, however it ends, and it ends with the process that owns the lab.
package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"sluice.dev/lab/internal/pki"
)

// Names of what a lab's folder holds.
const (
	kubeconfigFile = "kubeconfig"
	portsFile      = "ports.json"
	infoFile       = "lab.json"
	controlSocket  = "control.sock"
	pkiFolder      = "pki"
	logFolder      = "logs"
	etcdFolder     = "etcd"
	configFolder   = "config"
)

// Info describes a running lab. `up` and `status` print it as one line of JSON.
type Info struct {
	Dir        string          `json:"dir"`
	Kubeconfig string          `json:"kubeconfig"`
	URL        string          `json:"url"`
	Host       string          `json:"host"`
	Port       int             `json:"port"`
	EtcdURL    string          `json:"etcdURL"`
	CA         string          `json:"ca"`
	ClientCert string          `json:"clientCert"`
	ClientKey  string          `json:"clientKey"`
	Version    string          `json:"version,omitempty"`
	ReadyMS    int64           `json:"readyMs"`
	Supervisor int             `json:"supervisor"`
	Owner      int             `json:"owner,omitempty"`
	PIDs       map[string]int  `json:"pids"`
	Restarts   map[string]int  `json:"restarts"`
	Running    bool            `json:"running"`
	Components map[string]bool `json:"components"`
}

// ports are the lab's TCP ports; they are kept so that a lab started again has the same URL.
type ports struct {
	API      int `json:"api"`
	Etcd     int `json:"etcd"`
	EtcdPeer int `json:"etcdPeer"`
}

// layout is a lab's folder, ready to start components from.
type layout struct {
	dir   string
	ports ports
	locks []*portLock
}

func (l *layout) path(elem ...string) string {
	return filepath.Join(append([]string{l.dir}, elem...)...)
}

func (l *layout) pki(name string) string { return l.path(pkiFolder, name) }

func (l *layout) url() string { return fmt.Sprintf("https://%s:%d", loopback, l.ports.API) }

func (l *layout) etcdURL() string { return fmt.Sprintf("http://%s:%d", loopback, l.ports.Etcd) }

// newLayout creates or opens the folder: ports, certificates, configuration files.
func newLayout(dir string) (*layout, error) {
	l := &layout{dir: dir}
	for _, sub := range []string{"", pkiFolder, logFolder, etcdFolder, configFolder} {
		if err := os.MkdirAll(l.path(sub), 0o700); err != nil {
			return nil, err
		}
	}
	if err := l.takePorts(); err != nil {
		return nil, err
	}
	if err := l.writeCredentials(); err != nil {
		return nil, err
	}
	return l, l.writeConfigs()
}

func (l *layout) takePorts() error {
	data, err := os.ReadFile(l.path(portsFile))
	if err == nil {
		err = json.Unmarshal(data, &l.ports)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, port := range []*int{&l.ports.API, &l.ports.Etcd, &l.ports.EtcdPeer} {
		lock, err := takePort(*port)
		if err != nil {
			return err
		}
		*port = lock.port
		l.locks = append(l.locks, lock)
	}
	data, err = json.Marshal(l.ports)
	if err != nil {
		return err
	}
	return os.WriteFile(l.path(portsFile), data, 0o600)
}

// writeCredentials makes the two authorities (one signs clients and servers, the other the
// front proxies that may speak for somebody else), the certificates and the token signing key.
func (l *layout) writeCredentials() error {
	ca, err := pki.OpenCA(l.path(pkiFolder), "ca")
	if err != nil {
		return err
	}
	front, err := pki.OpenCA(l.path(pkiFolder), "front-proxy-ca")
	if err != nil {
		return err
	}
	if err := pki.WriteSigningKey(l.pki("service-account")); err != nil {
		return err
	}
	issue := []struct {
		ca *pki.CA
		id pki.Identity
		as string
	}{
		{ca, pki.Identity{Name: "kube-apiserver", Hosts: []string{loopback, "localhost", "kubernetes", "kubernetes.default.svc", "10.96.0.1"}}, "apiserver"},
		{ca, pki.Identity{Name: "kubernetes-admin", Groups: []string{"system:masters"}}, "admin"},
		{ca, pki.Identity{Name: "system:kube-controller-manager", Groups: []string{"system:masters"}}, "controller-manager"},
		{ca, pki.Identity{Name: "system:kube-scheduler", Groups: []string{"system:masters"}}, "scheduler"},
		{ca, pki.Identity{Name: "kwok", Groups: []string{"system:masters"}}, "kwok"},
		{front, pki.Identity{Name: frontProxyName}, "front-proxy"},
	}
	for _, i := range issue {
		pair, err := i.ca.IssueTo(l.pki(i.as), i.id)
		if err != nil {
			return err
		}
		if len(i.id.Groups) == 0 {
			continue
		}
		file := l.path(configFolder, i.as+".kubeconfig")
		if i.as == "admin" {
			file = l.path(kubeconfigFile)
		}
		if err := os.WriteFile(file, Kubeconfig(l.url(), ca.CertPEM(), pair, i.id.Name), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (l *layout) writeConfigs() error {
	if err := os.WriteFile(l.path(configFolder, "stages.yaml"), stages, 0o600); err != nil {
		return err
	}
	scheduler := fmt.Sprintf(schedulerConfig, strconv.Quote(l.path(configFolder, "scheduler.kubeconfig")))
	return os.WriteFile(l.path(configFolder, "scheduler.yaml"), []byte(scheduler), 0o600)
}
