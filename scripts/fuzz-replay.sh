#!/bin/sh
# Run each named fuzz target's replay program over its committed corpus; prints one TAP-like line each.
set -eu
dir=$1
shift
failed=0 passed=0
for name; do
	corpus=test/fuzz/corpus/$name
	if [ ! -d "$corpus" ]; then
		echo "fuzz-replay: $name has no corpus in $corpus" >&2
		failed=$((failed + 1))
	elif find "$corpus" -type f -print0 | xargs -0 "$dir/${name}_replay"; then
		passed=$((passed + 1))
	else
		echo "fuzz-replay: $name failed" >&2
		failed=$((failed + 1))
	fi
done
echo "fuzz-replay: $passed targets passed, $failed failed"
[ "$failed" = 0 ]
