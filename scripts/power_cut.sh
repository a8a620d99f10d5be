#!/usr/bin/env bash
# The power is cut while azring downloads: an image of a file system is mounted, azring downloads into it, with its journal in
# it too, and at a random moment the image is copied as it is at that moment (a clone, so nothing of it is from later). The
# copy is mounted in the image's place and the same command is given again: it must end well, and every file must have its
# bytes - those too that the first run had written down as done, which are not fetched again.
#
#   scripts/power_cut.sh [CUTS [FILE-SYSTEM...]]    20 cuts on each of ext4, xfs and btrfs; SEED=n for the same moments
#
# As root: it mounts images through loop devices. Ends with 77 where none can be mounted.
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"

cuts=${1:-20}
shift || true
systems=("$@")
[ ${#systems[@]} -gt 0 ] || systems=(ext4 xfs btrfs)
[ "$(id -u)" = 0 ] || fail "cutting the power of an image needs root, for its loop device"
for tool in mkfs.ext4:e2fsprogs mkfs.xfs:xfsprogs mkfs.btrfs:btrfs-progs; do
  have "${tool%:*}" || install_packages "an image of a file system" "${tool#*:}"
done
cd "$root"
if [ -z "${BINARIES:-}" ]; then
  need_rust
  cargo build --locked -p azring -p azring-emulator-tests --bins
fi
binaries=${BINARIES:-$target/debug}

# Azurite's account, whose key everybody knows: it protects nothing.
export AZRING_SOURCE_KEY='Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='
RANDOM=${SEED:=$RANDOM}
echo "SEED=$SEED"

work=$(mktemp -d "${TMPDIR:-/tmp}/azring-power-cut.XXXXXX")
inner=$work/mounted
outer=$work/outer
service=
# After a kill the kernel may still hold files that a ring had open, for a moment.
unmount() {
  local tries=0
  until umount "$1" 2>"$work/busy"; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || fail "$1 stays busy: $(cat "$work/busy")"
    sleep 0.1
  done
}
finish() {
  [ -z "$service" ] || kill "$service" 2>/dev/null || true
  umount "$inner" 2>/dev/null || true
  umount "$outer" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
mkdir "$inner" "$outer"

# A file system whose files can be cloned at a moment.
truncate -s 6G "$work/outer.img"
mkfs.xfs -q "$work/outer.img"
mount -o loop "$work/outer.img" "$outer" || {
  echo "no image can be mounted here" >&2
  exit 77
}

say "a tree of small files and three of 24 MiB"
mkdir -p "$work/source/small"
head -c 3000000 /dev/urandom | split -b 7500 -a 3 -d - "$work/source/small/file-"
for n in 1 2 3; do head -c 24M /dev/urandom >"$work/source/large-$n"; done

"$binaries/azring-emulator" >"$work/ready" &
service=$!
until grep -q ready "$work/ready"; do :; done
url=$(sed -n 's/^ready blob=\([^ ]*\).*/\1/p' "$work/ready")/devstoreaccount1/cut
AZRING_DEST_KEY=$AZRING_SOURCE_KEY "$binaries/azring" --source "$work/source" --destination "$url" --recursive --no-journal \
  --quiet >/dev/null

# One command, the first time and the second.
download=("$binaries/azring" --source "$url" --destination "$inner/data" --recursive --quiet --progress none
  --resume "$inner/journal")

# How many objects the journal in the mounted image calls done, and how many files are there under their names.
done_of() {
  "$binaries/azring" jobs list --resume "$inner/journal" --output json | sed -n 's/.*"done":\([0-9]*\).*/\1/p'
}

for system in "${systems[@]}"; do
  resumed=0 begun=0 noted=0
  again=
  [ "$system" != xfs ] || again=,nouuid
  for ((cut = 1; cut <= cuts; cut++)); do
    rm -f "$outer/image" "$outer/cut"
    truncate -s 400M "$outer/image"
    case $system in
      ext4) mkfs.ext4 -q -F "$outer/image" ;;
      xfs) mkfs.xfs -q "$outer/image" ;;
      btrfs) mkfs.btrfs -q "$outer/image" >/dev/null ;;
      *) fail "no such file system here: $system" ;;
    esac
    mount -o loop "$outer/image" "$inner"
    "${download[@]}" >"$work/first" 2>&1 &
    run=$!
    # Anywhere in the run, which takes a second or so.
    sleep "0.$(printf %03d $((RANDOM % 1000)))"
    cp --reflink=always "$outer/image" "$outer/cut"
    kill -9 "$run" 2>/dev/null || true
    wait "$run" 2>/dev/null || true
    unmount "$inner"
    mount -o "loop$again" "$outer/cut" "$inner"
    if [ -e "$inner/journal/azring.jnl" ]; then
      begun=$((begun + 1))
      mkdir -p "$inner/data"
      before=$(done_of)
      noted=$((noted + ${before:-0}))
      there=$(find "$inner/data" -type f ! -name '.azring-*' 2>/dev/null | wc -l)
      [ "${before:-0}" -le "$there" ] || fail "$system, cut $cut, SEED=$SEED: $before done, $there there"
      # Each file that has its name has its bytes, before anything is done about it.
      find "$inner/data" -type f ! -name '.azring-*' -printf '%P\0' 2>/dev/null \
        | while IFS= read -r -d '' name; do cmp -s "$work/source/$name" "$inner/data/$name" || echo "$name"; done >"$work/wrong"
      [ ! -s "$work/wrong" ] || fail "$system, cut $cut, SEED=$SEED: wrong bytes in $(head -n 1 "$work/wrong")"
    fi
    "${download[@]}" >"$work/second" 2>&1 || { cat "$work/second"; fail "$system, cut $cut, SEED=$SEED: it did not resume"; }
    diff -r "$work/source" "$inner/data" || fail "$system, cut $cut, SEED=$SEED: not the same"
    [ ! -e "$inner/journal/azring.jnl" ] || fail "$system, cut $cut, SEED=$SEED: the journal is left"
    resumed=$((resumed + 1))
    unmount "$inner"
  done
  say "$system: $resumed cuts, each resumed to the same bytes; $begun found a journal, with $noted objects done in all"
done
