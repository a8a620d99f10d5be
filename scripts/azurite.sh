#!/usr/bin/env bash
# Brings Azurite and its Node.js, as emulator-tests/package-lock.json pins them, into emulator-tests/node_modules.
# Does nothing when they are there already. No package's install script is run.
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"

cd "$root/emulator-tests"
stamp=node_modules/.installed-lock.json
if up_to_date "$stamp" package-lock.json; then
  exit 0
fi
node_tools
say "installing Azurite (npm ci)"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null
[ -f node_modules/azurite/dist/src/azurite.js ] || fail "npm ci ended without azurite in emulator-tests/node_modules"
cp package-lock.json "$stamp"
