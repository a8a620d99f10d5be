#!/usr/bin/env bash
# Exports random tables and imports them again, while the service fails and azring is killed: the imported table must be
# equal in every type and value. The ordinary tests run a few of them. Prints the seed of a table that differs, and the
# smallest part of the case that still differs.
#
#   scripts/table_model.sh                  2000 tables
#   scripts/table_model.sh 100              as many
#   scripts/table_model.sh 100 4711         the same tables again: those of the seeds from 4711 on
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
export AZRING_TABLES=${1:-2000} AZRING_SEED=${2:-$(date +%s)}
cargo test --release --locked -p azring-emulator-tests --test it -- --exact --nocapture \
  tables::model::random_tables_are_equal_after_export_and_import
