#!/bin/bash
# Install what the build, the tests and the lab need and this machine lacks.
#
# usage: deps.sh build|test|lint|bench|lab
#
# Debian packages come through apt from the machine's own Debian source; on bookworm, libgit2 and
# libcurl come from that source's backports suite, whose line is derived from the machine's own.
# Nothing is installed twice: with everything present this takes some milliseconds and needs
# neither root nor a network. With DEPS=skip in the environment nothing is looked at: for another
# distribution, where all of it was put in place by hand.
set -euo pipefail

BUILD_PKGS="gcc libc6-dev make pkg-config python3 libssl-dev libcurl4-openssl-dev libgit2-dev
	libmicrohttpd-dev libyaml-dev zlib1g-dev"
TEST_PKGS="git ca-certificates openssh-client clang libclang-rt-dev libcmocka-dev perl python3-pytest
	python3-yaml man-db fish zsh"
LINT_PKGS="clang-format clang-tidy cppcheck shellcheck"
BENCH_PKGS="time valgrind"
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
die() { printf 'deps: %s\n' "$@" >&2; exit 1; }

[ "${DEPS:-}" != skip ] || exit 0
set=${1:-build}
want=$BUILD_PKGS
case $set in
build) ;;
test) want="$want $TEST_PKGS" ;;
lint) want="$want $TEST_PKGS $LINT_PKGS" ;;
bench) want="$want $TEST_PKGS $BENCH_PKGS" ;;
lab) want=$LAB_PKGS ;;
*) die "unknown set '$set': expected build, test, lint, bench or lab" ;;
esac

want=$(xargs <<<"$want")

PRETTY_NAME='this system' ID='' ID_LIKE='' VERSION_CODENAME=''
# shellcheck disable=SC1091
[ ! -r /etc/os-release ] || . /etc/os-release
codename=$VERSION_CODENAME
case " $ID $ID_LIKE " in
*' debian '*) ;;
*)
	die "$PRETTY_NAME is not Debian: packages are installed on Debian 12 (bookworm) and 13 (trixie)." \
		"Elsewhere, install what corresponds to: $want$([ "$set" != lab ] || echo ' golang')" \
		"libgit2 from 1.8, libcurl from 8.14; then run make with DEPS=skip in the environment."
	;;
esac
[ "$codename" != bookworm ] || want=${want/libclang-rt-dev/libclang-rt-14-dev}

# shellcheck disable=SC2086
have=$(dpkg-query -W -f='${Package} ${db:Status-Status} ${Version}\n' $want 2>/dev/null || true)
version_of() { sed -n "s/^$1 installed //p" <<<"$have"; }

# What is too old in bookworm comes from its backports.
old=
if [ "$set" = lab ]; then
	go_fetches_toolchains || old=' golang-go'
else
	for pair in libgit2-dev:1.8 libcurl4-openssl-dev:8.14; do
		version=$(version_of "${pair%%:*}")
		if [ -z "$version" ] || dpkg --compare-versions "$version" lt "${pair##*:}"; then
			old="$old ${pair%%:*}"
		fi
	done
fi
missing=
for p in $want; do
	case " $old " in *" $p "*) continue ;; esac
	[ -n "$(version_of "$p")" ] || missing="$missing $p"
done
[ "$codename" = bookworm ] || { missing="$missing$old" old=; }

[ -n "$missing$old" ] || exit 0
[ "$(id -u)" = 0 ] || die "not installed, or too old:$missing$old" "run as root: scripts/deps.sh $set"

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

# apt ARGS...: runs apt-get. Shows the size of a download, how far it is, and what went wrong.
apt() {
	local log total='' n=0 line
	log=$(mktemp)
	if DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -q -y "$@" 2>&1 | tee "$log" | while IFS= read -r line; do
		case $line in
		*' newly installed, '*) total=${line%% newly installed,*} total=${total##* } ;;
		'Need to get '*) say "packages: ${total:-some}, ${line#Need to get }" ;;
		'Setting up '*)
			n=$((n + 1))
			[ $((n % 25)) != 0 ] || say "$n of $total packages are set up"
			;;
		esac
	done; then
		rm -f "$log"
		return
	fi
	grep -E '^(E|W|dpkg):' "$log" >&2 || tail -n 20 "$log" >&2
	rm -f "$log"
	return 1
}

update() {
	say "updating the package lists"
	apt -o APT::Update::Error-Mode=any update
}

backports_known() { apt-cache policy | grep -q "n=$codename-backports"; }

lists="the package lists could not be fetched: is there a network, and a reachable source in /etc/apt?"
update || die "$lists"
if [ -n "$old" ] && ! backports_known; then
	IFS=$'\t' read -r uri key < <(debian_source) || die "no Debian source for '$codename' in /etc/apt: add one"
	file=/etc/apt/sources.list.d/sluice-backports.sources
	say "adding the $codename-backports suite of the machine's own Debian source: $file"
	{
		printf 'Types: deb\nURIs: %s\nSuites: %s-backports\nComponents: main\n' "$uri" "$codename"
		[ -z "$key" ] || printf 'Signed-By: %s\n' "$key"
	} >"$file"
	update || { rm -f "$file"; die "$lists"; }
fi

failed="packages could not be installed, see above"
if [ -n "$old" ]; then
	say "installing from $codename-backports:$old"
	# shellcheck disable=SC2086
	apt install --no-install-recommends -t "$codename-backports" $old || die "$failed"
fi
if [ -n "$missing" ]; then
	say "installing:$missing"
	# shellcheck disable=SC2086
	apt install --no-install-recommends $missing || die "$failed"
fi

if [ "$set" = lab ]; then
	go_fetches_toolchains || die "the go in PATH is older than 1.21: put another one first"
fi
