#!/usr/bin/env bash
# Kills azring-emulator 200 times (kill -9) while four clients write to its folder store, and compares every object after
# each restart: nothing acknowledged is lost.
#
#   scripts/kill_emulator.sh              200 kills
#   scripts/kill_emulator.sh 1000         1000 kills
#   AZRING_SEED=n scripts/kill_emulator.sh    the same moments again
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"
cd "$root"

need_rust
export AZRING_KILLS=${1:-200}
cargo test --locked -p azring-emulator-tests --test conformance -- --nocapture \
  nothing_acknowledged_is_lost_when_the_emulator_is_killed
