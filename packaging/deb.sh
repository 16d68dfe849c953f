#!/usr/bin/env bash
# Makes a Debian package of what is built: `make deb`. Its dependencies, with the versions that they must have, are
# those that dpkg-shlibdeps finds in the binary; libc's is that of this machine, or nearly: the package's version, and
# with it its name, says for which Debian it is.
set -euo pipefail
cd "$(dirname "$0")/.."
binary=.build/release/ext2walk
work=.build/deb
version=$("$binary" --version)+$(. /etc/os-release && echo "$ID${VERSION_ID:-$VERSION_CODENAME}")
architecture=$(dpkg --print-architecture)
package=.build/ext2walk_${version}_${architecture}.deb

rm -rf "$work"
mkdir -p "$work/root/DEBIAN" "$work/debian"
make --no-print-directory install DESTDIR="$work/root" PREFIX=/usr ZSHDIR=/usr/share/zsh/vendor-completions
gzip -9n "$work"/root/usr/share/man/man1/*.1
install -D -m 644 LICENSE "$work/root/usr/share/doc/ext2walk/copyright"

command -v dpkg-shlibdeps >/dev/null || {
  sudo=; test "$(id -u)" = 0 || sudo=sudo
  $sudo apt-get update -qq
  $sudo apt-get install -y -qq --no-install-recommends dpkg-dev
}
printf 'Source: ext2walk\n\nPackage: ext2walk\nArchitecture: any\n' >"$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O -e root/usr/bin/ext2walk | sed -n 's/^shlibs:Depends=//p')
test -n "$depends"

cat >"$work/root/DEBIAN/control" <<CONTROL
Package: ext2walk
Version: $version
Architecture: $architecture
Maintainer: ext2walk maintainers <maintainers@localhost>
Depends: $depends
Section: utils
Priority: optional
Installed-Size: $(du -sk "$work/root/usr" | cut -f1)
Description: reads ext2, ext3 and ext4 images of any block size
 Lists and checks directories of images and disks that this machine can't
 mount, such as those of 64 KiB blocks on a machine with 4 KiB pages.
CONTROL
dpkg-deb --root-owner-group --build "$work/root" "$package" >/dev/null
echo "$package"
