#!/usr/bin/env bash
# Two workers for each shard of a plan, killed at random moments or stopped and woken late: nothing is lost, and nothing is
# counted twice. The ordinary tests do a little of it.
#
#   scripts/shard_model.sh                 64 shards, 20 kills, 8 late workers
#   scripts/shard_model.sh 256             as many shards
#   AZRING_SEED=n scripts/shard_model.sh   the same kills again
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
export AZRING_SHARDS=${1:-64} AZRING_SHARD_KILLS=${AZRING_SHARD_KILLS:-20} AZRING_ZOMBIES=${AZRING_ZOMBIES:-8}
cargo test --release --locked -p azring-emulator-tests --test it -- --nocapture shard::storm::
