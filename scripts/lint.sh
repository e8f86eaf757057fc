#!/bin/bash
# Every check of `make lint`; all of them run, each failure is printed, the last line is the verdict.
set -u
status=0
fail() {
	printf 'lint: %s\n' "$*" >&2
	status=1
}
mapfile -t c_files < <(make -s print-c | tr ' ' '\n' | sort -u)
mapfile -t h_files < <(make -s print-h | tr ' ' '\n' | sort -u)
read -ra cppflags <<<"$(make -s print-cppflags)"

echo "lint: format"
clang-format --dry-run -Werror "${c_files[@]}" "${h_files[@]}" || fail "run 'make format'"

# Layers of libcommon, lowest first: an include may only point to its own or a lower one. render,
# secrets and lang stand side by side above codec.
echo "lint: layers"
layer_of() {
	case $1 in
	base) echo 1 ;; codec) echo 2 ;; lang) echo 3 ;; secrets | render) echo 4 ;;
	net) echo 5 ;; kube) echo 6 ;; gitops) echo 7 ;;
	*) echo 0 ;;
	esac
}
while IFS=: read -r file _ line; do
	from=$(cut -d/ -f2 <<<"$file")
	to=$(sed -n 's|.*"libcommon/\([a-z]*\)/.*|\1|p' <<<"$line")
	[ "$(layer_of "$to")" -le "$(layer_of "$from")" ] || fail "$file: layer $from may not include $to"
	[ "$from$to" != netrender ] || fail "$file: net may not include render"
done < <(grep -n '#include "libcommon/' -r libcommon --include='*.[ch]')
while IFS=: read -r file _ line; do
	own=$(cut -d/ -f1 <<<"$file")
	to=$(sed -n 's|.*#include "\([a-z-]*\)/.*|\1|p' <<<"$line")
	case $to in libcommon | "$own" | "") ;; *) fail "$file: may not include $to" ;; esac
done < <(grep -n '#include "' -r ./*-controller cli --include='*.[ch]' 2>/dev/null | sed 's|^\./||')

echo "lint: each header compiles alone"
for h in "${h_files[@]}"; do
	gcc -std=gnu17 "${cppflags[@]}" -Wall -Wextra -Werror -fsyntax-only -x c "$h" || fail "$h does not compile alone"
done

echo "lint: banned calls"
banned='\b(strcpy|strcat|strncpy|strncat|sprintf|vsprintf|strtok|strtok_r|atoi|atol|atoll|sscanf|gets|system|popen|strtol|strtoul|strtoll|strtoull|alloca|usleep|sleep|rand|srand|asctime|ctime|localtime|gmtime|signal)[[:space:]]*\('
grep -nE "$banned" "${c_files[@]}" "${h_files[@]}" | grep -vE '^[^:]+:[0-9]+:[[:space:]]*(/?\*|//)' |
	grep -v 'lint: allowed' && fail "a banned call; see scripts/lint.sh for the list"

echo "lint: cppcheck"
cppcheck --quiet --std=c11 --language=c --error-exitcode=1 --inline-suppr -j 2 -I . \
	--enable=warning,portability --suppressions-list=scripts/cppcheck.supp \
	"${c_files[@]}" || fail "cppcheck"

echo "lint: clang-tidy"
# xargs appends the files; the flags, which it passes first, have to stand behind them.
# shellcheck disable=SC2016
printf '%s\n' "${c_files[@]}" | grep -v '^test/' |
	xargs -P 2 -n 8 bash -c 'n=$1; shift; clang-tidy --quiet "${@:n+1}" -- -std=gnu17 "${@:1:n}" 2>/dev/null' \
		_ "${#cppflags[@]}" "${cppflags[@]}" >build/clang-tidy.log
if grep -E '(warning|error):' build/clang-tidy.log; then fail "clang-tidy"; fi

echo "lint: shellcheck"
git ls-files '*.sh' .ci/run | xargs shellcheck -x || fail "shellcheck"

[ "$status" = 0 ] && echo "lint: all checks passed" || echo "lint: failed"
exit "$status"
