"""Azure's Python SDK with a bearer token of a local issuer, and with user delegation SAS of blobs and files, over HTTPS."""

import base64
import datetime
import hashlib
import hmac
import json
import os
import time
import urllib.parse

from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobClient, BlobServiceClient, generate_blob_sas
from azure.storage.fileshare import ShareFileClient, ShareServiceClient, generate_file_sas

URL, ACCOUNT, AUTHORITY = os.environ["BLOB_URL"], os.environ["ACCOUNT"], os.environ["AUTHORITY"]


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Issuer:
    """Makes tokens as a test would."""

    def __init__(self, seconds=3600, key=base64.b64decode(os.environ["ISSUER_KEY"])):
        self.seconds, self.key = seconds, key

    def get_token(self, *_scopes, **_options):
        now = int(time.time())
        claims = {"aud": "https://storage.azure.com", "nbf": now - 10, "exp": now + self.seconds, "oid": "me", "tid": "here"}
        signed = encode(json.dumps({"alg": "HS256", "typ": "JWT"}).encode()) + "." + encode(json.dumps(claims).encode())
        return AccessToken(signed + "." + encode(hmac.new(self.key, signed.encode(), hashlib.sha256).digest()), now + 3600)


def client(issuer):
    return BlobServiceClient(f"{URL}/{ACCOUNT}", credential=issuer, connection_verify=AUTHORITY, retry_total=0)


service = client(Issuer())
box = service.create_container("token")
blob = box.upload_blob("b", b"secret")
assert blob.download_blob().readall() == b"secret"

now = datetime.datetime.now(datetime.timezone.utc)
key = service.get_user_delegation_key(now - datetime.timedelta(minutes=5), now + datetime.timedelta(hours=1))
sas = generate_blob_sas(ACCOUNT, "token", "b", user_delegation_key=key, permission="r", expiry=now + datetime.timedelta(hours=1))
delegated = BlobClient.from_blob_url(f"{blob.url}?{sas}", connection_verify=AUTHORITY, retry_total=0)
assert delegated.download_blob().readall() == b"secret"

shares = ShareServiceClient(
    f"{os.environ['FILE_URL']}/{ACCOUNT}", credential=Issuer(), token_intent="backup", connection_verify=AUTHORITY, retry_total=0
)
share = shares.create_share("token")
share.get_file_client("f ü").upload_file(b"hidden")
key = shares.get_user_delegation_key(start=now - datetime.timedelta(minutes=5), expiry=now + datetime.timedelta(hours=1))
assert key.signed_service == "f", key.signed_service


def read_file(name, permission="r"):
    sas = generate_file_sas(
        ACCOUNT, "token", [name], user_delegation_key=key, permission=permission, expiry=now + datetime.timedelta(hours=1)
    )
    url = f"{shares.url}token/{urllib.parse.quote('f ü')}?{sas}"
    return ShareFileClient.from_file_url(url, connection_verify=AUTHORITY, retry_total=0).download_file().readall()


assert read_file("f ü") == b"hidden"
for name, permission in [("other", "r"), ("f ü", "w")]:
    try:
        read_file(name, permission)
    except HttpResponseError as error:
        assert error.status_code == 403, error
    else:
        raise AssertionError(f"a signature for {permission} of {name} opened the file")

for issuer in [Issuer(seconds=-5), Issuer(key=b"another")]:
    try:
        client(issuer).get_container_client("token").get_container_properties()
    except HttpResponseError as error:
        assert error.status_code == 401, error
    else:
        raise AssertionError("a token that is no good was accepted")
