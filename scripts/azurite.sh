#!/usr/bin/env bash
# Brings Azurite, an older one that knows less, and their Node.js, as emulator-tests/package-lock.json pins them, into
# emulator-tests/node_modules.
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
npm_packages "$PWD"
for package in azurite azurite-3.35; do
  [ -f "node_modules/$package/dist/src/azurite.js" ] || fail "npm ci ended without $package in emulator-tests/node_modules"
done
cp package-lock.json "$stamp"
