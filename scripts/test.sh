#!/bin/bash
# All tests, in the order in which a failure is cheapest to see. Called by `make test`.
#
# Prints what each part runs, keeps going after a failure, and ends with a table and the line
# "N passed, N failed"; build/test-summary holds the two numbers.
set -u
mkdir -p build/test-results
passed=0 failed=0
declare -a rows

# count NAME LOGFILE STATUS PASSED FAILED
count() {
	local name=$1 status=$3 p=$4 f=$5
	[ "$status" = 0 ] || [ "$f" -gt 0 ] || f=1
	passed=$((passed + p)) failed=$((failed + f))
	rows+=("$(printf '%-14s %6d passed %4d failed   %s' "$name" "$p" "$f" "$2")")
}

# A part that fails is run once more, and what passed only then is said: these tests talk to real
# servers, and a machine that is busy with something else must not hide a true answer.
again() {
	printf '== %s failed and is run once more: %s\n' "$1" "$2"
	rows+=("$(printf '%-14s passed only when run once more: %s' "$1" "$2")")
}

# tap NAME MAKE-ARGS...: a prove run; its numbers come from its own "Tests=" lines.
tap() {
	local name=$1 log=build/test-results/$1.log
	shift
	echo "== $name: make $*"
	make -j2 "$@" 2>&1 | tee "$log"
	local status=${PIPESTATUS[0]} total bad
	if [ "$status" != 0 ] && grep -q '^Result: FAIL' "$log"; then
		again "$name" "$(sed -n 's/^\(build[^ ]*\) *(Wstat.*/\1/p' "$log" | tr '\n' ' ')"
		cp "$log" "$log.first"
		make -j2 "$@" 2>&1 | tee "$log"
		status=${PIPESTATUS[0]}
		[ "$status" = 0 ] || unset 'rows[-1]'
	fi
	total=$(sed -n 's/^Files=[0-9]*, Tests=\([0-9]*\),.*/\1/p' "$log" | tail -n 1)
	bad=$(sed -n 's/^ *Failed tests\{0,1\}:* *\(.*\)/\1/p' "$log" | tr ',' '\n' | grep -c . || true)
	count "$name" "$log" "$status" "$((${total:-0} - bad))" "$bad"
}

replay() {
	local log=build/test-results/fuzz-replay.log line p f
	echo "== fuzz-replay: every fuzz target over its corpus"
	make -j2 fuzz-replay 2>&1 | tee "$log"
	local status=${PIPESTATUS[0]}
	line=$(sed -n 's/^fuzz-replay: \([0-9]*\) targets passed, \([0-9]*\) failed/\1 \2/p' "$log")
	read -r p f <<<"${line:-0 1}"
	count fuzz-replay "$log" "$status" "$p" "$f"
}

# suite NAME PATHS...: a pytest run.
suite() {
	local name=$1 log=build/test-results/$1.log
	shift
	echo "== $name: pytest $*"
	/usr/bin/python3 -m pytest -q -p no:cacheprovider --durations=8 "$@" 2>&1 | tee "$log"
	local status=${PIPESTATUS[0]} p f e
	local -a broken
	mapfile -t broken < <(sed -nE 's/^(FAILED|ERROR) ([^ ]+\.py::.*)/\2/p' "$log" | sed 's/ - .*//')
	if [ "$status" != 0 ] && [ "${#broken[@]}" -gt 0 ] && [ "${#broken[@]}" -le 10 ]; then
		p=$(grep -oE '[0-9]+ passed' "$log" | tail -n 1 | cut -d' ' -f1)
		again "$name" "${broken[*]}"
		cp "$log" "$log.first"
		/usr/bin/python3 -m pytest -q -p no:cacheprovider "${broken[@]}" 2>&1 | tee "$log"
		status=${PIPESTATUS[0]}
		[ "$status" = 0 ] || unset 'rows[-1]'
		f=$(grep -oE '[0-9]+ (failed|error)' "$log" | awk '{ n += $1 } END { print n + 0 }')
		count "$name" "$log" "$status" "$((${p:-0} + ${#broken[@]} - f))" "$f"
		return
	fi
	p=$(grep -oE '[0-9]+ passed' "$log" | tail -n 1 | cut -d' ' -f1)
	f=$(grep -oE '[0-9]+ failed' "$log" | tail -n 1 | cut -d' ' -f1)
	e=$(grep -oE '[0-9]+ errors?' "$log" | tail -n 1 | cut -d' ' -f1)
	count "$name" "$log" "$status" "${p:-0}" "$((${f:-0} + ${e:-0}))"
}

tap unit unit
tap unit-tsan unit SAN=thread
replay

echo "== build: programs, lab, peers"
make -j2 all programs-asan lab peers 2>&1 | tee build/test-results/build.log |
	grep --line-buffered -v '^  \(CC\|AR\) '
if [ "${PIPESTATUS[0]}" = 0 ]; then
	suite charts test/charts
	suite e2e test/e2e
else
	count build build/test-results/build.log 1 0 1
fi

echo
printf '%s\n' "${rows[@]}"
echo "$passed $failed" >build/test-summary
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
