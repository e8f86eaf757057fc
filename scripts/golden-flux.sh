#!/bin/bash
# Record what `flux build kustomization` prints for each case of test/golden/flux-build: expected.yaml,
# or expected.err.
#
#   scripts/golden-flux.sh [CASE...]
#
# FLUX names the program, of the version below; without it, it is the one of `make peers`. A case
# is a directory; `args` holds the arguments behind `build kustomization`, which are used there.
# `message`, beside expected.err, holds our own error, and is written by hand.
set -eu
version=2.9.5
cd "$(dirname "$0")/.."
root=$PWD/test/golden/flux-build
FLUX=${FLUX:-$PWD/build/peers/flux}
"$FLUX" version --client | grep -q "$version" || { echo "flux $version wanted" >&2; exit 1; }

record() {
	local flags
	cd "$root/$1"
	rm -f expected.yaml expected.err
	read -ra flags <args
	if "$FLUX" build kustomization "${flags[@]}" >expected.yaml 2>expected.err; then
		rm expected.err
	else
		rm expected.yaml
	fi
}

if [ $# -eq 0 ]; then
	for dir in "$root"/*/; do
		record "$(basename "$dir")"
	done
else
	for name; do
		record "$name"
	done
fi
