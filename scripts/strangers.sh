#!/usr/bin/env bash
# Runs other people's clients and test suites against azring-emulator. Installs them from PyPI, npm and crates.io into
# .peers/strangers, starts an emulator for each, and prints a table: name, version, passed, failed, reason. Ends non-zero if
# one failed.
#
#   scripts/strangers.sh             those that install within seconds: cloudpathlib, django-storages, opendal, batch
#   scripts/strangers.sh all         also azcopy, rclone and blobxfer (the emulator tests run them too), adlfs' own tests (the emulator
#                                    needs 7 GB of memory for them), object_store's integration test, opendal's behaviour
#                                    tests (from its repository: no package has them), and Azure's `az`
#   scripts/strangers.sh NAME...     only these
#
# AZRING_PROGRAMS names the folder of an emulator that is already built, AZRING_STRANGERS another folder than .peers/strangers.
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"
cd "$root"

quick=(cloudpathlib django-storages opendal batch)
slow=(azcopy rclone blobxfer adlfs object_store opendal_behavior az)
case ${1:-} in
  "") names=("${quick[@]}") ;;
  all) names=("${quick[@]}" "${slow[@]}") ;;
  *) names=("$@") ;;
esac
pins=$root/scripts/strangers
clients=$root/emulator-tests/tests/strangers/clients
folder=${AZRING_STRANGERS:-$root/.peers/strangers}
mkdir -p "$folder"
if [ -z "${AZRING_PROGRAMS:-}" ]; then
  need_rust
  cargo build --locked --quiet -p azring-emulator-tests --bin azring-emulator
  AZRING_PROGRAMS=$target/debug
fi
emulator=$AZRING_PROGRAMS/azring-emulator
have curl || install_packages "the clients" curl

export ACCOUNT=devstoreaccount1 NODE_FOLDER=$folder/npm PYTHONPATH=$clients PYTHONDONTWRITEBYTECODE=1
export KEY=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==
scratch=$(mktemp -d)
running=
finish() {
  [ -z "$running" ] || kill "$running" 2>/dev/null || true
  rm -rf "$scratch"
}
trap finish EXIT

# pinned_python FILE: a Python environment with the packages that FILE pins.
pinned_python() {
  up_to_date "$folder/venv/.installed-$1" "$pins/$1" && return
  say "installing $1"
  python_packages "$folder/venv" -r "$pins/$1"
  cp "$pins/$1" "$folder/venv/.installed-$1"
}
# pinned_npm: Node.js, and the packages that package-lock.json pins.
pinned_npm() {
  node_tools
  up_to_date "$NODE_FOLDER/.installed-lock.json" "$pins/package-lock.json" && return
  say "installing @azure/storage-blob"
  mkdir -p "$NODE_FOLDER"
  cp "$pins/package.json" "$pins/package-lock.json" "$NODE_FOLDER/"
  npm_packages "$NODE_FOLDER"
  cp "$pins/package-lock.json" "$NODE_FOLDER/.installed-lock.json"
}
start_emulator() {
  : >"$scratch/ready"
  "$emulator" --blob-port 0 >"$scratch/ready" &
  running=$!
  until grep -q '^ready' "$scratch/ready"; do
    kill -0 "$running" 2>/dev/null || fail "the emulator does not start"
    sleep 0.05
  done
  BLOB_URL=$(sed -n 's/.*blob=\([^ ]*\).*/\1/p' "$scratch/ready")
  export BLOB_URL
  export AZURE_STORAGE_CONNECTION_STRING="DefaultEndpointsProtocol=http;AccountName=$ACCOUNT;AccountKey=$KEY;BlobEndpoint=$BLOB_URL/$ACCOUNT;"
}
stop_emulator() {
  kill "$running"
  wait "$running" || fail "the emulator ended with $? on SIGTERM"
  running=
}
# check NAME COMMAND...: runs a command of a client as one check, and prints its result.
check() {
  local name=$1
  shift
  if "$@"; then echo "pass $name"; else echo "fail $name: exit code $?"; fi
}

# Each function run_NAME prints `version V`, then a line per check: `pass NAME` or `fail NAME: reason`.
run_cloudpathlib() { "$folder/venv/bin/python3" "$clients/cloudpathlib_client.py"; }
run_django-storages() { "$folder/venv/bin/python3" "$clients/django_client.py"; }
run_opendal() { "$folder/venv/bin/python3" "$clients/opendal_client.py"; }
run_batch() { node "$clients/batch.mjs"; }
run_azcopy() {
  "$root/.peers/bin/azcopy" --version | sed -n 's/^azcopy //p' | sed 's/^/version /' | head -n 1
  check blobs_and_files_up_down_across_sync_list_remove two_accounts azcopy.sh
}
run_rclone() {
  "$root/.peers/bin/rclone" version | sed -n 's/^rclone v/version /p'
  check blobs_and_files_copy_sync_check_move_purge two_accounts rclone.sh
}
run_blobxfer() {
  "$root/.peers/blobxfer/bin/blobxfer" --version | sed -n 's/.*version /version /p'
  check files_up_down_sync_share_to_share two_accounts blobxfer_files.sh
}
# two_accounts SCRIPT: runs the scripts of one client in tests/strangers against an emulator of its own with two accounts.
two_accounts() {
  cargo test --locked --quiet -p azring-emulator-tests --test strangers -- "${1%%[._]*}_" >&2
}
run_adlfs() {
  echo "version $("$folder/venv/bin/pip" show adlfs | sed -n 's/^Version: //p')"
  (cd "$scratch" && env -u AZURE_STORAGE_CONNECTION_STRING "$folder/venv/bin/python3" -m pytest -p adlfs_plugin -p no:cacheprovider -o asyncio_mode=auto -q -rA --tb=no --pyargs adlfs.tests) \
    | tee "$scratch/adlfs" >&2 || true
  sed -n 's/^PASSED .*::/pass /p; s/^FAILED .*::\([^ ]*\) - /fail \1: /p; s/^FAILED .*::\([^ ]*\)$/fail \1: /p; s/^ERROR /fail collection: /p' "$scratch/adlfs"
}
run_object_store() {
  local source=$folder/object_store
  echo "version $(sed -n 's/^version = "\(.*\)"/\1/p' "$source/Cargo.toml" | head -n 1)"
  "$folder/venv/bin/python3" -c 'from checks import container; container("test-bucket")'
  (cd "$source" && TEST_INTEGRATION=1 OBJECT_STORE_BUCKET=test-bucket AZURE_CONTAINER_NAME=test-bucket AZURE_USE_EMULATOR=1 \
    AZURE_STORAGE_USE_EMULATOR=true AZURE_STORAGE_ACCOUNT_NAME=$ACCOUNT AZURE_STORAGE_ACCOUNT_KEY=$KEY \
    AZURITE_BLOB_STORAGE_URL=$BLOB_URL cargo test --quiet --features azure --lib azure -- --format pretty) \
    | tee "$scratch/object_store" >&2 || true
  sed -n 's/^test \(.*\) \.\.\. ok$/pass \1/p; s/^test \(.*\) \.\.\. FAILED$/fail \1: see above/p' "$scratch/object_store"
}
# The address names the account in the host, as Azure's do: opendal signs the source of Put Block From URL for such addresses
# only. The host is in an /etc/hosts of the command's own.
run_opendal_behavior() {
  local host=$ACCOUNT.blob.localhost
  git -C "$folder/opendal" log -1 --format='version %h' 2>/dev/null || echo "version $opendal_commit"
  "$folder/venv/bin/python3" -c 'from checks import container; container("test")'
  echo "127.0.0.1 localhost $host" >"$scratch/hosts"
  (cd "$folder/opendal/core" && OPENDAL_TEST=azblob OPENDAL_AZBLOB_CONTAINER=test OPENDAL_AZBLOB_ROOT=/ \
    OPENDAL_AZBLOB_ENDPOINT=${BLOB_URL/127.0.0.1/$host} OPENDAL_AZBLOB_ACCOUNT_NAME=$ACCOUNT OPENDAL_AZBLOB_ACCOUNT_KEY=$KEY \
    unshare --user --map-root-user --mount sh -c 'mount --bind "$1" /etc/hosts && shift && exec "$@"' sh "$scratch/hosts" \
    cargo test --quiet "${opendal_tests[@]}") \
    | tee "$scratch/opendal_behavior" >&2 || true
  sed -n 's/^test \([^ ]*\) *\.\.\. ok$/pass \1/p; s/^test \([^ ]*\) *\.\.\. FAILED$/fail \1: see above/p' "$scratch/opendal_behavior"
}
run_az() {
  local az="$folder/az/bin/az" tree=$scratch/tree
  "$az" version --query '"azure-cli"' -o tsv | sed 's/^/version /'
  mkdir -p "$tree/b/ü" "$scratch/down"
  echo a >"$tree/a.txt"
  head -c 9000000 /dev/urandom >"$tree/b/large.bin"
  : >"$tree/b/ü/empty"
  check container_is_made "$az" storage container create -n folder -o none
  check folder_is_uploaded "$az" storage blob upload-batch -d folder -s "$tree" -o none
  check folder_is_downloaded "$az" storage blob download-batch -s folder -d "$scratch/down" -o none
  check bytes_are_the_same diff -r "$tree" "$scratch/down"
  check blobs_are_deleted "$az" storage blob delete-batch -s folder -o none
}

# install_for NAME: installs the client.
install_for() {
  case $1 in
    cloudpathlib | django-storages | opendal) pinned_python requirements.txt ;;
    batch) pinned_npm ;;
    azcopy | rclone | blobxfer) scripts/peers.sh >&2 ;;
    adlfs)
      pinned_python requirements.txt
      pinned_python requirements-all.txt
      ;;
    object_store)
      pinned_python requirements.txt
      object_store_source
      ;;
    opendal_behavior)
      pinned_python requirements.txt
      opendal_source
      ;;
    az)
      [ -x "$folder/az/bin/az" ] && return
      say "installing azure-cli"
      python_packages "$folder/az" azure-cli==2.80.0
      ;;
    *) fail "there is no client \`$1\`: they are ${quick[*]} ${slow[*]}" ;;
  esac
}
# opendal_source: opendal's repository at a fixed commit, and its tests compiled.
opendal_commit=68a76e499
opendal_tests=(--config 'profile.dev.debug=0' -p opendal --features "tests,services-azblob" --test behavior)
opendal_source() {
  if [ ! -d "$folder/opendal/core" ]; then
    say "cloning opendal"
    git clone --quiet --filter=blob:none https://github.com/apache/opendal "$folder/opendal"
    git -C "$folder/opendal" checkout --quiet "$opendal_commit"
  fi
  (cd "$folder/opendal/core" && cargo test --quiet "${opendal_tests[@]}" --no-run)
}
# object_store_source: the source of the crate with its tests, as cargo downloads it.
object_store_source() {
  [ -d "$folder/object_store" ] && return
  local project=$scratch/project
  mkdir -p "$project/src"
  : >"$project/src/lib.rs"
  printf '[package]\nname = "project"\nedition = "2021"\n[dependencies]\nobject_store = "=%s"\n' 0.14.1 >"$project/Cargo.toml"
  (cd "$project" && cargo vendor --quiet >/dev/null)
  cp -r "$project/vendor/object_store" "$folder/object_store"
  rm -f "$folder/object_store/.cargo-checksum.json" "$folder/object_store/Cargo.lock"
  printf '\n[workspace]\n' >>"$folder/object_store/Cargo.toml"
}

printf '%-16s %-10s %6s %6s  %s\n' name version passed failed reason >"$scratch/table"
failed=0
for name in "${names[@]}"; do
  install_for "$name"
  say "$name"
  start_emulator
  "run_$name" >"$scratch/lines" 2>"$scratch/errors" || echo "fail $name: it ended with $?" >>"$scratch/lines"
  stop_emulator
  passes=$(grep -c '^pass ' "$scratch/lines" || true)
  fails=$(grep -c '^fail ' "$scratch/lines" || true)
  [ "$passes" -gt 0 ] || [ "$fails" -gt 0 ] || { fails=1; echo "fail $name: no check ran" >>"$scratch/lines"; }
  if [ "$fails" -gt 0 ]; then
    failed=1
    cat "$scratch/errors" >&2
  fi
  printf '%-16s %-10s %6s %6s  %s\n' "$name" "$(sed -n 's/^version //p' "$scratch/lines" | head -n 1)" "$passes" "$fails" \
    "$(sed -n 's/^fail //p' "$scratch/lines" | paste -sd ';')" >>"$scratch/table"
done
say "other people's clients against azring-emulator"
cat "$scratch/table"
exit $failed
