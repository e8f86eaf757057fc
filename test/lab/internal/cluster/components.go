package cluster

import (
	_ "embed"
	"fmt"
)

// stages are the KWOK Stage objects that play the nodes and pods.
//
//go:embed stages.yaml
var stages []byte

// frontProxyName is the only name that the API server believes X-Remote-User headers from.
const frontProxyName = "front-proxy-client"

// schedulerConfig takes the quoted path of a kubeconfig. Back-off is short, since a pod that was
// created before the first node would otherwise wait for seconds.
const schedulerConfig = `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
clientConnection:
  kubeconfig: %s
  qps: 500
  burst: 1000
leaderElection:
  leaderElect: false
podInitialBackoffSeconds: 1
podMaxBackoffSeconds: 1
`

// component is one child process: its name, which is also what sluice-kube calls it, its
// arguments and its environment.
type component struct {
	name string
	args []string
	env  []string
	// afterAPI says that it is started when the API server answers, as it would exit before.
	afterAPI bool
}

// A lab shares its machine with what is tested. In the two servers that every request passes, the
// collector may use memory rather than time (at GOGC=50 it took half of the API server's); the others
// are nearly idle, and stay small.
var (
	busyGC = []string{"GOGC=200"}
	idleGC = []string{"GOGC=50", "GOMAXPROCS=2"}
)

const (
	etcd              = "etcd"
	apiServer         = "kube-apiserver"
	controllerManager = "kube-controller-manager"
	scheduler         = "kube-scheduler"
	kwok              = "kwok"
)

// components lists the children of a lab in the order in which they start.
func components(l *layout) []component {
	return []component{
		{name: etcd, args: etcdArgs(l), env: busyGC},
		{name: apiServer, args: apiServerArgs(l), env: busyGC},
		{name: controllerManager, args: controllerManagerArgs(l), env: idleGC, afterAPI: true},
		{name: scheduler, args: []string{"--config=" + l.path(configFolder, "scheduler.yaml"), "--secure-port=0"}, env: idleGC, afterAPI: true},
		{name: kwok, args: []string{
			"--config=" + l.path(configFolder, "stages.yaml"),
			"--kubeconfig=" + l.path(configFolder, "kwok.kubeconfig"),
			"--manage-all-nodes=true",
			"--node-ip=" + loopback,
			"--cidr=10.244.0.0/16",
		}, env: idleGC, afterAPI: true},
	}
}

// etcdArgs: nothing is synced to disk, as the data need not survive the machine.
func etcdArgs(l *layout) []string {
	peer := fmt.Sprintf("http://%s:%d", loopback, l.ports.EtcdPeer)
	return []string{
		"--name=lab",
		"--data-dir=" + l.path(etcdFolder),
		"--listen-client-urls=" + l.etcdURL(),
		"--advertise-client-urls=" + l.etcdURL(),
		"--listen-peer-urls=" + peer,
		"--initial-advertise-peer-urls=" + peer,
		"--initial-cluster=lab=" + peer,
		"--unsafe-no-fsync",
		"--snapshot-count=5000",
		"--auto-compaction-mode=revision",
		"--auto-compaction-retention=10000",
		"--log-level=warn",
	}
}

func apiServerArgs(l *layout) []string {
	return []string{
		"--etcd-servers=" + l.etcdURL(),
		"--bind-address=" + loopback,
		"--advertise-address=" + loopback,
		fmt.Sprintf("--secure-port=%d", l.ports.API),
		// No Endpoints of the kubernetes Service: a loopback address is not a valid one.
		"--endpoint-reconciler-type=none",
		"--tls-cert-file=" + l.pki("apiserver.crt"),
		"--tls-private-key-file=" + l.pki("apiserver.key"),
		"--client-ca-file=" + l.pki("ca.crt"),
		"--requestheader-client-ca-file=" + l.pki("front-proxy-ca.crt"),
		"--requestheader-allowed-names=" + frontProxyName,
		"--requestheader-username-headers=X-Remote-User",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--authorization-mode=Node,RBAC",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + l.pki("service-account.pub"),
		"--service-account-signing-key-file=" + l.pki("service-account.key"),
		"--service-cluster-ip-range=10.96.0.0/16",
		"--allow-privileged=true",
		"--profiling=false",
		"--shutdown-delay-duration=0s",
	}
}

func controllerManagerArgs(l *layout) []string {
	return []string{
		"--kubeconfig=" + l.path(configFolder, "controller-manager.kubeconfig"),
		"--secure-port=0",
		"--leader-elect=false",
		"--use-service-account-credentials=false",
		"--service-account-private-key-file=" + l.pki("service-account.key"),
		"--root-ca-file=" + l.pki("ca.crt"),
		"--cluster-signing-cert-file=" + l.pki("ca.crt"),
		"--cluster-signing-key-file=" + l.pki("ca.key"),
		"--service-cluster-ip-range=10.96.0.0/16",
		"--kube-api-qps=500",
		"--kube-api-burst=1000",
		"--node-monitor-period=1s",
		// A node that is played sends no heartbeats. Its pods would be marked not ready for good.
		"--node-monitor-grace-period=24h",
		"--concurrent-gc-syncs=5",
	}
}
