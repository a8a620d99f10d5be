#!/usr/bin/env python3
"""Measures exports and imports of tables that the service limits, of unequal partitions, and of ten million entities.

  scripts/table_limits.py throttled export|import LIMIT PARTITIONS ROWS [WORD..]
      LIMIT entities a second of each partition; prints what part of the admitted was used, and how many requests
      were refused.
  scripts/table_limits.py ranges PARTITIONS ROWS DELAY_MS ROUNDS
      a table in which the k-th partition has the k-th part of ROWS: without ranges, with /PKRS:auto, and with 2, 4, 8
      and 16 ranges of about equal size, each request delayed by DELAY_MS. Prints medians.
  scripts/table_limits.py large PARTITIONS ROWS
      exports a computed table of entities of 1 KB with /PKRS:auto /SplitSize:512 into a folder of the current file
      system; prints the rate and the memory.

AZRING_PROGRAMS names the folder of azring and azring-emulator (target/release).
"""

import contextlib
import json
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAMS = pathlib.Path(os.environ.get("AZRING_PROGRAMS", ROOT / "target/release"))
# The public key of the development account.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
ENTITY_BYTES = 1024


class Emulator:
    """An azring-emulator with a computed table `big`."""

    def __init__(self, partitions, rows, skewed=False):
        table = f"big:{partitions}:{rows}:{ENTITY_BYTES}" + (":zipf" if skewed else "")
        command = [PROGRAMS / "azring-emulator", "--pattern-table", table]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        ready = self.process.stdout.readline().split()[1:]
        self.urls = dict(word.split("=", 1) for word in ready)

    def table(self, name):
        url = self.urls["table"]
        return f"{url if 'devstoreaccount1' in url else url + '/devstoreaccount1'}/{name}"

    def control(self, method, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.urls["control"] + path, method=method, data=data)
        with urllib.request.urlopen(request) as answer:
            return answer.read()

    def end(self):
        self.process.terminate()
        self.process.wait()


@contextlib.contextmanager
def world(partitions, rows, skewed=False):
    """An emulator and a folder, which are removed at the end."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="azring-tables-", dir="."))
    emulator = Emulator(partitions, rows, skewed)
    try:
        yield emulator, folder
    finally:
        emulator.end()
        shutil.rmtree(folder)


def azring(*words):
    """Runs azring; returns its seconds, its processor seconds, and what it printed."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    run = subprocess.run([PROGRAMS / "azring", *words, "/Y"], capture_output=True, text=True)
    seconds, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    if run.returncode != 0:
        sys.exit(f"azring ended with {run.returncode}:\n{run.stdout[-2000:]}\n{run.stderr[-2000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, cpu, run.stdout


def export(emulator, folder, *words):
    return azring(f"/Source:{emulator.table('big')}", f"/Dest:{folder}/out", "/SourceType:Table", f"/SourceKey:{KEY}",
                  "/Manifest:m.manifest", f"/Z:{folder}/journal", *words)


def throttled(way, limit, partitions, rows, *words):
    limit, partitions, rows = int(limit), int(partitions), int(rows)
    behaviour = {"table": {"partition_entities_per_second": limit}}
    with world(partitions, rows) as (emulator, folder):
        if way == "import":
            export(emulator, folder)
        emulator.control("PUT", "/behaviour", behaviour)
        emulator.control("DELETE", "/counters")
        if way == "import":
            seconds, _, _ = azring(f"/Source:{folder}/out", f"/Dest:{emulator.table('imported')}", "/DestType:Table",
                                   f"/DestKey:{KEY}", "/Manifest:m.manifest", "/EntityOperation:InsertOrReplace",
                                   f"/Z:{folder}/journal", *words)
            operation, of_request = "EntityGroupTransaction", 100
        else:
            seconds, _, _ = export(emulator, folder, *words)
            operation, of_request = "QueryEntities", 1000
        sent = json.loads(emulator.control("GET", "/counters"))["operations"][operation]["requests"]
        needed = partitions * -(-rows // of_request)
        # The service saves up a second at first.
        admitted = limit * (seconds + 1) * partitions
        print(f"{way}: {partitions * rows / seconds:.0f} entities/s, {partitions * rows / admitted:.1%} of the admitted, "
              f"{sent} requests where {needed} were needed")


def ranges(partitions, rows, delay_ms, rounds):
    partitions, rows, delay_ms, rounds = int(partitions), int(rows), int(delay_ms), int(rounds)
    counts = [max(1, rows // (rank + 1)) for rank in range(partitions)]

    def equal_ranges(number):
        keys, passed = [], 0
        for partition, count in enumerate(counts):
            passed += count
            if len(keys) + 1 < number and passed >= sum(counts) * (len(keys) + 1) / number:
                keys.append(f"p{partition + 1:08}")
        return "/PKRS:" + "#".join(keys)

    cases = {"no ranges": [], "/PKRS:auto": ["/PKRS:auto"]}
    cases.update({f"{number} ranges": [equal_ranges(number)] for number in (2, 4, 8, 16)})
    took = {case: [] for case in cases}
    for _ in range(rounds):
        for case, words in cases.items():
            with world(partitions, rows, skewed=True) as (emulator, folder):
                rule = {"when": {"method": "GET"}, "then": {"delay_ms": delay_ms}}
                emulator.control("PUT", "/faults", {"rules": [rule]})
                took[case].append(export(emulator, folder, "/NC:8", *words)[0])
    print(f"{sum(counts)} entities, {delay_ms} ms, load {os.getloadavg()[0]:.1f}")
    for case, seconds in took.items():
        print(f"{case}: {statistics.median(seconds):.2f} s of {', '.join(f'{one:.2f}' for one in sorted(seconds))}")


def large(partitions, rows):
    partitions, rows = int(partitions), int(rows)
    with world(partitions, rows) as (emulator, folder):
        seconds, cpu, _ = export(emulator, folder, "/PKRS:auto", "/SplitSize:512")
        memory_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        sizes = [file.stat().st_size for file in (folder / "out").iterdir()]
        print(f"{partitions * rows} entities, {sum(sizes) / 2**30:.2f} GiB in {len(sizes)} files of at most "
              f"{max(sizes) / 2**20:.0f} MiB: {seconds:.1f} s, {partitions * rows / seconds:.0f} entities/s, "
              f"{cpu:.1f} s of processor time, {memory_mib:.1f} MiB")


COMMANDS = {"throttled": throttled, "ranges": ranges, "large": large}

if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
    sys.exit(__doc__)
COMMANDS[sys.argv[1]](*sys.argv[2:])
