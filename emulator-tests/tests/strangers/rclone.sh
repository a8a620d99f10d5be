#!/usr/bin/env bash
# rclone against azring-emulator: copy, sync, check, lsl, and copies that the server makes. Runs in an empty folder.
set -euo pipefail
export RCLONE_CONFIG_ONE_TYPE=azureblob RCLONE_CONFIG_ONE_ACCOUNT=$ACCOUNT RCLONE_CONFIG_ONE_KEY=$KEY
export RCLONE_CONFIG_ONE_ENDPOINT=$BLOB_URL/$ACCOUNT
rclone() { "$PEERS/bin/rclone" --config /dev/null --retries 1 "$@"; }

absent() { if grep -q "$1" "$2"; then echo "$1 is still there"; cat "$2"; exit 1; fi; }

mkdir -p tree/b/ü
echo a >tree/a.txt; echo c >"tree/b/c d+e%.html"; : >tree/empty; echo j >tree/b/ü/日本.json
head -c 20000000 /dev/urandom >tree/large.bin

rclone mkdir one:box
rclone copy tree one:box --azureblob-chunk-size 4M
rclone check tree one:box --download
rclone check tree one:box
rclone copy one:box down
diff -r tree down

rm tree/a.txt; echo newer >tree/empty
rclone sync tree one:box
rclone check tree one:box --download
rclone lsl one:box >listed
absent a.txt listed
grep -q large.bin listed

rclone mkdir one:other
rclone copy one:box one:other
rclone check tree one:other --download
rclone moveto one:other/large.bin one:other/moved.bin
rclone lsl one:other >listed
grep -q moved.bin listed
rclone touch one:other/moved.bin
rclone deletefile one:other/moved.bin
rclone purge one:other
rclone lsd one: >listed
absent other listed
