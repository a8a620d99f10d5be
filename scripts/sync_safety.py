"""Seven dangerous situations for a sync with deletion. `scripts/sync_safety.sh` runs it with the folder of azring's programs."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from datetime import datetime, timedelta, timezone

from azure.storage.blob import (
    AccountSasPermissions,
    BlobServiceClient,
    ResourceTypes,
    generate_account_sas,
)

ACCOUNT = "devstoreaccount1"
# Azurite's key, which everybody knows.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
FILES = ("a.txt", "b/c.txt", "b/d.txt")
# Only the destination has it.
MINE = "mine"
# How long a deletion is held back.
HELD_SECONDS = 8
TOOLS = ("azring", "AzCopy 10", "rclone")


class Stage:
    """A service, a folder that everybody may read, and copies of the programs."""

    def __init__(self, programs):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="azring-safety."))
        self.work.chmod(0o777)
        for program in (f"{programs}/azring", ".peers/bin/azcopy", ".peers/bin/rclone"):
            shutil.copy(program, self.work)
        self.emulator = subprocess.Popen(
            [f"{programs}/azring-emulator", "--control-port", "0"],
            stdout=subprocess.PIPE,
            text=True,
        )
        # `ready blob=URL file=URL table=URL control=URL`.
        words = self.emulator.stdout.readline().split()
        self.urls = dict(word.split("=", 1) for word in words[1:])
        if "blob" not in self.urls:
            sys.exit("the emulator did not start")
        url = self.urls["blob"]
        self.endpoint = url if url.endswith(ACCOUNT) else f"{url}/{ACCOUNT}"
        self.service = BlobServiceClient(self.endpoint, credential=KEY)
        self.sas = generate_account_sas(
            ACCOUNT,
            KEY,
            ResourceTypes(service=True, container=True, object=True),
            AccountSasPermissions.from_string("rwdlacup"),
            datetime.now(timezone.utc) + timedelta(hours=1),
        )
        self.count = 0

    def faults(self, *rules):
        body = json.dumps({"rules": rules}).encode()
        request = urllib.request.Request(f"{self.urls['control']}/faults", body, method="PUT")
        urllib.request.urlopen(request).read()

    def folder(self, names):
        self.count += 1
        folder = self.work / f"folder{self.count}"
        folder.mkdir(mode=0o777)
        folder.chmod(0o777)
        for name in names:
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"what is in {name}\n")
        return folder

    def container(self, names):
        self.count += 1
        container = self.service.create_container(f"safety{self.count}")
        for name in names:
            container.upload_blob(name, f"what is in {name}\n")
        return container

    def run(self, tool, source, target, pattern=None):
        """Syncs with deletion, as an ordinary user; returns the exit code."""
        is_up = isinstance(source, pathlib.Path)
        container = target if is_up else source
        folder = source if is_up else target
        url = f"{self.endpoint}/{container.container_name}"
        home = self.folder(())
        environment = {"HOME": str(home), "PATH": os.environ["PATH"], "AZCOPY_DISABLE_SYSLOG": "true"}
        if tool == "azring":
            service = "/DestType:Blob" if is_up else "/SourceType:Blob"
            key = f"/DestKey:{KEY}" if is_up else f"/SourceKey:{KEY}"
            ends = [str(folder), url] if is_up else [url, str(folder)]
            words = ["./azring", "sync", *ends, key, service, "/Delete:on"]
            words += [f"/IncludePattern:{pattern}"] if pattern else []
        elif tool == "AzCopy 10":
            signed = f"{url}?{self.sas}"
            ends = [str(folder), signed] if is_up else [signed, str(folder)]
            way = "LocalBlob" if is_up else "BlobLocal"
            words = ["./azcopy", "sync", *ends, "--from-to", way, "--delete-destination=true"]
            words += [f"--include-pattern={pattern}"] if pattern else []
        else:
            remote = f"azure:{container.container_name}"
            ends = [str(folder), remote] if is_up else [remote, str(folder)]
            words = ["./rclone", "sync", *ends, "--config", "/dev/null", "--retries", "1"]
            words += ["--include", pattern] if pattern else []
            environment |= {
                "RCLONE_CONFIG_AZURE_TYPE": "azureblob",
                "RCLONE_CONFIG_AZURE_ACCOUNT": ACCOUNT,
                "RCLONE_CONFIG_AZURE_KEY": KEY,
                "RCLONE_CONFIG_AZURE_ENDPOINT": self.endpoint,
            }
        if os.geteuid() == 0:
            words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--", *words]
        done = subprocess.run(words, cwd=self.work, env=environment, capture_output=True, timeout=300)
        return done.returncode

    def close(self):
        self.emulator.terminate()
        self.emulator.wait()
        shutil.rmtree(self.work, ignore_errors=True)


def names_of(container):
    return {blob.name for blob in container.list_blobs()}


def refused(**when):
    return {"when": when, "then": {"answer": {"status": 403, "code": "AuthorizationFailure"}}}


def unreadable(stage, tool):
    """A folder of the source cannot be read: its objects must stay."""
    source, target = stage.folder(FILES), stage.container((*FILES, MINE))
    (source / "b").chmod(0)
    code = stage.run(tool, source, target)
    (source / "b").chmod(0o755)
    return code, {*FILES, MINE} - names_of(target)


def empty(stage, tool):
    """The source is empty, like a mount point without its file system."""
    source, target = stage.folder(()), stage.container((*FILES, MINE))
    return stage.run(tool, source, target), {*FILES, MINE} - names_of(target)


def missing(stage, tool):
    """The source does not exist."""
    source, target = stage.work / "not-there", stage.container((*FILES, MINE))
    return stage.run(tool, source, target), {*FILES, MINE} - names_of(target)


def failing_page(stage, tool):
    """The source cannot be listed."""
    source, target = stage.container(FILES), stage.folder((*FILES, MINE))
    stage.faults(refused(query="*comp=list*"))
    code = stage.run(tool, source, target)
    stage.faults()
    left = {str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()}
    return code, {*FILES, MINE} - left


def failing_copy(stage, tool):
    """An object cannot be written: what only the destination has may be its old name."""
    source, target = stage.folder((*FILES, "renamed.txt")), stage.container((*FILES, MINE))
    stage.faults(refused(method="PUT", path="*/renamed.txt"))
    code = stage.run(tool, source, target)
    stage.faults()
    return code, {*FILES, MINE} - names_of(target)


def filtered(stage, tool):
    """What the filter excludes is none of the sync's business."""
    source, target = stage.folder(FILES), stage.container((*FILES, MINE))
    return stage.run(tool, source, target, "*.txt"), {*FILES, MINE} - names_of(target)


def changed(stage, tool):
    """Another program writes the object anew while its deletion is on its way."""
    source, target = stage.folder(FILES), stage.container((MINE,))
    held = {"then": {"delay_ms": HELD_SECONDS * 1000}}
    stage.faults(
        {"when": {"method": "DELETE"}, **held}, {"when": {"query": "*comp=batch*"}, **held}
    )

    def write_anew():
        until = time.monotonic() + HELD_SECONDS / 2
        while not set(FILES) <= names_of(target) and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(1)
        target.upload_blob(MINE, "written anew\n", overwrite=True)

    writer = threading.Thread(target=write_anew)
    writer.start()
    code = stage.run(tool, source, target)
    writer.join()
    stage.faults()
    return code, {*FILES, MINE} - names_of(target)


SITUATIONS = {
    "a folder of the source cannot be read": unreadable,
    "the source is empty": empty,
    "the source does not exist": missing,
    "the source cannot be listed": failing_page,
    "an object cannot be written": failing_copy,
    "the object is written anew meanwhile": changed,
    "a filter excludes it": filtered,
}


def main():
    stage = Stage(sys.argv[1])
    has_lost = False
    try:
        print("| situation | " + " | ".join(TOOLS) + " |")
        print("|---" * (len(TOOLS) + 1) + "|")
        for title, situation in SITUATIONS.items():
            cells = []
            for tool in TOOLS:
                code, lost = situation(stage, tool)
                has_lost |= tool == "azring" and bool(lost)
                said = "deleted " + ", ".join(sorted(lost)) if lost else "deleted nothing"
                cells.append(f"{said}; exit code {code}")
            print(f"| {title} | " + " | ".join(cells) + " |", flush=True)
    finally:
        stage.close()
    sys.exit(1 if has_lost else 0)


main()
