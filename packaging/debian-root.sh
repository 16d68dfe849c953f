#!/usr/bin/env bash
# Types README's two commands in a clean root of Debian, with Debian's own Swift: `make test-sid`, as root.
#
#   packaging/debian-root.sh [ARCHITECTURE]
#
# The root with swiftlang, make and git is kept below ROOTS for the next time; what the commands install and build is
# laid over it and thrown away. SUITE and MIRROR say which Debian: one that stands still, such as snapshot.debian.org,
# serves too. Where git takes packages from a mirror on this machine (url.*.insteadOf), so it does in the root.
set -euo pipefail
cd "$(dirname "$0")/.."
architecture=${1:-$(dpkg --print-architecture)}
suite=${SUITE:-sid}
mirror=${MIRROR:-http://deb.debian.org/debian}
roots=${ROOTS:-/var/tmp/ext2walk-roots}
base=$roots/$suite-$architecture

test "$(id -u)" = 0 || {
  echo 'A root is made, mounted and entered by root: sudo make test-sid'
  exit 2
}
# Mounts are this process' own, and gone with it.
test -n "${IN_NAMESPACE:-}" || IN_NAMESPACE=1 exec unshare --mount "$0" "$@"

command -v debootstrap >/dev/null || {
  apt-get update -qq
  apt-get install -y -qq debootstrap
}

enter() {
  local root=$1
  shift
  chroot "$root" env -i HOME=/root TERM=dumb LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

mount_into() {
  local root=$1 directory
  mount -t proc proc "$root/proc"
  for directory in /sys /dev; do mount --rbind "$directory" "$root$directory"; done
  rm -f "$root/etc/resolv.conf"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
}

if ! test -e "$base.complete"; then
  rm -rf "$base"
  mkdir -p "$base"
  debootstrap --variant=minbase --arch="$architecture" "$suite" "$base" "$mirror" >"$base.log" 2>&1 || {
    tail -n 5 "$base.log"
    echo "debootstrap of $suite for $architecture failed: see $base.log"
    exit 1
  }
  echo 'Acquire::Check-Valid-Until "false";' >"$base/etc/apt/apt.conf.d/still-mirror"
  # In a namespace of its own: what is mounted there is not in the way of the overlay below.
  (
    mount_into "$base"
    enter "$base" sh -c 'apt-get update -qq && apt-get install -y -qq swiftlang make git && apt-get clean'
    umount -R "$base/proc" "$base/sys" "$base/dev"
  ) >>"$base.log" 2>&1 || {
    tail -n 5 "$base.log"
    echo "installing swiftlang, make and git failed: see $base.log"
    exit 1
  }
  touch "$base.complete"
fi

layer=$(mktemp -d "$roots/trial-XXXXXX")
trap 'umount -R "$layer/root" && rm -rf --one-file-system "$layer"' EXIT
mkdir "$layer/upper" "$layer/work" "$layer/root"
root=$layer/root
mount -t overlay -o "lowerdir=$base,upperdir=$layer/upper,workdir=$layer/work" overlay "$root"
mount_into "$root"
mkdir "$root/src"
git -c safe.directory="$PWD" ls-files -z --cached --others --exclude-standard |
  while IFS= read -r -d '' file; do if test -e "$file"; then printf '%s\0' "$file"; fi; done |
  tar --null --files-from=- -cf - | tar -xf - -C "$root/src"

git config --get-regexp '^url\..*\.insteadof$' | while read -r key address; do
  place=${key#url.}
  place=${place%.insteadof}
  enter "$root" git config --system --add "$key" "$address"
  enter "$root" git config --system safe.directory '*'
  if test -d "$place" && ! test -d "$root$place"; then
    mkdir -p "$root$place"
    mount --bind "$place" "$root$place"
  fi
done

enter "$root" sh -c '. /etc/os-release; echo "# $PRETTY_NAME, $(dpkg --print-architecture)"; swift --version 2>&1 | head -n 1'
for target in ${TARGETS:-demo test}; do
  echo "# make $target"
  SECONDS=0
  enter "$root" make -C /src "$target"
  echo "# make $target: passed after $SECONDS s"
done
