#!/usr/bin/env bash
# Says which tests were skipped, and why, by what Swift Testing wrote: a run that skips some is not one that passes all.
set -euo pipefail
awk '
  function attribute(name, at) {
    at = match($0, " " name "=\"[^\"]*\"")
    return at ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : ""
  }
  /<testcase / { tests++; test = attribute("classname") "/" attribute("name") }
  /<skipped/ {
    reason = $0
    gsub(/^ *<skipped[^>]*>|<\/skipped>.*/, "", reason)
    skipped = skipped "\n  " test ": " (reason == "" ? "no reason given" : reason)
    count++
  }
  END {
    if (!tests) { print "No tests were run."; exit 1 }
    printf "%d of %d tests were skipped%s\n", count, tests, count ? ":" skipped : "."
  }' "$1"
