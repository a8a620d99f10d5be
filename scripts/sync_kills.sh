#!/usr/bin/env bash
# Kills syncs that delete at moments that nobody chose, also among their deletions: nothing is lost, and the same command
# then makes the destination like the source. The ordinary tests kill a few.
#
#   scripts/sync_kills.sh                  200 syncs
#   scripts/sync_kills.sh 1000             as many
#   AZRING_SEED=n scripts/sync_kills.sh    the same syncs again
#
# AZRING_PROGRAMS names the folder of an azring that is already built.
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"
cd "$root"

need_rust
if [ -z "${AZRING_PROGRAMS:-}" ]; then
  cargo build --release --locked --quiet -p azring -p azring-emulator-tests --bins
  export AZRING_PROGRAMS=$target/release
fi
export AZRING_SYNC_KILLS=${1:-200}
cargo test --release --locked -p azring-emulator-tests --test it -- --nocapture sync_kills::
