#!/bin/bash
# Reads what `go build -v` says: passes on what matters, and counts the rest, so that a build of
# minutes shows that it goes on without a line per package.
#
# usage: go build -v 2>&1 | go-progress.sh NAME
set -u
downloads=0 packages=0
while IFS= read -r line; do
	case $line in
	'go: downloading '*)
		downloads=$((downloads + 1))
		[ $((downloads % 100)) != 0 ] || printf '  %-8s %s: %d modules fetched\n' '' "$1" "$downloads"
		;;
	*[[:space:]]*) printf '%s\n' "$line" >&2 ;;
	*)
		packages=$((packages + 1))
		[ $((packages % 200)) != 0 ] || printf '  %-8s %s: %d packages compiled\n' '' "$1" "$packages"
		;;
	esac
done
