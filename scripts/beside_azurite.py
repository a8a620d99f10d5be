#!/usr/bin/env python3
"""Measures servers of the Blob or the Table service in turns, and prints a table of medians. scripts/beside_azurite.sh calls it."""

import argparse
import base64
import hashlib
import hmac
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from email.utils import formatdate

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
VERSION = "2021-12-02"
START_MS_MAX = 10
IDLE_MIB_MAX = 6
BLOCK_BYTES = 8 << 20
BLOCKS = 128
CONNECTIONS = 2


def signed(method, path, headers, length):
    """The headers of a request with its signature."""
    headers = dict(headers)
    headers["x-ms-date"] = formatdate(usegmt=True)
    headers["x-ms-version"] = VERSION
    of_service = sorted((name, value) for name, value in headers.items() if name.startswith("x-ms-"))
    resource, _, query = path.partition("?")
    parameters = sorted(part.split("=", 1) for part in query.split("&") if part)
    text = "\n".join(
        [method, "", "", str(length or ""), "", headers.get("content-type", "")]
        + [""] * 6
        + [f"{name}:{value}" for name, value in of_service]
        + [f"/{ACCOUNT}{resource}" + "".join(f"\n{name}:{value}" for name, value in parameters)]
    )
    digest = hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()
    headers["authorization"] = f"SharedKey {ACCOUNT}:{base64.b64encode(digest).decode()}"
    headers["content-length"] = str(length)
    return headers


class Server:
    """One running server, started with a free port. It is ready when it answers a request, or accepts a connection."""

    def __init__(self, command, answers=True):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [part.replace("PORT", str(self.port)) for part in command]
        begun = time.perf_counter()
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        self.connection = None
        while not (self.answers() if answers else self.accepts()):
            if self.process.poll() is not None:
                sys.exit(f"{command[0]} ended with {self.process.returncode}")
            time.sleep(0.0002)
        self.start_ms = (time.perf_counter() - begun) * 1000

    def accepts(self):
        """Whether the port is open."""
        with socket.socket() as connection:
            return connection.connect_ex(("127.0.0.1", self.port)) == 0

    def answers(self):
        """Whether the server answers a request. The connection stays open."""
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port)
        try:
            self.connection.request("GET", f"/{ACCOUNT}?comp=list")
            self.connection.getresponse().read()
            return True
        except OSError:
            self.connection.close()
            return False

    def send(self, method, path, headers=(), body=b""):
        """Sends a request, and returns the body of its answer."""
        path = f"/{ACCOUNT}{path}"
        self.connection.request(method, path, body or None, signed(method, path, headers, len(body)))
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status not in (200, 201):
            sys.exit(f"{method} {path}: {answer.status} {text.decode()}")
        return text

    def send_to_table(self, method, path, body=b"", kind="application/json"):
        """Sends a request to the Table service, and returns its answer."""
        path = f"/{ACCOUNT}{path}"
        date = formatdate(usegmt=True)
        text = f"{date}\n/{ACCOUNT}{path.partition('?')[0]}"
        digest = hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()
        headers = {
            "x-ms-date": date,
            "x-ms-version": "2020-12-06",
            "accept": "application/json;odata=minimalmetadata",
            "dataserviceversion": "3.0",
            "content-type": kind,
            "authorization": f"SharedKeyLite {ACCOUNT}:{base64.b64encode(digest).decode()}",
        }
        self.connection.request(method, path, body or None, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status not in (200, 201, 202, 204):
            sys.exit(f"{method} {path}: {answer.status} {text.decode()}")
        return answer, text

    def idle_mib(self):
        """Resident memory."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024

    def cpu_seconds(self):
        """Processor time of all threads, also of ended ones: the process's clock (clock_getcpuclockid(3))."""
        return time.clock_gettime(~self.process.pid << 3 | 2)

    def end(self):
        """Ends the server."""
        self.process.terminate()
        self.process.wait()


def measure_requests(command, requests):
    """One round of a server: start, idle memory, puts, gets."""
    idle = Server(command, answers=False)
    time.sleep(0.5)
    figures = {"idle": idle.idle_mib()}
    idle.end()
    server = Server(command)
    try:
        figures["start"] = server.start_ms
        server.send("PUT", "/box?restype=container")
        body = os.urandom(4096)
        kind = {"x-ms-blob-type": "BlockBlob", "content-type": "application/octet-stream"}
        before = server.cpu_seconds()
        for number in range(requests):
            server.send("PUT", f"/box/{number}", kind, body)
        middle = server.cpu_seconds()
        for number in range(requests):
            assert server.send("GET", f"/box/{number}") == body
        figures["puts"] = middle - before
        figures["gets"] = server.cpu_seconds() - middle
        figures["full"] = server.idle_mib()
        return figures
    finally:
        server.end()


def transaction(url, begin, end):
    """The body of a batch that inserts entities of 1 KB."""
    lines = ["--batch_1", "Content-Type: multipart/mixed; boundary=changeset_1", ""]
    for number in range(begin, end):
        entity = {"PartitionKey": f"{number // 1000:04}", "RowKey": f"{number:08}", "n": number, "text": "x" * 900}
        lines += ["--changeset_1", "Content-Type: application/http", "Content-Transfer-Encoding: binary", ""]
        lines += [f"POST {url} HTTP/1.1", "Content-Type: application/json", "Prefer: return-no-content", "", json.dumps(entity)]
    return "\r\n".join([*lines, "--changeset_1--", "--batch_1--", ""]).encode()


def measure_entities(command, entities):
    """One round of a server of tables: start, idle memory, inserts in batches of 100, a query for all of them."""
    idle = Server(command, answers=False)
    time.sleep(0.5)
    figures = {"idle": idle.idle_mib()}
    idle.end()
    server = Server(command)
    try:
        figures["start"] = server.start_ms
        server.send_to_table("POST", "/Tables", b'{"TableName":"box"}')
        url = f"http://127.0.0.1:{server.port}/{ACCOUNT}/box"
        bodies = [transaction(url, begin, min(begin + 100, entities)) for begin in range(0, entities, 100)]
        before = server.cpu_seconds()
        for body in bodies:
            _, text = server.send_to_table("POST", "/$batch", body, "multipart/mixed; boundary=batch_1")
            if text.count(b"HTTP/1.1 204") != body.count(b"POST "):
                sys.exit(f"$batch: {text.decode()}")
        middle = server.cpu_seconds()
        found, token = 0, ""
        while token is not None:
            answer, text = server.send_to_table("GET", f"/box(){token}")
            found += text.count(b'"PartitionKey"')
            token = None
            names = ("NextPartitionKey", "NextRowKey")
            after = [(name, answer.getheader(f"x-ms-continuation-{name}")) for name in names]
            if any(value for _, value in after):
                token = "?" + urllib.parse.urlencode([(name, value) for name, value in after if value])
        assert found == entities, found
        figures["puts"] = middle - before
        figures["gets"] = server.cpu_seconds() - middle
        figures["full"] = server.idle_mib()
        return figures
    finally:
        server.end()


def measure_blocks(command):
    """The rate of Put Block from the page cache over two connections, and its processor time."""
    server = Server(command)
    try:
        server.send("PUT", "/box?restype=container")
        with tempfile.NamedTemporaryFile(dir="/dev/shm") as file:
            file.write(os.urandom(BLOCK_BYTES))
            file.flush()
            threads = [
                threading.Thread(target=send_blocks, args=(server.port, file.fileno(), number))
                for number in range(CONNECTIONS)
            ]
            cpu, begun = server.cpu_seconds(), time.perf_counter()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            seconds = time.perf_counter() - begun
        total = BLOCKS * BLOCK_BYTES * CONNECTIONS
        return {"rate": total / seconds / 1e9, "cpu": (server.cpu_seconds() - cpu) / (total / 2**30)}
    finally:
        server.end()


def send_blocks(port, file, number):
    """Sends the blocks of one blob with sendfile."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for block in range(BLOCKS):
            block_id = base64.b64encode(f"{block:04}".encode()).decode().replace("=", "%3D")
            path = f"/{ACCOUNT}/box/large{number}?comp=block&blockid={block_id}"
            plain = path.replace("%3D", "=")
            headers = signed("PUT", plain, {"host": "127.0.0.1"}, BLOCK_BYTES)
            lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            connection.sendall(f"PUT {path} HTTP/1.1\r\n{lines}\r\n".encode())
            sent = 0
            while sent < BLOCK_BYTES:
                sent += os.sendfile(connection.fileno(), file, sent, BLOCK_BYTES - sent)
            answer = b""
            while b"\r\n\r\n" not in answer:
                answer += connection.recv(4096) or sys.exit("the connection was closed")
            if not answer.startswith(b"HTTP/1.1 201"):
                sys.exit(f"Put Block: {answer.decode()}")


def main():
    """Measures all servers in turns, and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("emulator")
    parser.add_argument("azurite", help="the folder of Azurite's services")
    parser.add_argument("--service", choices=["blob", "table"], default="blob")
    parser.add_argument("--before", help="another build of azring-emulator")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=5000)
    parser.add_argument("--without-azurite", action="store_true")
    options = parser.parse_args()
    programs = {"azring-emulator": options.emulator}
    if options.before:
        programs["before"] = options.before
    service = options.service
    servers = {name: [program, f"--{service}-port", "PORT"] for name, program in programs.items()}
    if service != "blob":
        servers = {name: [*command, "--blob-port", "0"] for name, command in servers.items()}
    if not options.without_azurite:
        arguments = [f"--{service}Port", "PORT", "--inMemoryPersistence", "--skipApiVersionCheck", "--silent"]
        servers["Azurite"] = ["node", f"{options.azurite}/{service}/main.js", *arguments]
    measure = measure_requests if service == "blob" else measure_entities
    rounds = {name: [] for name in servers}
    blocks = {name: [] for name in programs}
    for number in range(options.rounds):
        order = list(servers) if number % 2 == 0 else list(reversed(servers))
        for name in order:
            rounds[name].append(measure(servers[name], options.requests))
            if name in programs and service == "blob":
                blocks[name].append(measure_blocks([*servers[name], "--store", "null"]))
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
    of = lambda figures, key: statistics.median(one[key] for one in figures)
    count = f"{options.requests:,}"
    if service == "blob":
        print(f"| server | start | idle | CPU of {count} puts | CPU of {count} gets | then | Put Block | CPU of Put Block |")
        print("|---|---|---|---|---|---|---|---|")
    else:
        print(f"| server | start | idle | CPU of {count} entities in batches | CPU of a query for all | then |")
        print("|---|---|---|---|---|---|")
    for name, figures in rounds.items():
        cells = [
            f"{of(figures, 'start'):.1f} ms",
            f"{of(figures, 'idle'):.1f} MiB",
            f"{of(figures, 'puts'):.3f} s",
            f"{of(figures, 'gets'):.3f} s",
            f"{of(figures, 'full'):.0f} MiB",
        ]
        if blocks.get(name):
            best = max(one["rate"] for one in blocks[name])
            cells += [f"{of(blocks[name], 'rate'):.2f} GB/s (best {best:.2f})", f"{of(blocks[name], 'cpu'):.3f} s/GiB"]
        elif service == "blob":
            cells += ["", ""]
        print(f"| {name} | {' | '.join(cells)} |")
    # The best round is checked: other programs on the machine only add to a figure.
    for key, most, unit in [("start", START_MS_MAX, "ms"), ("idle", IDLE_MIB_MAX, "MiB")]:
        best = min(one[key] for one in rounds["azring-emulator"])
        if best > most:
            sys.exit(f"error: {key} of azring-emulator is {best:.1f} {unit}, more than {most} {unit}")


if __name__ == "__main__":
    main()
