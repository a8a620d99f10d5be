#!/usr/bin/env bash
# AzCopy 10 against azring-emulator: up, down, from account to account, sync, list, remove. Runs in an empty folder.
set -euo pipefail
export AZCOPY_LOG_LOCATION=$PWD/logs AZCOPY_JOB_PLAN_LOCATION=$PWD/plans AZCOPY_DISABLE_SYSLOG=true AZCOPY_CONCURRENCY_VALUE=4
azcopy() { "$PEERS/bin/azcopy" "$@" --skip-version-check --log-level ERROR >azcopy.out 2>&1 || { cat azcopy.out; exit 1; }; }
absent() { if grep -q "$1" "$2"; then echo "$1 is still there"; cat "$2"; exit 1; fi; }
from="$BLOB_URL/$ACCOUNT/box" to="$BLOB_URL/$ACCOUNT_2/box"
for pair in "$ACCOUNT?restype=container&$SAS" "$ACCOUNT_2?restype=container&$SAS_2"; do
  curl -sf -X PUT -H 'x-ms-version: 2021-12-02' -H 'Content-Length: 0' "$BLOB_URL/${pair%%\?*}/box?${pair#*\?}" >/dev/null
done

mkdir -p tree/b/ü
echo a >tree/a.txt; echo c >"tree/b/c d+e%.html"; : >tree/empty; echo j >tree/b/ü/日本.json
head -c 20000000 /dev/urandom >tree/large.bin
truncate -s 4M tree/disk.vhd; printf x | dd of=tree/disk.vhd bs=1 seek=1048576 conv=notrunc status=none

azcopy copy 'tree/*' "$from?$SAS" --from-to LocalBlob --recursive --put-md5 --block-size-mb 4
azcopy copy "$from/*?$SAS" down --from-to BlobLocal --recursive --check-md5 FailIfDifferent
diff -r tree down

azcopy copy "$from/*?$SAS" "$to?$SAS_2" --from-to BlobBlob --recursive
azcopy copy "$to/*?$SAS_2" there --from-to BlobLocal --recursive
diff -r tree there

azcopy copy tree/disk.vhd "$from/page.vhd?$SAS" --from-to LocalBlob --blob-type PageBlob
azcopy copy "$from/page.vhd?$SAS" page.vhd --from-to BlobLocal
cmp tree/disk.vhd page.vhd
azcopy copy tree/a.txt "$from/append.txt?$SAS" --from-to LocalBlob --blob-type AppendBlob
azcopy copy "$from/append.txt?$SAS" append.txt --from-to BlobLocal
cmp tree/a.txt append.txt

rm tree/a.txt; echo new >tree/new.txt
azcopy sync tree "$from?$SAS" --from-to LocalBlob --delete-destination true --recursive
azcopy copy "$from/*?$SAS" synced --from-to BlobLocal --recursive
diff -r tree synced

azcopy list "$from?$SAS" --location Blob
grep -q new.txt azcopy.out
absent a.txt azcopy.out
azcopy remove "$from?$SAS" --from-to BlobTrash --recursive
azcopy list "$from?$SAS" --location Blob
absent new.txt azcopy.out
