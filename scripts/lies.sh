#!/usr/bin/env bash
# Lies of a service and of file systems, told to azring, AzCopy 10 and rclone: who notices? Prints the table that
# emulator-tests/LIES.md holds, and fails where azring ends with exit code 0 over wrong bytes. It takes some minutes.
#
#   scripts/lies.sh            all rows
#   scripts/lies.sh TEXT       the rows that hold this text
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"
cd "$root"

need_rust
scripts/peers.sh >&2
cargo build --locked --quiet -p azring -p azring-emulator-tests --bins
said=$(mktemp)
trap 'rm -f "$said"' EXIT
printf '%s, azring %s, Linux %s\n\n' "$(date -u +%F)" "$(git log -1 --format=%h)" "$(uname -r)"
if ! AZRING_PROGRAMS=$target/debug AZRING_LIES=${1:-} cargo test --locked --quiet -p azring-emulator-tests --test it \
  -- --ignored --exact --nocapture lies::who_notices_the_lies_of_a_service 2>"$said" | grep '^|'; then
  grep -A2 panicked "$said" >&2 || cat "$said" >&2
  exit 1
fi
