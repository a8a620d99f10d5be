"""The bill of materials of a program: CycloneDX 1.6, JSON (https://cyclonedx.org/docs/1.6/json/)."""

import json
import uuid
from datetime import datetime, timezone

from project import Crate, Product


def _component(crate: Crate) -> dict:
    found = {
        "type": "library",
        "bom-ref": crate.url,
        "name": crate.name,
        "version": crate.version,
        "description": crate.description,
        "scope": "required",
        "licenses": [{"expression": crate.licence}],
        "purl": crate.url,
    }
    if crate.checksum is not None:
        found["hashes"] = [{"alg": "SHA-256", "content": crate.checksum}]
    return found


def document(product: Product, revision: str, time: int, parts: dict[str, str]) -> bytes:
    """The document. `parts` are the versions of what is linked beside the crates: the standard library, the C library."""
    program = f"pkg:generic/{product.name}@{product.version}"
    extra = [
        {"type": "library", "bom-ref": f"pkg:generic/{name}@{version}", "name": name, "version": version,
         "scope": "required", "purl": f"pkg:generic/{name}@{version}"}
        for name, version in sorted(parts.items())
    ]
    urls = {f"{crate.name}@{crate.version}": crate.url for crate in product.crates}
    roots = [crate.url for crate in product.crates if not any(f"{crate.name}@{crate.version}" in other.needs for other in product.crates)]
    dependencies = [{"ref": program, "dependsOn": roots + [part["bom-ref"] for part in extra]}]
    dependencies += [{"ref": crate.url, "dependsOn": [urls[need] for need in crate.needs]} for crate in product.crates]
    return json.dumps({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": uuid.uuid5(uuid.NAMESPACE_URL, f"{product.repository}#{product.name}@{revision}").urn,
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(time, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "application",
                "bom-ref": program,
                "name": product.name,
                "version": product.version,
                "description": product.summary,
                "licenses": [{"expression": product.licence}],
                "purl": program,
                "externalReferences": [{"type": "vcs", "url": product.repository}],
            },
        },
        "components": [_component(crate) for crate in product.crates] + extra,
        "dependencies": dependencies,
    }, indent=1).encode() + b"\n"
