#!/usr/bin/env bash
# Makes the images that whole-image fuzzing begins with in the directory $1: small, of all block sizes that differ, with
# long directories, hashed ones, checksums, extents, directories kept in inodes, links and names of odd bytes; and one with a
# journal and what else a kernel reads to mount.
set -euo pipefail
PATH="$PATH:/usr/sbin:/sbin"
mkdir -p "$1"
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/d" "$tree/e/sub/deep" "$tree/small" "$tree/hashed"
for i in $(seq 40); do : > "$tree/d/file-$i-of-many"; done
for i in $(seq 80); do : > "$tree/hashed/$(printf 'n%.0s' $(seq 150))-$i"; done
: > "$tree/small/one"; : > "$tree/small/$(printf '\033[31mred\xff')"; : > "$tree/e/$(printf '\u202egnp.exe')"
ln -s one "$tree/small/link"
ln -s "$(printf 'x/%.0s' $(seq 60))" "$tree/small/long-link"
make() { # name, block size, features, blocks
  local image="$1/$2.img"
  rm -f "$image"
  mke2fs -q -F -t ext4 -b "$3" -N 512 -I 256 -O "none,$4" -d "$tree" "$image" "$5" >/dev/null 2>&1
  case $4 in *dir_index*) e2fsck -fyD "$image" >/dev/null 2>&1 || test $? -eq 1 ;; esac
}
for size in 1024 4096 65536; do
  blocks=$((size == 1024 ? 1024 : size == 4096 ? 512 : 128))
  make "$1" "$size-ext2" $size filetype $blocks
  make "$1" "$size-hashed" $size filetype,extent,dir_index $blocks
  make "$1" "$size-ext4" $size filetype,extent,dir_index,64bit,metadata_csum,large_dir $blocks
  make "$1" "$size-inline" $size filetype,extent,ext_attr,inline_data,metadata_csum $blocks
done
make "$1" journal 1024 has_journal,filetype,extent,orphan_file,mmp,metadata_csum 4096
