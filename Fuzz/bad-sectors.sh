#!/usr/bin/env bash
# Reads images from disks with bad sectors: device-mapper's `error` target in the place of a directory's block, of an
# inode, of the superblock, and of the whole disk. Takes root and a kernel that has device mapper. Where that is missing,
# it starts Debian's kernel (package linux-image-amd64) in qemu (package qemu-system-x86), with itself as what runs there.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PATH:/usr/sbin:/sbin"

# What runs in the virtual machine: this script, from a file system in memory.
in_qemu() {
  local kernel=$1 modules
  modules=/lib/modules/${kernel#/boot/vmlinuz-}/kernel
  root=$(mktemp -d)
  trap 'rm -rf "$root"' EXIT
  mkdir -p "$root"/{proc,sys,dev,tmp,bin,work/Fuzz,modules}
  local tool
  for tool in bash dmsetup losetup debugfs .build/release/ext2walk; do
    local file
    file=$(command -v "$tool")
    cp "$file" "$root/bin/"
    # Shared libraries, and the loader, at their own places.
    ldd "$file" | grep -oE '/[^ ]+' | while read -r library; do
      mkdir -p "$root/$(dirname "$library")"
      cp -L "$library" "$root/$library"
    done
  done
  cp "$(command -v busybox)" "$root/bin/"
  # Later kernels of Debian pack their modules.
  for module in drivers/block/loop drivers/md/dm-mod; do
    file=$(ls "$modules/$module".ko*)
    case $file in
      *.xz) xz -dc "$file" ;;
      *.zst) zstd -qdc "$file" ;;
      *) cat "$file" ;;
    esac > "$root/modules/${module##*/}.ko"
  done
  cp Fuzz/bad-sectors.sh "$root/work/Fuzz/"
  Fuzz/images.sh "$root/work/images"
  # What follows ends the machine, whether the script fails or not.
  cat > "$root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
ln -s /proc/self/fd /dev/fd; mkdir -p /run
insmod /modules/loop.ko; insmod /modules/dm-mod.ko
bash /work/Fuzz/bad-sectors.sh /bin/ext2walk /work/images/*.img > /dev/ttyS0 2>&1 && echo PASSED > /dev/ttyS0
poweroff -f
INIT
  chmod +x "$root/init"
  (cd "$root" && find . | busybox cpio -o -H newc 2>/dev/null) > "$root.cpio"
  trap 'rm -rf "$root" "$root.cpio"' EXIT
  echo "This kernel has no device mapper, or you are not root: running $kernel in qemu."
  timeout 900 qemu-system-x86_64 -accel tcg -cpu max -m 2048 -nodefaults -display none -no-reboot \
    -kernel "$kernel" -initrd "$root.cpio" -append 'console=ttyS0 loglevel=1 panic=-1' -serial stdio < /dev/null | tee "$root/log"
  grep -q PASSED "$root/log"
}

if [ $# = 0 ]; then
  if dmsetup version > /dev/null 2>&1; then
    images=$(mktemp -d)
    trap 'rm -rf "$images"' EXIT
    Fuzz/images.sh "$images"
    "$0" .build/release/ext2walk "$images"/*.img
  else
    kernel=$(ls /boot/vmlinuz-* 2> /dev/null | tail -1)
    for needed in qemu-system-x86_64 busybox dmsetup losetup debugfs ${kernel:-vmlinuz}; do
      if ! command -v "$needed" > /dev/null && [ ! -f "$needed" ]; then
        echo "No device mapper for you here, and no $needed to run it in qemu. As root, or first:" \
          'apt-get install qemu-system-x86 linux-image-amd64 busybox-static dmsetup'
        exit 1
      fi
    done
    in_qemu "$kernel"
  fi
  exit
fi

ext2walk=$1
shift
failures=0
runs=0
work=$(mktemp -d)
loop=
trap 'remove_disk; if [ "$loop" ]; then losetup --detach "$loop"; fi; rm -rf "$work"' EXIT

remove_disk() {
  if dmsetup info bad > /dev/null 2>&1; then dmsetup remove --retry bad; fi
}

# Makes /dev/mapper/bad anew: a disk that is the loop device $1 but for $3 sectors from $2 on, which can't be read.
disk() {
  remove_disk
  {
    if [ "$2" -gt 0 ]; then echo "0 $2 linear $1 0"; fi
    echo "$2 $3 error"
    if [ $(($2 + $3)) -lt $sectors ]; then echo "$(($2 + $3)) $((sectors - $2 - $3)) linear $1 $(($2 + $3))"; fi
  } | dmsetup create --readonly bad
  if [ ! -e /dev/mapper/bad ]; then dmsetup mknodes bad; fi
}

# expect STATUS WORDS COMMAND...: runs it on the disk.
expect() {
  local status=$1 words=$2 got=0
  shift 2
  timeout 20 "$ext2walk" "$@" /dev/mapper/bad > "$work/out" 2> "$work/messages" || got=$?
  if [ $got != "$status" ] || ! grep -qE "$words" "$work/messages" "$work/out"; then
    echo "FAILED: $* of $image: status $got and not $status, or no '$words' in:"
    head -5 "$work/messages"
    failures=$((failures + 1))
  fi
  runs=$((runs + 1))
}

# What the last `ls -RA --full-path` no longer listed stands in a directory that it names, and what it names as unreadable lies in the
# page of the bad sector, at byte $1: the kernel reads devices by pages.
expect_rest() {
  local page=$(($1 / 4096)) inode place
  "$ext2walk" ls -RA --full-path "$image" > "$work/whole"
  sed -n 's/.*: directory \(.*\) (inode .*/\1/p' "$work/messages" > "$work/named"
  awk -v image="$image" '
    FILENAME ~ /named$/ { named[$0]; next }
    FILENAME ~ /out$/ { listed[$0]; next }
    { known[$0]; whole++
      if ($0 in listed) next
      lost++
      is_named = 0
      for (above = $0; sub("/[^/]*$", "", above) && above != "";) if (above in named) is_named = 1
      if (!is_named) { print "FAILED: " $0 " of " image " is lost, and nothing was said"; failed = 1 } }
    END {
      for (name in listed) if (!(name in known)) { print "FAILED: " name " was never in " image; failed = 1 }
      if (!lost || lost == whole) { print "FAILED: " lost " of " whole " are lost of " image; failed = 1 }
      exit failed
    }' "$work/named" "$work/out" "$work/whole" || failures=$((failures + 1))
  sed -n 's/.*physical \([0-9]*\).*/\1/p' "$work/messages" | sort -u | while read -r block; do
    echo $((block * size)) $(((block + 1) * size - 1))
  done > "$work/places"
  sed -n 's/.*reading inode \([0-9]*\):.*/\1/p' "$work/messages" | sort -u | while read -r inode; do
    place=$(inode_position "<$inode>")
    echo "$place $place"
  done >> "$work/places"
  while read -r first last; do
    if [ $((first / 4096)) -gt $page ] || [ $((last / 4096)) -lt $page ]; then
      echo "FAILED: bytes $first to $last of $image were not bad"
      failures=$((failures + 1))
    fi
  done < "$work/places"
}

# Where the inode of $1 is, in bytes.
inode_position() {
  debugfs -R "imap $1" "$image" 2> /dev/null |
    sed -n 's/.*located at block \([0-9]*\), offset \(0x[0-9a-f]*\).*/\1 \2/p' | while read -r block offset; do
    echo $((block * size + offset))
  done
}

for image in "$@"; do
  size=$(debugfs -R stats "$image" 2> /dev/null | sed -n 's/^Block size: *//p')
  loop=$(losetup --read-only --find --show "$image")
  sectors=$(cat /sys/block/"${loop#/dev/}"/size)

  # The first sector of the last block of /hashed, which has several.
  block=$(debugfs -R 'blocks /hashed' "$image" 2> /dev/null | tr ' ' '\n' | grep . | tail -1)
  disk "$loop" $((block * (size / 512))) 1
  words="/hashed .*physical $block.*nput/output error"
  expect 1 "$words" ls -RA --full-path
  expect_rest $((block * size))
  for command in "ls -lR --checksums" "map -R" "verify"; do
    # shellcheck disable=SC2086
    expect 1 "$words" $command
  done

  # The sector that holds a directory's inode.
  inode=$(debugfs -R 'stat /e' "$image" 2> /dev/null | sed -n 's/^Inode: \([0-9]*\).*/\1/p')
  position=$(inode_position /e)
  disk "$loop" $((position / 512)) 1
  words="/e .*reading inode $inode: .*nput/output error"
  expect 1 "$words" ls -RA --full-path
  expect_rest "$position"
  for command in "ls -lR" "map -R"; do
    # shellcheck disable=SC2086
    expect 1 "$words" $command
  done
  # Those in the inode's page, and no others.
  room=$(((4095 - position % 4096) / 256))
  expect 1 "inodes $((inode - position % 4096 / 256)) to $((inode + room)): .*nput/output error" verify

  # The superblock, and then everything.
  disk "$loop" 2 2
  expect 2 "nput/output error" ls
  expect 2 "nput/output error" info
  disk "$loop" 0 "$sectors"
  for command in ls map verify info; do expect 2 "nput/output error" $command; done

  remove_disk
  losetup --detach "$loop"
  loop=
done
echo "bad sectors: $runs runs on $# images, $failures failures, kernel $(uname -r)"
test $failures = 0 -a $runs = $((14 * $#))
