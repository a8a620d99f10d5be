#!/usr/bin/env bash
# Syncs with deletion in seven dangerous situations, with azring, AzCopy 10 and rclone, and prints which objects each of
# them deleted that it should not have. Fails where azring deleted one.
#
#   scripts/sync_safety.sh
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"
cd "$root"

need_rust
scripts/peers.sh >&2
cargo build --locked --quiet -p azring -p azring-emulator-tests --bins
exec .peers/venv/bin/python scripts/sync_safety.py "${AZRING_PROGRAMS:-$target/debug}"
