#!/usr/bin/env bash
# Fuzzes what reads hostile bytes, each target for $1 seconds: all of them, or those named after it.
set -euo pipefail
cd "$(dirname "$0")"
seconds=$1
shift
build=$PWD/.build
toolchain=$(dirname "$(readlink -f "$(command -v swiftc)")")
# libFuzzer without its own `main`, which SwiftPM wants to give itself.
EXT2WALK_FUZZ=$(ls "$toolchain"/../lib/clang/*/lib/linux/libclang_rt.fuzzer_no_main-"$(uname -m)".a)
export EXT2WALK_FUZZ
swift build -c release --quiet --package-path .. --scratch-path $build --product Fuzz
./images.sh $build/images
export FUZZ_IMAGES=$build/images
# Leaks are not looked for: what is left to the end of a process is no leak. And Swift's own report of a crash
# would wait for somebody to read it.
# Where memory was allocated is told by two callers: most of the time would go into finding all of them.
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:malloc_context_size=2 SWIFT_BACKTRACE=enable=no
failed=0
for target in "${@:-records hash names disk image}"; do for target in $target; do
  mkdir -p $build/corpus/"$target"
  if [ "$target" = image ]; then
    # One input for each image and each thing that is done with it: what is beyond it is for libFuzzer to find.
    for image in $(seq 0 12); do for how in $(seq 0 7); do
      printf "\\x$(printf %02x "$image")\\x$(printf %02x "$how")12345678" > $build/corpus/image/seed-"$image-$how"
    done; done
  fi
  echo "fuzzing $target for $seconds seconds"
  FUZZ_TARGET=$target $build/release/Fuzz $build/corpus/"$target" -max_total_time="$seconds" -timeout=20 \
    -rss_limit_mb=4096 -max_len=70000 -len_control=0 -close_fd_mask=1 -print_final_stats=1 \
    -artifact_prefix=$build/"$target"- < /dev/null > $build/"$target".log 2>&1 || failed=1
  grep -aE '^#.*DONE|^Done|^SUMMARY|Fatal error|stat::number_of_executed_units' $build/"$target".log || true
done; done
if [ $failed = 1 ]; then echo "Something was found: Fuzz/.build/*.log say what, Fuzz/.build/*-crash-* are the inputs."; fi
exit $failed
