// Command sluice-kube is one program that is each of the Kubernetes components the lab runs.
//
// The first argument names the component: etcd, kube-apiserver, kube-controller-manager,
// kube-scheduler, kwok or kubectl; what follows are that program's own arguments. One program
// instead of six saves most of the link time and disk, as they share nearly all their packages.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kwokcmd "sigs.k8s.io/kwok/pkg/kwok/cmd"

	kwokconfig "sigs.k8s.io/kwok/pkg/config"
	kwoklog "sigs.k8s.io/kwok/pkg/log"
	kwoksignals "sigs.k8s.io/kwok/pkg/utils/signals"
)

// components maps the first argument to what runs it. Each returns the exit status.
var components = map[string]func(args []string) int{
	"etcd": func(args []string) int {
		etcdmain.Main(append([]string{"etcd"}, args...))
		return 0
	},
	"kube-apiserver":          cobraComponent(apiserver.NewAPIServerCommand),
	"kube-controller-manager": cobraComponent(controllermanager.NewControllerManagerCommand),
	"kube-scheduler":          cobraComponent(func() *cobra.Command { return scheduler.NewSchedulerCommand() }),
	"kubectl": func(args []string) int {
		forgetGlobalFlags()
		return cobraComponent(func() *cobra.Command { return kubectl.NewDefaultKubectlCommand() })(args)
	},
	"kwok": kwok,
}

// cobraComponent runs the command that `build` makes, the way the component's own main does.
func cobraComponent(build func() *cobra.Command) func(args []string) int {
	return func(args []string) int {
		command := build()
		command.SetArgs(args)
		return cli.Run(command)
	}
}

// forgetGlobalFlags drops the flags that the packages of the other components have registered:
// cobra adds them to every command, where their --version is in the way.
func forgetGlobalFlags() {
	pflag.CommandLine = pflag.NewFlagSet(os.Args[0], pflag.ExitOnError)
}

// kwok does what KWOK's main package does.
func kwok([]string) int {
	forgetGlobalFlags()
	flags := pflag.NewFlagSet("global", pflag.ContinueOnError)
	flags.ParseErrorsAllowlist.UnknownFlags = true
	flags.Usage = func() {}
	ctx, logger := kwoklog.InitFlags(kwoksignals.SetupSignalContext(), flags)
	ctx, err := kwokconfig.InitFlags(ctx, flags)
	if err == nil {
		command := kwokcmd.NewCommand(ctx)
		command.PersistentFlags().AddFlagSet(flags)
		err = command.ExecuteContext(ctx)
	}
	if err != nil && err != context.Canceled {
		logger.Error("exit", "err", err)
		return 1
	}
	return 0
}

func main() {
	// Under the name kubectl it is kubectl.
	if filepath.Base(os.Args[0]) == "kubectl" {
		os.Exit(components["kubectl"](os.Args[1:]))
	}
	if len(os.Args) < 2 || components[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: sluice-kube etcd|kube-apiserver|kube-controller-manager|kube-scheduler|kwok|kubectl [ARGUMENT]...")
		os.Exit(2)
	}
	// The components read os.Args beside the arguments they are given.
	os.Args = os.Args[1:]
	os.Exit(components[os.Args[0]](os.Args[1:]))
}
