#!/usr/bin/env bash
# Prints how many lines of each folder of Sources the tests ran, by the profiles in the
# build directory $1, and fails where a part of the code is below its floor in .ci/coverage-floors.
#
# The tests and the command they start count: both write profiles, where they end by themselves. A process that a signal
# ended counts nothing, nor does what runs only in a build of another kind (Fuzz, sanitizers).
set -euo pipefail
build=$1
swift=$(dirname "$(realpath "$(command -v swift)")")
# Where Swift came as a package, its tools may have names of their own in the path.
llvm() { PATH="$swift:$PATH" command "$@"; }

find "$build/profiles" -name '*.profraw' > "$build/profiles.txt"
llvm llvm-profdata merge --failure-mode=all --sparse --input-files="$build/profiles.txt" -o "$build/tests.profdata" \
  2> "$build/profdata.log" || {
  tail "$build/profdata.log" >&2
  exit 1
}
echo "$(wc -l < "$build/profiles.txt") processes left a profile; not used: $(grep -c '^warning:' "$build/profdata.log" || true)"
rm -rf "$build/profiles"
llvm llvm-cov export -format=lcov -summary-only -instr-profile "$build/tests.profdata" \
  "$build"/debug/*PackageTests.xctest -object "$build/debug/ext2walk" "$PWD/Sources" > "$build/coverage.lcov"
awk -v root="$PWD/" '
  FNR == NR {
    if ($1 ~ /^#/ || NF < 3) next
    names[++parts] = $1
    floors[$1] = $2
    for (i = 3; i <= NF; i++) partOf[$i] = $1
    next
  }
  { split($0, field, ":") }
  field[1] == "SF" {
    file = substr(field[2], length(root) + 1)
    folder = file
    sub(/\/[^\/]*$/, "", folder)
  }
  field[1] == "LF" { lines = field[2] }
  field[1] == "LH" {
    all[folder] += lines
    run[folder] += field[2]
    for (prefix in partOf)
      if (index(file, prefix "/") == 1) {
        allOfPart[partOf[prefix]] += lines
        runOfPart[partOf[prefix]] += field[2]
      }
  }
  function share(run, all) { return all ? 100 * run / all : 0 }
  END {
    printf "%-34s %7s %7s %8s\n", "FOLDER", "LINES", "RUN", "SHARE"
    sorted = "LC_ALL=C sort"
    for (folder in all)
      printf "%-34s %7d %7d %7.1f%%\n", folder, all[folder], run[folder], share(run[folder], all[folder]) | sorted
    close(sorted)
    print ""
    for (i = 1; i <= parts; i++) {
      name = names[i]
      of = share(runOfPart[name], allOfPart[name])
      isBelow = of < floors[name]
      printf "%-12s %5.1f%% of %d lines, the floor is %s%%%s\n", name, of, allOfPart[name], floors[name], \
        isBelow ? ": BELOW IT" : ""
      failed = failed || isBelow
    }
    if (!parts) { print "no floors"; failed = 1 }
    exit failed
  }' .ci/coverage-floors "$build/coverage.lcov"
