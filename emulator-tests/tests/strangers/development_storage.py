"""Azure's Python SDK with `UseDevelopmentStorage=true`, which means port 10000.

The script runs itself in a network of its own, where the port is free, if the system allows that.
"""

import fcntl
import os
import socket
import struct
import subprocess
import sys

from azure.storage.blob import BlobServiceClient

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
OWN_NETWORK = ["unshare", "--user", "--map-root-user", "--net"]


def bring_loopback_up():
    """Switches the loopback interface on: netdevice(7)."""
    with socket.socket() as any_socket:
        flags = struct.pack("16sh", b"lo", 0)
        flags = struct.unpack("16sh", fcntl.ioctl(any_socket, SIOCGIFFLAGS, flags))[1]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags | IFF_UP))


def can_have_own_network():
    """Whether `unshare` is there and allowed."""
    try:
        return subprocess.run([*OWN_NETWORK, "true"], stderr=subprocess.DEVNULL).returncode == 0
    except FileNotFoundError:
        return False


if "own-network" in sys.argv:
    bring_loopback_up()
elif can_have_own_network():
    os.execvp(OWN_NETWORK[0], [*OWN_NETWORK, sys.executable, __file__, "own-network"])

emulator = subprocess.Popen([os.environ["EMULATOR"], "--azurite-ports"], stdout=subprocess.PIPE, text=True)
try:
    ready = emulator.stdout.readline()
    assert " blob=http://127.0.0.1:10000 " in ready, ready
    service = BlobServiceClient.from_connection_string("UseDevelopmentStorage=true")
    container = service.create_container("box")
    container.upload_blob("folder/blob", b"hello")
    assert [blob.name for blob in container.list_blobs()] == ["folder/blob"]
    assert container.download_blob("folder/blob").readall() == b"hello"
    container.delete_blob("folder/blob")
finally:
    emulator.terminate()
assert emulator.wait() == 0, emulator.returncode
