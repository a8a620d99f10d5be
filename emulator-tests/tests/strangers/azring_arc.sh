#!/usr/bin/env bash
# azring as on a machine with Azure Arc: the agent's key file has to be in /var/opt/azcmagent/tokens, so emulator and azring
# run in a mount namespace of their own, which has that folder. Runs in an empty folder.
set -euo pipefail
if [ "${1:-}" != inside ]; then
  exec unshare --map-root-user --mount bash "$0" inside
fi
mount -t tmpfs none /var/opt || { echo "this test mounts a folder in a namespace"; exit 1; }
mkdir -p /var/opt/azcmagent/tokens
exec 3< <(exec "$EMULATOR" --https --ca-out authority.pem --identity-port 0 --arc-folder /var/opt/azcmagent/tokens)
emulator=$!
trap 'kill $emulator' EXIT
read -r -u 3 ready
for word in ${ready#ready }; do
  case $word in
    blob=*) blob_url=${word#*=} ;;
    identity-http=*) identity_url=${word#*=} ;;
  esac
done
export XDG_STATE_HOME=$PWD/state HOME=$PWD SSL_CERT_FILE=$PWD/authority.pem
export IDENTITY_ENDPOINT=$identity_url/arc/metadata/identity/oauth2/token IMDS_ENDPOINT=$identity_url
"$AZRING" login --identity
mkdir -p from/d
echo one >from/a
echo two >from/d/b
copy() {
  "$AZRING" --source "$1" --destination "$2" --recursive --quiet --trusted-microsoft-suffixes "${blob_url#*://}"
}
copy "$PWD/from" "$blob_url/$ACCOUNT/arc"
copy "$blob_url/$ACCOUNT/arc" "$PWD/to"
diff -r from to
[ -z "$(ls /var/opt/azcmagent/tokens)" ] || { echo "a key file is left"; exit 1; }
