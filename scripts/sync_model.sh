#!/usr/bin/env bash
# Syncs many random trees, with random filters and failures of the service, and compares each with a model.
#
#   scripts/sync_model.sh [CASES]     CASES: 100,000 unless given. AZRING_SEED repeats one that failed.
set -euo pipefail
cd "$(dirname "$0")/.."
AZRING_SYNC_CASES="${1:-100000}" cargo test --release --locked -p azring-core --test it -- \
    sync_model --nocapture
