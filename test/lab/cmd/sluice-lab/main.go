// Command sluice-lab runs what the tests, the bench and the demo of Sluice need around it: a real
// Kubernetes control plane, a Git server, a fault proxy and a recorder of events, all on loopback.
//
// It is small and starts at once; the Kubernetes components are in sluice-kube, beside it.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// command is one subcommand.
type command struct {
	name  string
	about string
	run   func(ctx context.Context, args []string) error
}

func commands() []command {
	return []command{
		{"up", "start a lab and print its description", up},
		{"down", "stop a lab", down},
		{"status", "describe a running lab; status 1 if it does not run", status},
		{"restart-apiserver", "stop the API server of a lab and start it again", restartAPIServer},
		{"restart", "stop a component of a lab and start it again", restart},
		{"git", "serve Git repositories over smart HTTP", gitServer},
		{"proxy", "stand in front of an API server or another server, and cause faults", proxy},
		{"events-sink", "record the events that are posted to it", eventsSink},
	}
}

func main() {
	if len(os.Args) < 2 {
		usage()
	}
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer cancel()
	for _, c := range commands() {
		if c.name != os.Args[1] {
			continue
		}
		if err := c.run(ctx, os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, "sluice-lab:", err)
			os.Exit(1)
		}
		return
	}
	usage()
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: sluice-lab COMMAND [OPTION]...   ('COMMAND -h' shows the options)")
	for _, c := range commands() {
		fmt.Fprintf(os.Stderr, "  %-18s %s\n", c.name, c.about)
	}
	os.Exit(2)
}

// flagSet returns a set that exits with a message when the arguments do not fit.
func flagSet(name string) *flag.FlagSet {
	return flag.NewFlagSet("sluice-lab "+name, flag.ExitOnError)
}

// printLine writes v as one line of JSON: what a program's starter reads to learn where it is.
func printLine(v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Println(string(data))
	return err
}
