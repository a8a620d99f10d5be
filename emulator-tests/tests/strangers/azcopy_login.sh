#!/usr/bin/env bash
# AzCopy 10 signs in as an application, by secret and by certificate, and by device code, and copies up and down. It always
# asks login.microsoftonline.com at port 443, so emulator and AzCopy run in a network and mount namespace of their own, in
# which that name and those of the account lead to the emulator. Runs in an empty folder.
set -euo pipefail
if [ "${1:-}" != inside ]; then
  unshare --map-root-user --mount --net true || { echo "this test needs a network namespace"; exit 1; }
  exec unshare --map-root-user --mount --net bash "$0" inside
fi
# The loopback interface of a new namespace is down (SIOCSIFFLAGS, IFF_UP).
"$PEERS/venv/bin/python3" -c 'import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sH22x", b"lo", 1))'
blobs=$ACCOUNT_2.blob.core.windows.net files=$ACCOUNT_2.file.core.windows.net
echo "127.0.0.1 localhost login.microsoftonline.com $blobs $files" >hosts
mount --bind hosts /etc/hosts
echo '{"device_code": {"interval": 1, "approved_after_polls": 1}}' >settings.json
exec 3< <(exec "$EMULATOR" --https --ca-out authority.pem --account "$ACCOUNT_2:$KEY_2" --blob-port 24500 --file-port 24501 \
  --identity-port 443 --identity settings.json)
emulator=$!
trap 'kill $emulator' EXIT
read -r -u 3 ready
control=$(sed -n 's/.* control=\([^ ]*\).*/\1/p' <<<"$ready")

export HOME=$PWD SSL_CERT_FILE=$PWD/authority.pem AZCOPY_TENANT_ID=aaaabbbb-0000-cccc-1111-dddd2222eeee
export AZCOPY_LOG_LOCATION=$PWD/logs AZCOPY_JOB_PLAN_LOCATION=$PWD/plans AZCOPY_DISABLE_SYSLOG=true AZCOPY_CONCURRENCY_VALUE=4
azcopy() {
  timeout --kill-after 5 120 "$PEERS/bin/azcopy" "$@" --trusted-microsoft-suffixes="$blobs:24500;$files:24501" --skip-version-check >azcopy.out 2>&1 ||
    { cat azcopy.out logs/*.log; exit 1; }
}
box=https://$blobs:24500/box share=https://$files:24501/share
mkdir -p tree/b && echo a >tree/a.txt && head -c 9000000 /dev/urandom >tree/b/large.bin

export AZCOPY_AUTO_LOGIN_TYPE=SPN AZCOPY_SPA_APPLICATION_ID=11112222-bbbb-3333-cccc-4444dddd5555
export AZCOPY_SPA_CLIENT_SECRET=secret-of-the-emulator
azcopy make "$box"
azcopy copy 'tree/*' "$box" --from-to LocalBlob --recursive --block-size-mb 4
# AzCopy makes containers with a token, and shares with a signature only.
"$PEERS/venv/bin/python3" - <<PYTHON
from azure.storage.fileshare import ShareServiceClient
service = ShareServiceClient("https://127.0.0.1:24501/$ACCOUNT_2", "$KEY_2", connection_verify="authority.pem")
service.create_share("share")
PYTHON
azcopy copy 'tree/*' "$share" --from-to LocalFile --recursive
unset AZCOPY_SPA_CLIENT_SECRET

certificate=$(curl -sf -X POST "$control/identity/applications/$AZCOPY_SPA_APPLICATION_ID/certificate")
printf '%b' "$(sed 's/.*"pem":"\([^"]*\)".*/\1/' <<<"$certificate")" >certificate.pem
export AZCOPY_SPA_CERT_PATH=$PWD/certificate.pem
azcopy copy "$box/*" down --from-to BlobLocal --recursive
diff -r tree down
unset AZCOPY_SPA_CERT_PATH AZCOPY_SPA_APPLICATION_ID

# AzCopy signs in with its own client id, which the provider then has to know.
curl -sf -X PATCH -d '{"applications": [{"client_id": "579a7132-0e58-4d80-b1e1-7a1e2d337859", "is_public": true}]}' \
  "$control/identity/settings"
export AZCOPY_AUTO_LOGIN_TYPE=DEVICE
azcopy copy "$box/*" again --from-to BlobLocal --recursive
diff -r tree again
azcopy copy "$share/*" files --from-to FileLocal --recursive
diff -r tree files
