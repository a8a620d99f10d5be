#!/usr/bin/env bash
# Everything: brings what the tests need, then structure, format, lints, unit and property tests, and the tests against
# Azurite and azring-emulator. On a fresh Debian or Ubuntu with Rust this is the one command; it ends non-zero when
# anything failed.
#
#   scripts/test.sh                 all of it
#   scripts/test.sh NAME...         only the emulator tests whose names contain one of these
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"
cd "$root"

started=$SECONDS
step=start
step_started=$SECONDS
providing=
provided=$(mktemp)
finish() {
  local status=$?
  [ -z "$providing" ] || kill "$providing" 2>/dev/null || true
  rm -f "$provided"
  local minutes=$(((SECONDS - started) / 60)) seconds=$(((SECONDS - started) % 60))
  if [ "$status" = 0 ]; then
    printf '\nall tests passed (%d min %02d s)\n' "$minutes" "$seconds"
  else
    printf '\nFAILED at: %s (%d min %02d s)\n' "$step" "$minutes" "$seconds"
  fi
  exit "$status"
}
trap finish EXIT
begin() {
  [ "$step" = start ] || printf '(%s: %d s)\n' "$step" $((SECONDS - step_started))
  step=$1
  step_started=$SECONDS
  say "$1"
}

# Servers, peers and a browser. They are fetched while the compiler works.
provide() {
  { have setpriv && have prlimit && have timeout; } || install_packages "the tests as another user" util-linux coreutils
  have chromium || install_packages "the tests of the report in a browser" chromium fonts-dejavu-core
  [ "$(id -u)" = 0 ] || have fusermount3 || install_packages "the tests with file systems of their own" fuse3
  have qemu-img || install_packages "the tests with a VHD" qemu-utils
  scripts/azurite.sh
  scripts/peers.sh
}
need_provided() {
  [ -n "$providing" ] || return 0
  local status=0
  wait "$providing" || status=$?
  providing=
  cat "$provided"
  [ "$status" = 0 ] || fail "what the tests need could not be had"
}

# One build for all steps below. Every step asks cargo for the same packages with the same features, or runs what is built:
# another selection of packages would unite the features of their dependencies otherwise, and compile them again.
build=(--workspace --locked --features azring-emulator-tests/containers)

# integration_tests PACKAGE: the programs that hold the tests of PACKAGE/tests, as lines of name and path.
integration_tests() {
  cargo test "${build[@]}" --no-run --quiet --message-format json | python3 -c '
import json, pathlib, sys
for line in sys.stdin:
    made = json.loads(line)
    if made.get("executable") and made["target"]["kind"] == ["test"]:
        if pathlib.Path(made["manifest_path"]).parent.name == sys.argv[1]:
            print(made["target"]["name"], made["executable"])
' "$1"
}
# run_integration_tests PACKAGE NAME...: one process for all tests of a program, so that they share what is costly: an Azurite
# of the emulator tests, the best fixed numbers of the simulator. All of them run, whichever fails first.
run_integration_tests() {
  local package=$1 programs name program failed=
  shift
  programs=$(integration_tests "$package")
  [ -n "$programs" ] || fail "$package has no integration tests"
  while read -r name program; do
    say "$package: $name"
    (cd "$package" && "$program" "$@" </dev/null) || failed="$failed $name"
  done <<<"$programs"
  [ -z "$failed" ] || fail "tests failed:$failed"
}

begin "what the build needs"
need_rust
have python3 || install_packages "the rules of structure, and the tests with Azure's Python SDK" python3 python3-venv
provide >"$provided" 2>&1 &
providing=$!

if [ $# = 0 ]; then
  begin "structure, format and lints"
  scripts/check.sh
fi

begin "build"
cargo test "${build[@]}" --no-run
# The programs that the emulator tests run are part of the same build.
export AZRING_PROGRAMS=$target/debug
# Their Azurite is a process, unless somebody names one: containers have a step of their own.
[ -n "${AZURITE_BLOB_URL:-}" ] || export AZRING_AZURITE=${AZRING_AZURITE:-process}

if [ $# = 0 ]; then
  begin "unit and property tests"
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run "${build[@]}" --no-tests=pass \
      -E 'not ((package(azring-emulator-tests) or package(azring-core)) and kind(test))'
  else
    cargo test "${build[@]}" --lib --bins -- --quiet
    run_integration_tests transport --quiet
    run_integration_tests cli --quiet
  fi
  run_integration_tests core --quiet

  begin "examples in the documentation"
  cargo test "${build[@]}" --doc --quiet
fi

begin "what the emulator tests need"
need_provided

begin "emulator tests"
run_integration_tests emulator-tests "$@"

# Again with Azurite in a container: the harness, and trees of all lengths and names up and down.
if [ $# = 0 ]; then
  begin "emulator tests with Azurite in a container"
  status=0
  program=$(integration_tests emulator-tests | sed -n 's/^it //p')
  AZRING_AZURITE=container scripts/containers.sh with env -C emulator-tests "$program" \
    harness:: roundtrip::every roundtrip::names roundtrip::long || status=$?
  if [ "$status" = 77 ] && [ -z "${CI:-}" ]; then
    say "NOT RUN: there is no container engine here, and only root can have one"
  else
    (exit "$status")
  fi
fi
begin "end"
