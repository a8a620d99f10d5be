#!/usr/bin/env bash
# rclone's azurefiles against azring-emulator: copy, check, rename, move, touch and purge. Runs in an empty folder.
set -euo pipefail
export RCLONE_CONFIG_ONE_TYPE=azurefiles RCLONE_CONFIG_ONE_ACCOUNT=$ACCOUNT RCLONE_CONFIG_ONE_KEY=$KEY
export RCLONE_CONFIG_ONE_ENDPOINT=$FILE_URL/$ACCOUNT RCLONE_CONFIG_ONE_SHARE_NAME=box
rclone() { "$PEERS/bin/rclone" --config /dev/null --retries 1 --low-level-retries 1 "$@"; }

absent() { if grep -q "$1" "$2"; then echo "$1 is still there"; cat "$2"; exit 1; fi; }

curl -sf -X PUT -H 'x-ms-version: 2021-12-02' -H 'Content-Length: 0' "$FILE_URL/$ACCOUNT/box?restype=share&$FILE_SAS" >/dev/null

mkdir -p tree/b/ü
echo a >tree/a.txt; echo c >"tree/b/c d+e%.html"; : >tree/empty; echo j >tree/b/ü/日本.json
head -c 9000000 /dev/urandom >tree/large.bin

rclone copy tree one:tree
rclone check tree one:tree --download
rclone check tree one:tree
rclone copy one:tree down
diff -r tree down

rm tree/a.txt; echo newer >tree/empty
rclone sync tree one:tree
rclone check tree one:tree --download
rclone copyto one:tree/large.bin one:tree/copy.bin
rclone moveto one:tree/copy.bin one:tree/moved.bin
rclone moveto one:tree/b one:tree/renamed
rclone touch one:tree/moved.bin
rclone lsl one:tree >listed
absent a.txt listed
absent copy.bin listed
grep -q moved.bin listed
grep -q renamed/ü listed
rclone purge one:tree
rclone lsd one: >listed
absent tree listed
