#!/bin/bash
# Record what kustomize prints for each case of test/golden/kustomize: expected.yaml, or expected.err.
#
#   scripts/golden-kustomize.sh [CASE...]
#
# KUSTOMIZE names the program, of the version below; without it, it is installed with `go install`
# into build/peers. A case is a directory of inputs; its case.conf may set
#   path=DIR        what to build, "" by default
#   order=legacy    sort as `kustomize build` does by default, instead of as Flux does
#   restrict=true   keep files within the directory of their kustomization
#   helm=true       render charts, with the program that HELM names, installed like the other
# Paths of this machine do not get into the records: the case's directory is written as /case.
# `message`, beside expected.err, holds our own error, and is written by hand.
set -eu
version=v5.8.2
helm_version=v3.22.0
cd "$(dirname "$0")/.."
root=$PWD/test/golden/kustomize
if [ -z "${KUSTOMIZE:-}" ]; then
	KUSTOMIZE=$PWD/build/peers/kustomize
	[ -x "$KUSTOMIZE" ] ||
		GOBIN=$PWD/build/peers go install "sigs.k8s.io/kustomize/kustomize/v5@$version"
fi
if [ -z "${HELM:-}" ]; then
	HELM=$PWD/build/peers/helm
	[ -x "$HELM" ] || GOBIN=$PWD/build/peers go install "helm.sh/helm/v3/cmd/helm@$helm_version"
fi
[ "$("$KUSTOMIZE" version)" = "$version" ] || { echo "kustomize $version wanted" >&2; exit 1; }

record() {
	local dir=$root/$1 path='' order=none restrict=false restrictor=LoadRestrictionsNone helm=false
	local charts=()
	# shellcheck source=/dev/null
	[ ! -f "$dir/case.conf" ] || . "$dir/case.conf"
	[ "$restrict" = false ] || restrictor=LoadRestrictionsRootOnly
	[ "$helm" = false ] || charts=(--enable-helm --helm-command "$HELM")
	rm -f "$dir/expected.yaml" "$dir/expected.err"
	if ! "$KUSTOMIZE" build "${charts[@]}" --load-restrictor "$restrictor" --reorder "$order" "$dir/$path" \
		>"$dir/expected.yaml" 2>"$dir/expected.err"; then
		rm "$dir/expected.yaml"
		grep '^Error' -A 100 "$dir/expected.err" |
			sed "s|$dir|/case|g; s|$root|/golden|g; s|^: unable to run: .*||" >"$dir/expected.tmp"
		mv "$dir/expected.tmp" "$dir/expected.err"
	else
		rm "$dir/expected.err"
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
