#!/usr/bin/env bash
# Moves random trees while the service fails and azring is killed: after every run each object must be at the destination
# with its very bytes, or at the source. The ordinary tests run a few of them.
#
#   scripts/move_model.sh                  200 moves
#   scripts/move_model.sh 1000             as many
#   AZRING_SEED=n scripts/move_model.sh    the same moves again
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
export AZRING_MOVES=${1:-200}
cargo test --release --locked -p azring-emulator-tests --test it -- --nocapture moves_model::
