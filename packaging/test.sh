#!/usr/bin/env bash
# Tries what `make install` and `make deb` make: `make test-packages`.
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
image=fixtures/unpacked/ppc64-ext2-64k-small.img

echo '# make install, below DESTDIR, and make uninstall'
make --no-print-directory install DESTDIR="$scratch/root" PREFIX=/opt/walk
(cd "$scratch/root" && find . -type f | sort) | tee "$scratch/files"
test "$(wc -l <"$scratch/files")" = 9
"$scratch/root/opt/walk/bin/ext2walk" ls "$image" >"$scratch/listed"
grep -qx README.txt "$scratch/listed"
# It is stripped, and needs no Swift where it runs.
readelf -S "$scratch/root/opt/walk/bin/ext2walk" >"$scratch/sections"
readelf -d "$scratch/root/opt/walk/bin/ext2walk" | grep NEEDED >"$scratch/needed"
if grep '\.symtab' "$scratch/sections" || grep -i swift "$scratch/needed"; then
  echo 'The installed binary is not stripped, or needs Swift.'
  exit 1
fi
make --no-print-directory uninstall DESTDIR="$scratch/root" PREFIX=/opt/walk
test -z "$(find "$scratch/root" -type f)"

echo '# completions are valid in each shell that is here'
for shell in bash zsh fish; do
  if command -v "$shell" >/dev/null; then
    "$shell" -n ".build/completions/ext2walk.$shell"
    echo "$shell: valid"
  fi
done

# Both kinds of files: IMAGE, and what --svg writes.
mkdir "$scratch/files-to-complete" && touch "$scratch/files-to-complete/"{nas.img,picture.svg}
for line in 'ls na' 'ls -lR na' 'info na' 'verify na' 'map --svg pi'; do
  (cd "$scratch/files-to-complete" && bash "$OLDPWD/packaging/complete.sh" "$OLDPWD/.build/completions/ext2walk.bash" $line)
done >"$scratch/completed"
printf '%s\n' nas.img nas.img nas.img nas.img picture.svg | cmp - "$scratch/completed"
if command -v fish >/dev/null; then
  (cd "$scratch/files-to-complete" && fish -c "source '$OLDPWD/.build/completions/ext2walk.fish'; complete -C 'ext2walk ls na'") \
    >"$scratch/completed"
  test "$(cat "$scratch/completed")" = nas.img
fi

echo '# manual pages: each has a name and a subject for apropos, its own header, and no warnings'
for tool in lexgrog groff; do
  command -v "$tool" >/dev/null || { echo "$tool is missing: install man-db and groff"; exit 1; }
done
for page in .build/man/*.1; do
  name=$(basename "$page" .1)
  lexgrog "$page" | grep -q ": \"$name - [A-Z][^\"]*[^.\"]\"$"
  groff -mdoc -ww -Kutf8 -Tutf8 "$page" >"$scratch/page" 2>"$scratch/warnings"
  cat "$scratch/warnings"
  test ! -s "$scratch/warnings"
  grep -q "^${name^^}(1)" "$scratch/page"
  # Examples stand in columns, a line each.
  grep -Eq '^ +ext2walk [a-z]+ .*  +[a-z]' "$scratch/page"
  echo "$name: a page"
done

echo '# make deb'
package=$(ls -t .build/ext2walk_*.deb | head -n 1)
# The Debian that it is for stands in its name: one made where libc is newer doesn't install here.
release=$(. /etc/os-release && echo "$ID${VERSION_ID:-$VERSION_CODENAME}")
test "$(basename "$package")" = \
  "ext2walk_$(.build/release/ext2walk --version)+${release}_$(dpkg --print-architecture).deb"
test "$(dpkg-deb --field "$package" Version)" = "$(.build/release/ext2walk --version)+$release"
dpkg-deb --info "$package" | tee "$scratch/info"
grep -q 'Depends: .*libc6.*libext2fs2' "$scratch/info"
dpkg-deb --extract "$package" "$scratch/deb"
"$scratch/deb/usr/bin/ext2walk" info "$image" | head -n 1
"$scratch/deb/usr/bin/ext2walk" ls -R "$image" >"$scratch/listed-by-package"
.build/release/ext2walk ls -R "$image" >"$scratch/listed"
cmp "$scratch/listed-by-package" "$scratch/listed"
echo 'packages: passed'
