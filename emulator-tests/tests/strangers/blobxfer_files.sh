#!/usr/bin/env bash
# blobxfer in its mode for files against azring-emulator: up, down, sync, share to share. Runs in an empty folder. It speaks HTTPS
# to a host name, and refuses the development account.
set -euo pipefail
export PYTHONPATH=$HOSTS REQUESTS_CA_BUNDLE=$AUTHORITY PYTHONDONTWRITEBYTECODE=1
blobxfer() {
  timeout 120 "$PEERS/blobxfer/bin/blobxfer" "$@" --mode file --storage-account "$ACCOUNT_2" --storage-account-key "$KEY_2" \
    --endpoint "core.windows.net:${FILE_URL##*:}" --max-retries 1 --no-progress-bar >blobxfer.out 2>&1 </dev/null || {
    cat blobxfer.out
    exit 1
  }
}

mkdir -p tree/b/ü
echo a >tree/a.txt
echo c >"tree/b/c d+e%.html"
: >tree/empty
echo j >tree/b/ü/日本.json
head -c 9000000 /dev/urandom >tree/large.bin

blobxfer upload --local-path tree --remote-path box/tree --file-md5 --file-attributes
blobxfer download --remote-path box/tree --local-path down --strip-components 1 --file-md5 --file-attributes
diff -r tree down
grep -q "MD5: OK, box/tree/large.bin" blobxfer.out || { cat blobxfer.out; exit 1; }

# It completes a copy of an empty file before it has made the file.
blobxfer synccopy --no-server-side-copy --exclude '*empty' --remote-path box/tree --sync-copy-dest-mode file \
  --sync-copy-dest-storage-account "$ACCOUNT_2" --sync-copy-dest-storage-account-key "$KEY_2" --sync-copy-dest-remote-path other
blobxfer download --remote-path other --local-path there --strip-components 1
diff -r --exclude empty tree there

rm tree/a.txt
echo new >tree/new.txt
blobxfer upload --local-path tree --remote-path box/tree --file-md5 --skip-on-md5-match --delete
blobxfer download --remote-path box/tree --local-path synced --strip-components 1
diff -r tree synced
