#!/usr/bin/env bash
# Builds the example and runs it over the root directory of a real image: `make examples`.
set -euo pipefail
cd "$(dirname "$0")"
image=../fixtures/unpacked/ppc64-ext2-64k-small.img
swift build
block=$(PATH="$PATH:/usr/sbin:/sbin" debugfs -R 'blocks <2>' "$image" 2>/dev/null | tr -d ' ')
records=$(.build/debug/Records "$image" $((block * 65536)) 65536)
echo "$records"
grep -q 'README.txt$' <<<"$records"
# The last record reaches to the block's end.
test "$(tail -n 1 <<<"$records" | awk '{ print $1 + $2 }')" = 65536
echo 'examples: passed'
