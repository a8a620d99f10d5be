"""Starts azring-emulator, an emulator of Azure Blob, File and Table Storage, for tests.

    with Emulator() as emulator:
        BlobServiceClient.from_connection_string(emulator.connection_string)

The fixture `azring_emulator` of pytest is in `fixtures`; pytest finds it by itself.
"""

import shutil
import subprocess
import sysconfig
import urllib.request
from pathlib import Path

ACCOUNT = "devstoreaccount1"
#: The key of Azurite's account, which everybody knows.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def program() -> str:
    """The path of azring-emulator: in this environment, or in PATH."""
    path = Path(sysconfig.get_path("scripts"), "azring-emulator")
    found = str(path) if path.exists() else shutil.which("azring-emulator")
    if found is None:
        raise FileNotFoundError("azring-emulator is neither in this Python environment nor in PATH")
    return found


class Emulator:
    """A running emulator on free ports of this machine. `options` are those of `azring-emulator --help`."""

    def __init__(self, *options: str):
        self._process = subprocess.Popen([program(), *options], stdout=subprocess.PIPE, text=True)
        ready = self._process.stdout.readline()
        if not ready.startswith("ready "):
            raise RuntimeError(f"azring-emulator did not start: exit code {self._process.wait()}")
        #: The URLs of the services by their names: `blob`, `file`, `table`, `control`.
        self.urls = dict(word.split("=", 1) for word in ready.split()[1:])

    @property
    def connection_string(self) -> str:
        """For `from_connection_string` of Azure's clients."""
        services = "".join(f"{name.title()}Endpoint={self.urls[name]}/{ACCOUNT};" for name in ("blob", "file", "table"))
        scheme = self.urls["blob"].split(":", 1)[0]
        return f"DefaultEndpointsProtocol={scheme};AccountName={ACCOUNT};AccountKey={KEY};{services}"

    def reset(self) -> None:
        """Removes all data and ends all faults."""
        self.control("POST", "/reset")

    def control(self, method: str, path: str, body: bytes = b"") -> bytes:
        """A request to the control endpoint (`azring-emulator --help control`): faults, counters, the log."""
        request = urllib.request.Request(self.urls["control"] + path, body, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as answer:
            return answer.read()

    def stop(self) -> None:
        """Ends it. All data is lost, unless `--store` names a folder."""
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()

    def __enter__(self) -> "Emulator":
        return self

    def __exit__(self, *_) -> None:
        self.stop()
