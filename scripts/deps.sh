#!/bin/sh
# Install what the build, the tests and the lab need and this machine lacks.
#
# usage: deps.sh build|test|lint|bench|lab
#
# Debian packages come through apt from the machine's own Debian source; on bookworm, libgit2 and
# libcurl come from that source's backports suite, whose line is derived from the machine's own.
# Nothing is installed twice: with everything present this takes some milliseconds and needs
# neither root nor a network.
set -eu

BUILD_PKGS="gcc libc6-dev make pkg-config python3 libssl-dev libcurl4-openssl-dev libgit2-dev
	libmicrohttpd-dev libyaml-dev zlib1g-dev"
TEST_PKGS="git ca-certificates clang libclang-rt-dev libcmocka-dev perl python3-pytest python3-yaml
	man-db fish zsh"
LINT_PKGS="clang-format clang-tidy cppcheck shellcheck"
BENCH_PKGS="time"
LAB_PKGS="git ca-certificates"
# The lab needs Go 1.26, which is newer than any Debian release ships. Any Go from 1.21 on fetches
# that toolchain by itself, through the Go module proxy (GOTOOLCHAIN=auto, which test/lab/lab.mk
# sets); so it is enough that there is one.
go_fetches_toolchains() {
	command -v go >/dev/null || return 1
	minor=$(cd / && GOTOOLCHAIN=local go version | sed -n 's/^go version go1\.\([0-9]*\).*/\1/p')
	[ "${minor:-0}" -ge 21 ]
}

say() { printf 'deps: %s\n' "$*"; }
die() { printf 'deps: %s\n' "$*" >&2; exit 1; }

want=$BUILD_PKGS
case "${1:-build}" in
build) ;;
test) want="$want $TEST_PKGS" ;;
lint) want="$want $TEST_PKGS $LINT_PKGS" ;;
bench) want="$want $TEST_PKGS $BENCH_PKGS" ;;
lab) want=$LAB_PKGS ;;
*) die "unknown set '$1': expected build, test, lint, bench or lab" ;;
esac

[ -r /etc/os-release ] || die "/etc/os-release is missing: this is not a Debian machine"
# shellcheck disable=SC1091
. /etc/os-release
codename=${VERSION_CODENAME:-}

[ "$codename" = bookworm ] && [ "${1:-build}" != build ] &&
	want=$(printf '%s' "$want" | sed 's/libclang-rt-dev/libclang-rt-14-dev/')

installed() { dpkg-query -W -f='${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed; }

missing=
for p in $want; do
	installed "$p" || missing="$missing $p"
done

old=
if [ "${1:-build}" = lab ]; then
	# bookworm's own Go is 1.19.
	if go_fetches_toolchains; then :
	elif [ "$codename" = bookworm ]; then old=golang-go
	else missing="$missing golang-go"
	fi
elif [ "$codename" = bookworm ]; then
	for pair in libgit2-dev:1.8 libcurl4-openssl-dev:8.14; do
		pkg=${pair%%:*} min=${pair##*:}
		have=$(dpkg-query -W -f='${Version}' "$pkg" 2>/dev/null || true)
		if [ -z "$have" ] || dpkg --compare-versions "$have" lt "$min"; then
			old="$old $pkg"
		fi
	done
fi

[ -n "$missing$old" ] || exit 0
[ "$(id -u)" = 0 ] || die "missing packages:$missing$old; run 'make deps' as root"

# Prints "URI<TAB>KEYRING" of the first Debian archive source this machine is configured with.
debian_source() {
	for f in /etc/apt/sources.list.d/*.sources; do
		[ -r "$f" ] || continue
		awk -v want="$codename" '
			function flush() { if (ok && uri) { print uri "\t" key; done = 1; exit } uri = key = ""; ok = 0 }
			/^[[:space:]]*$/ { flush(); next }
			/^#/ { next }
			tolower($1) == "uris:" { uri = $2 }
			tolower($1) == "signed-by:" { key = $2 }
			tolower($1) == "suites:" { for (i = 2; i <= NF; i++) if ($i == want) ok = 1 }
			END { if (!done) flush() }' "$f"
	done
	for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ -r "$f" ] || continue
		awk -v want="$codename" '$1 == "deb" {
			i = 2; key = ""
			if ($2 ~ /^\[/) {
				for (; i <= NF; i++) {
					t = $i; gsub(/[][]/, "", t)
					if (t ~ /^signed-by=/) key = substr(t, 11)
					if ($i ~ /\]$/) { i++; break }
				}
			}
			if ($(i + 1) == want) { print $i "\t" key; exit }
		}' "$f"
	done
}

if [ -n "$old" ] && ! grep -qs -- "$codename-backports" /etc/apt/sources.list \
	/etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; then
	src=$(debian_source | head -n 1)
	[ -n "$src" ] || die "no Debian source for '$codename' in /etc/apt: add one, then run 'make deps' again"
	uri=$(printf '%s' "$src" | cut -f1)
	key=$(printf '%s' "$src" | cut -f2)
	say "adding the $codename-backports suite of the machine's own Debian source"
	{
		printf 'Types: deb\nURIs: %s\nSuites: %s-backports\nComponents: main\n' "$uri" "$codename"
		[ -z "$key" ] || printf 'Signed-By: %s\n' "$key"
	} >/etc/apt/sources.list.d/sluice-backports.sources
fi

export DEBIAN_FRONTEND=noninteractive
say "updating the package lists"
apt-get update -qq
plain=
for p in $missing; do
	case " $old " in *" $p "*) ;; *) plain="$plain $p" ;; esac
done
if [ -n "$old" ]; then
	say "installing from $codename-backports:$old"
	# shellcheck disable=SC2086
	apt-get install -y -qq --no-install-recommends -t "$codename-backports" $old >/dev/null
fi
if [ -n "$plain" ]; then
	say "installing:$plain"
	# shellcheck disable=SC2086
	apt-get install -y -qq --no-install-recommends $plain >/dev/null
fi
if [ "${1:-build}" = lab ]; then
	go_fetches_toolchains || die "the go in PATH is older than 1.21: put another one first"
fi
