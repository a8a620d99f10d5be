#!/usr/bin/env bash
# AzCopy 10 and the File service of azring-emulator: up, down, share to share, sync, remove. Runs in an empty folder.
set -euo pipefail
export AZCOPY_LOG_LOCATION=$PWD/logs AZCOPY_JOB_PLAN_LOCATION=$PWD/plans AZCOPY_DISABLE_SYSLOG=true AZCOPY_CONCURRENCY_VALUE=4
azcopy() { "$PEERS/bin/azcopy" "$@" --skip-version-check --log-level ERROR >azcopy.out 2>&1 || { cat azcopy.out; exit 1; }; }
from="$FILE_URL/$ACCOUNT/box" to="$FILE_URL/$ACCOUNT/other"
for share in box other; do
  curl -sf -X PUT -H 'x-ms-version: 2021-12-02' -H 'Content-Length: 0' "$FILE_URL/$ACCOUNT/$share?restype=share&$FILE_SAS" >/dev/null
done

mkdir -p tree/b/ü
echo a >tree/a.txt; echo c >"tree/b/c d+e%.html"; : >tree/empty; echo j >tree/b/ü/日本.json
head -c 9000000 /dev/urandom >tree/large.bin

azcopy copy tree "$from?$FILE_SAS" --from-to LocalFile --recursive --put-md5
azcopy copy "$from/tree?$FILE_SAS" down --from-to FileLocal --recursive --check-md5 FailIfDifferent
diff -r tree down/tree

python="$PEERS/venv/bin/python3" properties="$(dirname "${BASH_SOURCE[0]}")/smb_properties.py"
"$python" "$properties" set box
azcopy copy "$from/tree?$FILE_SAS" "$to?$FILE_SAS" --from-to FileFile --recursive --preserve-smb-info --preserve-smb-permissions
azcopy copy "$from/kept?$FILE_SAS" "$to?$FILE_SAS" --from-to FileFile --recursive --preserve-smb-info --preserve-smb-permissions
"$python" "$properties" compare box other
azcopy copy "$to/tree?$FILE_SAS" there --from-to FileLocal --recursive
diff -r tree there/tree

rm tree/a.txt; echo new >tree/new.txt
azcopy sync tree "$from/tree?$FILE_SAS" --from-to LocalFile --delete-destination true --recursive
azcopy copy "$from/tree?$FILE_SAS" synced --from-to FileLocal --recursive
diff -r tree synced/tree
azcopy remove "$to/tree?$FILE_SAS" --from-to FileTrash --recursive
azcopy list "$to?$FILE_SAS" --location File
if grep -q large.bin azcopy.out; then cat azcopy.out; exit 1; fi
