# The lab: a real Kubernetes on loopback, and the servers that the tests need around it.
#
# `make lab` builds build/bin/sluice-lab (the command), build/bin/sluice-kube (the Kubernetes
# components) and build/bin/kubectl. The first build compiles Kubernetes and takes minutes; later
# ones take a second. See test/lab/README.md.

LAB_KUBE_VERSION := v1.36.3

# GOTOOLCHAIN=auto: a Go that is too old fetches the right one through the Go module proxy.
LAB_GO := CGO_ENABLED=0 GOTOOLCHAIN=auto GOFLAGS='-buildvcs=false -trimpath' GOWORK=off go
# $(go_shows): ends a command `go build -v`; shows how far it is.
go_shows = 2>&1 | $(CURDIR)/scripts/go-progress.sh $@

LAB_CMD_SRC := $(wildcard test/lab/cmd/sluice-lab/*.go test/lab/internal/*/*.go test/lab/internal/*/*.yaml)
LAB_KUBE_SRC := $(wildcard test/lab/cmd/sluice-kube/*.go)
LAB_MOD := test/lab/go.mod test/lab/go.sum

# Without these, clients cannot parse the server's version.
LAB_KUBE_LDFLAGS := -s -w $(foreach p,k8s.io/client-go/pkg/version k8s.io/component-base/version, \
	-X $p.gitVersion=$(LAB_KUBE_VERSION) -X $p.gitMajor=1 -X $p.gitMinor=36 \
	-X $p.gitTreeState=clean -X $p.buildDate=1970-01-01T00:00:00Z)

PEER_KUSTOMIZE := v5.8.2
PEER_HELM := v3.22.0
PEER_FLUX := 2.9.5
PEER_VERSITYGW := v1.8.0
PEER_KUSTOMIZE_CONTROLLER := v1.9.5

PEERS := build/peers/kustomize build/peers/helm build/peers/flux build/peers/versitygw
BENCH_PEERS := build/peers/flux-kustomize-controller

.PHONY: lab lab-test peers bench-peers

## make lab             build the lab: a real Kubernetes on loopback (the first time takes minutes)
lab: build/bin/sluice-lab build/bin/sluice-kube build/bin/kubectl

$(BUILD)/.deps-lab: scripts/deps.sh
	$(Q)mkdir -p $(@D) && scripts/deps.sh lab && touch $@

$(PEERS) $(BENCH_PEERS) build/bin/sluice-lab build/bin/sluice-kube: | $(BUILD)/.deps-lab

build/bin/sluice-lab: $(LAB_CMD_SRC) $(LAB_MOD)
	$(Q)mkdir -p $(@D)
	$(call say,GO,$@)set -o pipefail; cd test/lab && $(LAB_GO) build -v -ldflags '-s -w' -o $(CURDIR)/$@ \
		./cmd/sluice-lab $(go_shows)

build/bin/sluice-kube: $(LAB_KUBE_SRC) $(LAB_MOD) test/lab/lab.mk
	$(Q)mkdir -p $(@D)
	$(call say,GO,$@)set -o pipefail; cd test/lab && $(LAB_GO) build -v -ldflags '$(LAB_KUBE_LDFLAGS)' \
		-o $(CURDIR)/$@ ./cmd/sluice-kube $(go_shows)

# sluice-kube is kubectl when it is called so.
build/bin/kubectl: build/bin/sluice-kube
	$(Q)ln -sf sluice-kube $@

## make lab-test        the lab's own unit tests: no Kubernetes, some seconds
lab-test: $(BUILD)/.deps-lab
	$(Q)cd test/lab && $(LAB_GO) vet ./internal/... ./cmd/sluice-lab && $(LAB_GO) test ./internal/...

# The real tools that Sluice is compared with. Each file is made once: a new version here needs a
# `make clean`, or removing the file.

## make peers           build the real kustomize, helm, flux and an S3 server into build/peers
peers: $(PEERS)

## make bench-peers     build Flux's own kustomize-controller for the bench into build/peers
bench-peers: $(BENCH_PEERS)

# $(call go_install,MODULE,VERSION,PACKAGE,LDFLAGS)
go_install = set -o pipefail; mkdir -p $(@D) && GOBIN=$(CURDIR)/$(@D) $(LAB_GO) install -v \
	-ldflags '-s -w $(4)' $(1)$(3)@$(2) $(go_shows)

build/peers/kustomize:
	$(call say,GO,$@)$(call go_install,sigs.k8s.io/kustomize/kustomize/v5,$(PEER_KUSTOMIZE),,\
		-X sigs.k8s.io/kustomize/api/provenance.version=$(PEER_KUSTOMIZE))

build/peers/helm:
	$(call say,GO,$@)$(call go_install,helm.sh/helm/v3,$(PEER_HELM),/cmd/helm,\
		-X helm.sh/helm/v3/internal/version.version=$(PEER_HELM))

build/peers/versitygw:
	$(call say,GO,$@)$(call go_install,github.com/versity/versitygw,$(PEER_VERSITYGW),/cmd/versitygw)

# Flux's programs cannot be installed: their go.mod files have replace directives. They are built
# from a writable copy of the module, which go_copy makes in build/peers/src.
# $(call go_copy,MODULE,VERSION): the copy's folder is left in the shell variable `src`.
go_copy = set -e -o pipefail; dir=$$($(LAB_GO) mod download -json $(1)@$(2) | sed -n 's/^\t"Dir": "\(.*\)",$$/\1/p'); \
	test -n "$$dir"; src=$(CURDIR)/build/peers/src/$(@F); rm -rf "$$src"; mkdir -p "$${src%/*}"; \
	cp -r --no-preserve=mode "$$dir" "$$src"

# The command embeds the manifests of `flux install`, which are made at its release and are not in
# the module: a placeholder stands for them, so that everything but install and bootstrap works.
build/peers/flux:
	$(call say,GO,$@)$(call go_copy,github.com/fluxcd/flux2/v2,v$(PEER_FLUX)); cd "$$src"; \
		mkdir cmd/flux/manifests; echo '{}' >cmd/flux/manifests/placeholder.yaml; \
		$(LAB_GO) build -v -ldflags '-s -w -X main.VERSION=$(PEER_FLUX)' -o $(CURDIR)/$@ ./cmd/flux \
		$(go_shows); rm -rf "$$src"

# $(call flux_controller,NAME,VERSION): its API is a module of its own, published with it.
flux_controller = $(call go_copy,github.com/fluxcd/$(1),$(2)); cd "$$src"; \
	$(LAB_GO) mod edit -dropreplace github.com/fluxcd/$(1)/api -require github.com/fluxcd/$(1)/api@$(2); \
	$(LAB_GO) build -v -mod=mod -ldflags '-s -w' -o $(CURDIR)/$@ . $(go_shows); rm -rf "$$src"

build/peers/flux-kustomize-controller:
	$(call say,GO,$@)$(call flux_controller,kustomize-controller,$(PEER_KUSTOMIZE_CONTROLLER))
