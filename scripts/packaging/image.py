"""A container image of one static program and nothing else, as an archive of an OCI layout, which `podman load`, `docker load`
(25 or later) and `skopeo` read (https://github.com/opencontainers/image-spec). It is written here, and not by an engine,
so that it needs no root and has no time of its building in it."""

import gzip
import hashlib
import json
from datetime import datetime, timezone

from archive import Entry, below, tar, tar_gz
from project import Product

USER = 65534
# The user may write nowhere else. azring keeps its journal below HOME: `--volume` makes it last.
FILES = {
    "etc/passwd": Entry(b"nobody:x:65534:65534:nobody:/tmp:/sbin/nologin\n"),
    "etc/group": Entry(b"nobody:x:65534:\n"),
    # The C library in the program knows these two by itself. It would load any other one from a file.
    "etc/nsswitch.conf": Entry(b"hosts: files dns\n"),
    "tmp": Entry(mode=0o1777, folder=True),
}


def package(product: Product, files: dict[str, Entry], certificates: bytes, time: int) -> tuple[str, bytes]:
    """Its file name and its bytes."""
    kept = {name: entry for name, entry in files.items()
            if name.startswith(("bin/", f"share/doc/{product.name}/")) and not name.endswith(".md")}
    root = below("usr", kept) | FILES | {"etc/ssl/certs/ca-certificates.crt": Entry(certificates)}
    layer = tar_gz(root, time, with_folders=True)
    created = datetime.fromtimestamp(time, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    labels = {
        "org.opencontainers.image.title": product.name,
        "org.opencontainers.image.version": product.version,
        "org.opencontainers.image.description": product.summary,
        "org.opencontainers.image.licenses": product.licence,
        "org.opencontainers.image.source": product.repository,
    }
    config = {"Env": ["PATH=/usr/bin", "HOME=/tmp"], "User": f"{USER}:{USER}", "Entrypoint": [f"/usr/bin/{product.name}"],
              "WorkingDir": "/", "Labels": labels}
    if product.name == "azring-emulator":
        config |= {
            "Entrypoint": [f"/usr/bin/{product.name}", "--host", "0.0.0.0", "--blob-port", "10000", "--file-port", "10004",
                           "--table-port", "10002", "--control-host", "0.0.0.0", "--control-port", "10009"],
            "ExposedPorts": {f"{port}/tcp": {} for port in [10000, 10002, 10004, 10009]},
            "StopSignal": "SIGTERM",
        }
    image = _json({
        "created": created,
        "author": product.authors,
        "architecture": "amd64",
        "os": "linux",
        "config": config,
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(gzip.decompress(layer)).hexdigest()}"]},
        "history": [{"created": created, "comment": f"{product.name} {product.version}"}],
    })
    manifest = _json({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": _described("application/vnd.oci.image.config.v1+json", image),
        "layers": [_described("application/vnd.oci.image.layer.v1.tar+gzip", layer)],
        "annotations": labels,
    })
    name = f"localhost/{product.name}:{product.version}"
    index = _json({
        "schemaVersion": 2,
        "manifests": [_described("application/vnd.oci.image.manifest.v1+json", manifest) | {
            "annotations": {"org.opencontainers.image.ref.name": name, "io.containerd.image.name": name},
        }],
    })
    blobs = {f"blobs/sha256/{hashlib.sha256(blob).hexdigest()}": Entry(blob) for blob in [layer, image, manifest]}
    layout = {"oci-layout": Entry(_json({"imageLayoutVersion": "1.0.0"})), "index.json": Entry(index)}
    return f"{product.name}-{product.version}-image.tar", tar(layout | blobs, time)


def _json(value: dict) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _described(kind: str, blob: bytes) -> dict:
    return {"mediaType": kind, "digest": f"sha256:{hashlib.sha256(blob).hexdigest()}", "size": len(blob)}
