"""A DNS server for one test: every name below a domain has the address 127.0.0.1 and no other one (RFC 1035, section 4).

    dns_server.py ADDRESS DOMAIN
"""

import socket
import struct
import sys


def answer(query: bytes, domain: str) -> bytes:
    """The answer to one question."""
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode())
        at += 1 + query[at]
    question = query[12:at + 5]
    kind = struct.unpack(">H", query[at + 1:at + 3])[0]
    known = ".".join(labels).lower().endswith(domain)
    records = b""
    if known and kind == 1:
        records = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + socket.inet_aton("127.0.0.1")
    flags = 0x8180 if known else 0x8183
    return query[:2] + struct.pack(">HHHHH", flags, 1, 1 if records else 0, 0, 0) + question + records


server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind((sys.argv[1], 53))
while True:
    message, peer = server.recvfrom(4096)
    server.sendto(answer(message, sys.argv[2]), peer)
