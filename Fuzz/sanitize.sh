#!/usr/bin/env bash
# The C under UndefinedBehaviorSanitizer, walks on several threads under ThreadSanitizer, tests under AddressSanitizer.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The C, by its own tests: what is undefined is a trap. AddressSanitizer has it below.
swift test --quiet -Xcc -fsanitize=undefined -Xcc -fsanitize-trap=undefined -Xswiftc -Xfrontend \
  -Xswiftc -disable-cross-import-overlays --scratch-path .build-ubsan --filter CSupportTests

# Threads are the command's own: the tests run it as a process, and the library that runs processes for them is not ours
# to sanitize. So it is the command that is built, and given what has many directories.
export SWIFT_BACKTRACE=enable=no
swift build --quiet --sanitize=thread --product ext2walk --scratch-path .build-tsan
Fuzz/images.sh "$work"
mkdir -p "$work"/tree/{a,b,c}/{1..40}/{x,y,z}
PATH="$PATH:/usr/sbin:/sbin" mke2fs -q -F -t ext4 -b 1024 -N 2000 -d "$work"/tree "$work"/many.img 8192
for image in "$work"/*.img fixtures/unpacked/*.img; do
  for options in -R -lR "-RU --format json"; do
    status=0
    # shellcheck disable=SC2086
    TSAN_OPTIONS="halt_on_error=1 exitcode=66" .build-tsan/debug/ext2walk ls $options "$image" \
      > /dev/null 2> "$work"/messages || status=$?
    if [ $status -gt 1 ]; then
      cat "$work"/messages
      echo "ls $options $image: status $status"
      exit 1
    fi
  done
done
echo "ls: no races in $(ls "$work"/*.img fixtures/unpacked/*.img | wc -l) images"

# What is left to the end of the process is no leak; and a fault of memory is what some tests expect.
export ASAN_OPTIONS=detect_leaks=0:handle_segv=0
# A release build, as it is used: unoptimised, single tests take more than the five minutes that a process gets.
as_tests=(-c release -Xswiftc -enable-testing -Xswiftc -Xfrontend -Xswiftc -disable-cross-import-overlays --sanitize=address --scratch-path .build-asan)
swift build --quiet --build-tests "${as_tests[@]}"
# Not those that limit or count memory or addresses, which AddressSanitizer takes terabytes of, nor that without /proc, which
# it reads.
swift test --skip-build "${as_tests[@]}" --skip \
  'HostileImageTests|ResourceTests|TortureTests|MissingProcTests|MappingLeakTests|listingTakesFewAddresses|longChainsOfLinks'
