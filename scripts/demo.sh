#!/usr/bin/env bash
# The main job, seen from start to end: builds azring, starts a blob service on this machine, sends a folder there,
# brings it back, and proves that every byte is the same.
#
#   scripts/demo.sh            a generated folder: 20,000 small files, a file of 1 GiB and a sparse VHD
#   scripts/demo.sh FOLDER     a folder of yours; it is only read
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"
# shellcheck source=scripts/emulator.sh
. "$root/scripts/emulator.sh"

[ $# -le 1 ] || fail "usage: scripts/demo.sh [FOLDER]"
if [ $# = 1 ]; then
  [ -d "$1" ] || fail "\`$1\` is no folder"
  folder=$(cd "$1" && pwd)
fi
cd "$root"
need_rust

# room FOLDER: the free bytes of the file system that a folder is or will be on.
room() {
  local folder=$1
  while [ ! -d "$folder" ]; do folder=$(dirname "$folder"); done
  df --output=avail -B1 "$folder" | tail -n 1
}
# need_room FOLDER BYTES WHAT ADVICE
need_room() {
  [ "$(room "$1")" -ge "$2" ] || fail "\`$1\` has room for $(($(room "$1") >> 20)) MiB, and $3 needs $(($2 >> 20)) MiB: $4"
}

# What it takes, and whether it is there: before the build, which takes minutes.
scratch=${TMPDIR:-/tmp}
if [ -n "${folder:-}" ]; then
  needed=$(find "$folder" -type f -printf '%s\n' | awk '{ sum += $1 } END { printf "%.0f", sum }')
  memory_needed=$needed
else
  # The generated folder and what comes back; the service keeps its pages without the holes.
  needed=$((2900 << 20))
  memory_needed=$((1300 << 20))
fi
building=$((700 << 20))
[ ! -x "$target/release/azring-emulator" ] || building=$((50 << 20))
if [ "$building" -gt $((100 << 20)) ]; then
  say "this takes about 7 minutes of one processor and $((building >> 20)) MiB for the build, once; then a minute, $((needed >> 20)) MiB in $scratch and $((memory_needed >> 20)) MiB of memory"
else
  say "this takes about a minute, $((needed >> 20)) MiB in $scratch and $((memory_needed >> 20)) MiB of memory"
fi
need_room "$target" "$building" "the build" "set CARGO_TARGET_DIR to another folder"
need_room "$scratch" $((needed + needed / 10)) "the demonstration" "set TMPDIR to another folder"
memory=$(awk '/^MemAvailable:/ { printf "%.0f", $2 * 1024 }' /proc/meminfo)
[ "$memory_needed" -lt $((memory * 6 / 10)) ] \
  || fail "the service keeps $((memory_needed >> 20)) MiB in memory, of which $((memory >> 20)) MiB are free: give a smaller folder"

make_work demo

say "building azring"
cargo build --release --locked -p azring -p azring-emulator-tests --bins

# How the files become blobs: a folder of somebody has them all as block blobs.
kind=()
generate() {
  say "making 20,000 small files, a file of 1 GiB and a sparse VHD"
  folder=$work/folder
  # A page blob of the VHD, as Azure needs it for a disk.
  kind=(/BlobType:detect)
  local n
  for n in 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20; do
    mkdir -p "$folder/small/$n"
    head -c 4096000 /dev/urandom | split -b 4096 -a 4 -d - "$folder/small/$n/file-"
  done
  head -c 1G /dev/urandom >"$folder/one-gibibyte.bin"
  if have qemu-img; then
    qemu-img create -q -f vpc -o subformat=fixed,force_size=on "$folder/sparse.vhd" 256M
  else
    # Without its footer it is no VHD, and a raw image with that name would be reported.
    truncate -s 256M "$folder/sparse.img"
  fi
  # Something between the holes.
  head -c 8M /dev/urandom | dd of="$(echo "$folder"/sparse.*)" bs=1M seek=100 conv=notrunc status=none
}
[ -n "${folder:-}" ] || generate

files=$(find "$folder" -type f -printf x | wc -c)
bytes=$(find "$folder" -type f -printf '%s\n' | awk '{ sum += $1 } END { printf "%.0f", sum }')
[ "$files" -gt 0 ] || fail "\`$folder\` holds no files"

say "starting a blob service on this machine"
start_emulator "$target/release/azring-emulator" --blob-port 0 --store memory --memory-limit $((bytes + bytes / 10 + 67108864))
container=$blob/demo
printf '%s\n' "$container"

# timed WHAT COMMAND...: runs it and prints how fast the folder went.
timed() {
  local what=$1 start
  shift
  say "$what: $files files, $((bytes >> 20)) MiB"
  start=$(date +%s%N)
  "$@"
  awk -v what="$what" -v files="$files" -v bytes="$bytes" -v ns=$(($(date +%s%N) - start)) 'BEGIN {
    s = ns / 1e9
    printf "%s: %.2f s, %.2f GB/s, %.0f files/s\n", what, s, bytes / s / 1e9, files / s
  }'
}

timed upload "$target/release/azring" "/Source:$folder" "/Dest:$container" "/DestKey:$key" /DestType:Blob /S /Y "${kind[@]}"
timed download "$target/release/azring" "/Source:$container" "/Dest:$work/back" "/SourceKey:$key" /SourceType:Blob /S /Y

say "comparing what came back with what was sent"
(cd "$folder" && find . -type f -print0 | xargs -0 sha256sum --binary) >"$work/sums"
(cd "$work/back" && sha256sum --quiet --check "$work/sums") || fail "what came back is not what was sent"
printf 'all %s files are the same, byte for byte\n' "$files"
