#!/usr/bin/env bash
# Makes all packages of azring and azring-emulator in target/packages: archives, .deb, .rpm, wheels, an npm package, container
# images, and their checksums. It needs no root, and after `fetch` no network.
#
#   scripts/package.sh                      builds the programs twice and packages them (12 to 30 minutes of processor time, 1.5 GB)
#   scripts/package.sh fetch                only brings what that needs: crates, a linker and certificates from PyPI, rpmbuild
#   scripts/package.sh aarch64              afterwards: an archive for aarch64 too, with Rust's standard library for it
#   scripts/package.sh built FOLDER         packages the programs in FOLDER as they are, without the static ones and the images
#   AZRING_PACKAGES=FOLDER                  another folder than target/packages
#   AZRING_COMPRESSION=LEVEL                less than 9: larger packages in less time
#   SOURCE_DATE_EPOCH=SECONDS               another time in the packages than that of the commit
#
# The programs are built against glibc 2.17 (Debian 8, RHEL 7 and all later ones), and a second time without any library. Zig
# is the linker of the first: it has the symbols of every glibc. The second has Debian's static glibc. Paths are replaced, archives
# are sorted, times are the commit's. What still differs between two builds of one commit in two folders:
#
#   azring, static            nothing
#   azring, glibc             debug information of Zig's own C files, which has Zig's folder; so the build id, and the check sum of
#                             the file with debug information, which the program names
#   azring-emulator, both     the same with glibc; and more in both, probably because its library has the folder of its sources
#                             (`env!("CARGO_MANIFEST_DIR")`), although the program does not
#   packages                  those that hold such a program
#
# scripts/package_test.sh tests the packages.
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"
cd "$root"

out=${AZRING_PACKAGES:-$target/packages}
built=$target/packages-build
tools=$root/.peers/packaging
triple=x86_64-unknown-linux-gnu
other_triple=aarch64-unknown-linux-gnu
programs=(azring azring-emulator)
# The oldest glibc. Every later one has its symbols.
oldest=2.17

fetch() {
  need_rust
  have python3 || install_packages "making packages" python3 python3-venv
  have objcopy || install_packages "taking debug information out of programs" binutils
  have rpmbuild || install_packages "making .rpm packages" rpm
  local pins=scripts/packaging/requirements.txt
  if ! up_to_date "$tools/.installed-requirements.txt" "$pins"; then
    say "installing cargo-zigbuild, Zig and certificates"
    python_packages "$tools" -r "$pins"
    cp "$pins" "$tools/.installed-requirements.txt"
  fi
  cargo fetch --locked --target "$triple"
}

# build VARIANT TRIPLE FLAGS COMMAND...: builds the programs for a target, and leaves them in a folder of the variant, stripped, each
# with its debug information beside it.
build() {
  local variant=$1 built_for=$2 flags=$3 crates name paths files
  shift 3
  say "building $variant"
  # Every path that would be in a program gets a name that is the same everywhere.
  paths=--remap-path-prefix=$root=/usr/src/azring
  files=-ffile-prefix-map=$root=/usr/src/azring
  for crates in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do
    paths+=" --remap-path-prefix=$crates=/usr/src/crates"
    files+=" -ffile-prefix-map=$crates=/usr/src/crates"
  done
  CFLAGS=$files RUSTFLAGS="$paths -Clink-arg=-Wl,--build-id=sha1 $flags" \
    CARGO_INCREMENTAL=0 PATH="$tools/bin:$PATH" \
    "$@" --release --locked --offline --target-dir "$built/$variant" \
    -p azring -p azring-emulator-tests --bin azring --bin azring-emulator
  mkdir -p "$built/$variant/stripped"
  for name in "${programs[@]}"; do
    (
      cd "$built/$variant/stripped"
      objcopy --only-keep-debug --compress-debug-sections=zlib "../$built_for/release/$name" "$name.debug"
      objcopy --strip-all --remove-section=.comment --add-gnu-debuglink="$name.debug" "../$built_for/release/$name" "$name"
    )
  done
}

# need_old_glibc PROGRAM: fails if it needs a later glibc than the oldest.
need_old_glibc() {
  local latest
  latest=$(readelf --version-info --wide "$1" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1)
  [ "$(printf 'GLIBC_%s\n' "$oldest" "${latest#GLIBC_}" | sort -V | tail -n 1)" = "GLIBC_$oldest" ] \
    || fail "\`$1\` needs $latest, and is to run with glibc $oldest"
}
# need_no_library PROGRAM: fails if it needs any shared library.
need_no_library() {
  ! readelf --dynamic --wide "$1" | grep -q NEEDED || fail "\`$1\` is not static"
}

make_packages() {
  say "packages"
  PYTHONDONTWRITEBYTECODE=1 CARGO_NET_OFFLINE=true python3 scripts/packaging/make.py \
    --out "$out" --time "$SOURCE_DATE_EPOCH" --revision "$(git rev-parse HEAD 2>/dev/null || echo unknown)" "$@"
  say "they are in $out"
}

# aarch64: the archive of programs that this machine cannot run: their texts are those of the programs for this machine. The
# objcopy is that of Rust, which knows every processor.
aarch64() {
  local compiler
  [ -x "$built/glibc/stripped/azring" ] || fail "run scripts/package.sh before"
  compiler=$(rustc --print sysroot)
  [ -d "$compiler/lib/rustlib/$other_triple" ] || rustup target add "$other_triple"
  cargo fetch --locked --target "$other_triple"
  objcopy() { LD_LIBRARY_PATH=$compiler/lib "$compiler/lib/rustlib/$triple/bin/rust-objcopy" "$@"; }
  build aarch64 "$other_triple" "" cargo-zigbuild zigbuild --target "$other_triple.$oldest"
  unset -f objcopy
  for name in "${programs[@]}"; do
    need_old_glibc "$built/aarch64/stripped/$name"
  done
  make_packages --glibc "$built/glibc/stripped" --aarch64 "$built/aarch64/stripped" --zig "$(zig_folder)"
}

zig_folder() { "$tools/bin/python3" -c 'import ziglang; print(ziglang.__path__[0])'; }

export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
case ${1:-} in
  "") ;;
  fetch)
    fetch
    exit
    ;;
  built)
    [ $# = 2 ] || fail "usage: scripts/package.sh built FOLDER"
    stripped=$(mktemp -d)
    trap 'rm -r "$stripped"' EXIT
    for name in "${programs[@]}"; do
      objcopy --strip-all --remove-section=.comment "$2/$name" "$stripped/$name"
    done
    make_packages --glibc "$stripped"
    exit
    ;;
  aarch64)
    aarch64
    exit
    ;;
  *) fail "usage: scripts/package.sh [fetch | aarch64 | built FOLDER]" ;;
esac

fetch
build glibc "$triple" "" cargo-zigbuild zigbuild --target "$triple.$oldest"
build static "$triple" "-Ctarget-feature=+crt-static" cargo build --target "$triple"
for name in "${programs[@]}"; do
  need_old_glibc "$built/glibc/stripped/$name"
  need_no_library "$built/static/stripped/$name"
done
certificates=$("$tools/bin/python3" -c 'import certifi; print(certifi.where())')
make_packages --glibc "$built/glibc/stripped" --static "$built/static/stripped" --zig "$(zig_folder)" --certificates "$certificates"
