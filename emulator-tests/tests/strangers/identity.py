"""Azure's azure-identity gets tokens from the emulator's identity provider in every way that it has, and Azure's SDKs use them.

With the argument `arc` only the way of a machine with Azure Arc is taken.
"""

import json
import os
import sys
import uuid
import urllib.request

AUTHORITY, CONTROL = os.environ["AUTHORITY"], os.environ["CONTROL_URL"]
IDENTITY, MACHINE = os.environ["IDENTITY_URL"].replace("127.0.0.1", "localhost"), os.environ["IDENTITY_HTTP_URL"]
os.environ["REQUESTS_CA_BUNDLE"] = AUTHORITY

from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.data.tables import TableServiceClient
from azure.identity import (
    CertificateCredential,
    ClientSecretCredential,
    CredentialUnavailableError,
    DeviceCodeCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)
from azure.storage.blob import BlobServiceClient
from azure.storage.fileshare import ShareServiceClient

TENANT = "aaaabbbb-0000-cccc-1111-dddd2222eeee"
PUBLIC, CONFIDENTIAL = "00001111-aaaa-2222-bbbb-3333cccc4444", "11112222-bbbb-3333-cccc-4444dddd5555"
SECRET, HEADER = "secret-of-the-emulator", "header-of-the-emulator"
MANAGED = "22223333-cccc-4444-dddd-5555eeee6666"
ACCOUNT = os.environ["ACCOUNT"]
PROVIDER = {"authority": IDENTITY, "disable_instance_discovery": True}


def control(method, path, document=None):
    body = None if document is None else json.dumps(document).encode()
    request = urllib.request.Request(CONTROL + path, data=body, method=method)
    with urllib.request.urlopen(request) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def use(credential):
    """Writes and reads a blob, a file and an entity with the credential's tokens."""
    name = "a" + uuid.uuid4().hex[:20]
    options = {"credential": credential, "connection_verify": AUTHORITY, "retry_total": 0}
    blobs = BlobServiceClient(f"{os.environ['BLOB_URL']}/{ACCOUNT}", **options)
    blob = blobs.create_container(name).upload_blob("b", b"bytes")
    assert blob.download_blob().readall() == b"bytes"
    shares = ShareServiceClient(f"{os.environ['FILE_URL']}/{ACCOUNT}", token_intent="backup", **options)
    file = shares.create_share(name).get_file_client("f")
    file.upload_file(b"bytes")
    assert file.download_file().readall() == b"bytes"
    # Without the audience the library asks for a token of Cosmos DB, because the host is not one of Azure's.
    tables = TableServiceClient(
        endpoint=f"{os.environ['TABLE_URL']}/{ACCOUNT}", audience="https://storage.azure.com", **options
    )
    table = tables.create_table(name)
    table.create_entity({"PartitionKey": "p", "RowKey": "r", "N": 1})
    assert table.get_entity("p", "r")["N"] == 1


def refused(call, word):
    try:
        call()
    except ClientAuthenticationError as error:
        assert word in str(error), error
    else:
        raise AssertionError(f"not refused with {word}")


def scope(credential):
    return credential.get_token("https://storage.azure.com/.default")


def arc():
    os.environ["IDENTITY_ENDPOINT"] = MACHINE + "/arc/metadata/identity/oauth2/token"
    os.environ["IMDS_ENDPOINT"] = MACHINE
    use(ManagedIdentityCredential())


if sys.argv[1:] == ["arc"]:
    arc()
    sys.exit()

use(ClientSecretCredential(TENANT, CONFIDENTIAL, SECRET, **PROVIDER))
refused(lambda: scope(ClientSecretCredential(TENANT, CONFIDENTIAL, "wrong", **PROVIDER)), "AADSTS7000215")
refused(lambda: scope(ClientSecretCredential(TENANT, str(uuid.uuid4()), SECRET, **PROVIDER)), "AADSTS700016")

pem = control("POST", f"/identity/applications/{CONFIDENTIAL}/certificate")["pem"]
use(CertificateCredential(TENANT, CONFIDENTIAL, certificate_data=pem.encode(), **PROVIDER))

control("PATCH", "/identity/settings", {"device_code": {"interval": 1}})


def approve(_uri, user_code, _expires):
    control("POST", f"/identity/codes/{user_code}", {"decision": "approve"})


def decline(_uri, user_code, _expires):
    control("POST", f"/identity/codes/{user_code}", {"decision": "decline"})


device = DeviceCodeCredential(PUBLIC, tenant_id=TENANT, prompt_callback=approve, **PROVIDER)
use(device)
refused(
    lambda: scope(DeviceCodeCredential(PUBLIC, tenant_id=TENANT, prompt_callback=decline, **PROVIDER)),
    "authorization_declined",
)

# Tokens that end soon are refreshed: without a second sign-in.
control("PATCH", "/identity/settings", {"token_seconds": 200})
prompts = []


def approve_once(uri, user_code, expires):
    prompts.append(user_code)
    approve(uri, user_code, expires)


short = DeviceCodeCredential(PUBLIC, tenant_id=TENANT, prompt_callback=approve_once, **PROVIDER)
first, second = scope(short).token, scope(short).token
assert first != second and len(prompts) == 1, prompts
control("POST", "/identity/revocations", {"principal": "user@emulator.test"})
again = scope(short).token
assert len(prompts) == 2, prompts
control("PATCH", "/identity/settings", {"token_seconds": 3600})

with open("federated", "w") as file:
    file.write(control("POST", "/identity/federated-tokens", {})["token"] + "\n")
use(WorkloadIdentityCredential(tenant_id=TENANT, client_id=CONFIDENTIAL, token_file_path="federated", **PROVIDER))

os.environ["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = MACHINE
use(ManagedIdentityCredential())
use(ManagedIdentityCredential(client_id=MANAGED))
try:
    scope(ManagedIdentityCredential(client_id=str(uuid.uuid4())))
except (ClientAuthenticationError, CredentialUnavailableError):
    pass
else:
    raise AssertionError("an unknown identity has a token")

os.environ["IDENTITY_ENDPOINT"], os.environ["IDENTITY_HEADER"] = MACHINE + "/msi/token", HEADER
use(ManagedIdentityCredential())
del os.environ["IDENTITY_ENDPOINT"], os.environ["IDENTITY_HEADER"]

# A role that is missing is 403, and a revoked token 401.
revoked = ClientSecretCredential(TENANT, CONFIDENTIAL, SECRET, **PROVIDER)
client = BlobServiceClient(
    f"{os.environ['BLOB_URL']}/{ACCOUNT}", credential=revoked, connection_verify=AUTHORITY, retry_total=0
)
list(client.list_containers())
control("PATCH", "/identity/settings", {"roles": []})
try:
    list(client.list_containers())
except HttpResponseError as error:
    assert error.error_code == "AuthorizationPermissionMismatch", error
else:
    raise AssertionError("a holder without roles lists containers")
control("POST", "/identity/revocations", {"principal": CONFIDENTIAL})
try:
    list(client.list_containers())
except HttpResponseError as error:
    assert error.status_code == 401, error
else:
    raise AssertionError("a revoked token lists containers")
