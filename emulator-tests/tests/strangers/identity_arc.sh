#!/usr/bin/env bash
# azure-identity as on a machine with Azure Arc: the key file has to be in /var/opt/azcmagent/tokens, so emulator and client
# run in a mount namespace of their own, which has that folder. Runs in an empty folder.
set -euo pipefail
if [ "${1:-}" != inside ]; then
  unshare --map-root-user --mount mount -t tmpfs none /var/opt || { echo "this test mounts a folder in a namespace"; exit 1; }
  exec unshare --map-root-user --mount bash "$0" inside
fi
mount -t tmpfs none /var/opt
mkdir -p /var/opt/azcmagent/tokens
exec 3< <(exec "$EMULATOR" --https --ca-out authority.pem --identity-port 0 --arc-folder /var/opt/azcmagent/tokens)
emulator=$!
trap 'kill $emulator' EXIT
read -r -u 3 ready
for word in ${ready#ready }; do
  case $word in
    blob=*) export BLOB_URL=${word#*=} ;;
    file=*) export FILE_URL=${word#*=} ;;
    table=*) export TABLE_URL=${word#*=} ;;
    control=*) export CONTROL_URL=${word#*=} ;;
    identity=*) export IDENTITY_URL=${word#*=} ;;
    identity-http=*) export IDENTITY_HTTP_URL=${word#*=} ;;
  esac
done
AUTHORITY=$PWD/authority.pem "$PEERS/venv/bin/python3" "$(dirname "$0")/identity.py" arc
[ -z "$(ls /var/opt/azcmagent/tokens)" ] || { echo "a key file is left"; exit 1; }
