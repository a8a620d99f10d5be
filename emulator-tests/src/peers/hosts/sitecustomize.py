# Python imports this file at its start when its folder is in PYTHONPATH. Azure's host names then lead to this machine, because
# blobxfer knows a storage account only by its host.
import socket

resolve = socket.getaddrinfo


def getaddrinfo(host, *rest, **named):
    is_azure = isinstance(host, str) and host.endswith(".core.windows.net")
    return resolve("127.0.0.1" if is_azure else host, *rest, **named)


socket.getaddrinfo = getaddrinfo
