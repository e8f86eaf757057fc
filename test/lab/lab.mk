# The lab: a real Kubernetes on loopback, and the servers that the tests need around it.
#
# `make lab` builds build/bin/sluice-lab (the command), build/bin/sluice-kube (the Kubernetes
# components) and build/bin/kubectl. The first build compiles Kubernetes and takes minutes; later
# ones take a second. See test/lab/README.md.

LAB_KUBE_VERSION := v1.36.3

# GOTOOLCHAIN=auto: a Go that is too old fetches the right one through the Go module proxy.
LAB_GO := CGO_ENABLED=0 GOTOOLCHAIN=auto GOFLAGS='-buildvcs=false -trimpath' GOWORK=off go

LAB_CMD_SRC := $(wildcard test/lab/cmd/sluice-lab/*.go test/lab/internal/*/*.go test/lab/internal/*/*.yaml)
LAB_KUBE_SRC := $(wildcard test/lab/cmd/sluice-kube/*.go)
LAB_MOD := test/lab/go.mod test/lab/go.sum

# Without these, clients cannot parse the server's version.
LAB_KUBE_LDFLAGS := -s -w $(foreach p,k8s.io/client-go/pkg/version k8s.io/component-base/version, \
	-X $p.gitVersion=$(LAB_KUBE_VERSION) -X $p.gitMajor=1 -X $p.gitMinor=36 \
	-X $p.gitTreeState=clean -X $p.buildDate=1970-01-01T00:00:00Z)

.PHONY: lab lab-test

lab: build/bin/sluice-lab build/bin/sluice-kube build/bin/kubectl

build/bin/sluice-lab: $(LAB_CMD_SRC) $(LAB_MOD)
	@mkdir -p $(@D)
	cd test/lab && $(LAB_GO) build -ldflags '-s -w' -o $(CURDIR)/$@ ./cmd/sluice-lab

build/bin/sluice-kube: $(LAB_KUBE_SRC) $(LAB_MOD) test/lab/lab.mk
	@mkdir -p $(@D)
	cd test/lab && $(LAB_GO) build -ldflags '$(LAB_KUBE_LDFLAGS)' -o $(CURDIR)/$@ ./cmd/sluice-kube

# sluice-kube is kubectl when it is called so.
build/bin/kubectl: build/bin/sluice-kube
	ln -sf sluice-kube $@

# The lab's own unit tests: no Kubernetes, some seconds.
lab-test:
	cd test/lab && $(LAB_GO) vet ./... && $(LAB_GO) test ./internal/...
