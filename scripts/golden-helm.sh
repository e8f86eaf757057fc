#!/bin/bash
# Record what helm prints for the cases of test/golden/helm: NAME.expected beside each NAME.txt.
#
#   scripts/golden-helm.sh [NAME...]
#
# HELM names the program, of the version below; without it, it is installed with `go install` into
# build/peers. The format of the cases is told in test/golden/helm/README.
set -eu
version=v3.22.0
cd "$(dirname "$0")/.."
if [ -z "${HELM:-}" ]; then
	HELM=$PWD/build/peers/helm
	[ -x "$HELM" ] || GOBIN=$PWD/build/peers go install "helm.sh/helm/v3/cmd/helm@$version"
fi
# `go install` leaves the version to the build information, so the module's is asked for.
go version -m "$HELM" | grep -q "helm.sh/helm/v3[[:space:]]$version" ||
	{ echo "helm $version wanted" >&2; exit 1; }
exec /usr/bin/python3 -B scripts/golden-helm.py "$HELM" "$@"
