#!/bin/sh
# Lines that no unit test reaches, a source a line, worst first: coverage.sh build/cov
set -eu
find "$1/libcommon" "$1"/*-controller "$1/cli" -name '*.gcda' -print0 2>/dev/null |
	xargs -0 gcov -n 2>/dev/null |
	awk -F"'" '
		/^File / { file = $2 }
		/^Lines executed:/ && file ~ /\.c$/ && file !~ /^\// {
			split($0, part, /[:% ]+/)
			missed = part[5] - int(part[5] * part[3] / 100 + 0.5)
			printf "%6d of %5d lines missed  %5.1f %%  %s\n", missed, part[5], part[3], file
			file = ""
		}' | sort -rn
