#!/usr/bin/env bash
# Gives wrong answers of a service and of file systems to azring, AzCopy 10 and rclone. Prints the table that
# emulator-tests/WRONG_DATA.md holds, and fails where azring ends with exit code 0 over wrong bytes. It takes some minutes.
#
#   scripts/wrong_data.sh            all rows
#   scripts/wrong_data.sh TEXT       the rows that hold this text
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
if ! AZRING_PROGRAMS=$target/debug AZRING_WRONG_DATA=${1:-} cargo test --locked --quiet -p azring-emulator-tests --test it \
  -- --ignored --exact --nocapture wrong_data::who_reports_wrong_data 2>"$said" | grep '^|'; then
  grep -A2 panicked "$said" >&2 || cat "$said" >&2
  exit 1
fi
