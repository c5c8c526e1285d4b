"""The issuer of the stack's own: who may call is decided on one machine as on AWS, with keys that this machine makes.

Its private key and the secret of webhooks lie in files that their owner alone can read. Its public key goes to a bucket
of the emulator, where the functions fetch it over HTTP as they would from any issuer.
"""

import base64
import json
import secrets
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from bloomweaver.auth.roles import Role
from bloomweaver.auth.signatures import SECRET_PREFIX, parse_secrets
from bloomweaver.auth.signing_keys import ALGORITHM
from local import aws
from local.atomic import write_atomically

ISSUER = "https://issuer.bloomweaver.local"
"""A name; nothing is fetched from there."""
AUDIENCE = "bloomweaver"
PARTY = "bloomweaver-cli"
DASHBOARD = "bloomweaver-dashboard"
"""The party that people's tokens are given to, who sign in as `local.authorization` has it."""
KEY_ID = "this-machine"
BUCKET = "bloomweaver-issuer"
KEY_SET = "jwks.json"
SESSION_SECONDS = 900
"""Commands ask for the same token for so long, so that the authorizer's answer to it is kept."""


class LocalIssuer:
    """Keys, secrets and tokens under `directory`, which are made when they are first asked for."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._sessions: dict[Role, tuple[int, str]] = {}

    def token(self, role: Role, minutes: float, party: str = PARTY) -> str:
        """A token that is good for so long from now on, given to `party`."""
        now = int(time.time())
        return self._token(role, now, now + round(minutes * 60), party)

    def identity(self, role: Role, minutes: float, nonce: str) -> str:
        """An ID token for the dashboard: it says who signed in, and the API takes none."""
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": DASHBOARD, "sub": subject_of(role), "role": role.value, "name": f"Local {role}"}
        times = {"iat": now, "exp": now + round(minutes * 60)}
        return self._signed({**claims, **times, **({"nonce": nonce} if nonce else {})})

    def session_token(self, role: Role) -> str:
        """A token that is good for at least an hour, and the same for a while."""
        began = int(time.time()) // SESSION_SECONDS * SESSION_SECONDS
        kept = self._sessions.get(role)
        if kept is None or kept[0] != began:
            kept = (began, self._token(role, began, began + SESSION_SECONDS + 3600))
            self._sessions[role] = kept
        return kept[1]

    def key_set(self) -> dict[str, Any]:
        """The public key, as a JSON Web Key Set."""
        public = RSAAlgorithm.to_jwk(self._key().public_key(), as_dict=True)
        return {"keys": [{**public, "kid": KEY_ID, "alg": ALGORITHM, "use": "sig"}]}

    def webhook_secret(self) -> str:
        """What machines sign with."""
        path = self._directory / "webhook-secret"
        if not path.exists():
            _write_private(path, (SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()).encode())
        return path.read_text()

    def webhook_secret_bytes(self) -> bytes:
        """The same, as the bytes that a signature is made with."""
        return parse_secrets(json.dumps({"current": self.webhook_secret()}))[0]

    def _token(self, role: Role, begins: int, ends: int, party: str = PARTY) -> str:
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "azp": party,
            "sub": subject_of(role),
            "role": role.value,
            "iat": begins,
            "nbf": begins,
            "exp": ends,
        }
        return self._signed(claims)

    def _signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self._key(), ALGORITHM, headers={"kid": KEY_ID})

    def _key(self) -> rsa.RSAPrivateKey:
        return _signing_key(self._directory / "signing-key.pem")


def subject_of(role: Role) -> str:
    """Who a token of that role is of."""
    return f"local-{role}"


@cache
def issuer(directory: Path) -> LocalIssuer:
    """The issuer whose files lie in `directory`."""
    return LocalIssuer(directory)


def publish_keys(local: LocalIssuer, aws_port: int) -> str:
    """Put the public key where the functions find it. Returns its URL."""
    client = aws.client(aws.endpoint(aws_port), "s3")
    # It is there already after a stop. AWS answers so in this region; the emulator refuses.
    with suppress(client.exceptions.BucketAlreadyOwnedByYou):
        client.create_bucket(Bucket=BUCKET)
    # The key is public, and whoever fetches it has no credentials. A new bucket refuses policies for everybody.
    client.delete_public_access_block(Bucket=BUCKET)
    everybody = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/{KEY_SET}",
    }
    client.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [everybody]}))
    client.put_object(
        Bucket=BUCKET, Key=KEY_SET, Body=json.dumps(local.key_set()).encode(), ContentType="application/json"
    )
    return f"{aws.endpoint(aws_port)}/{BUCKET}/{KEY_SET}"


def store_webhook_secret(local: LocalIssuer, aws_port: int, secret_arn: str) -> None:
    """Have the stack check signatures with the secret of this machine, and not with the one that it was made with."""
    value = json.dumps({"current": local.webhook_secret()})
    client = aws.client(aws.endpoint(aws_port), "secretsmanager")
    if client.get_secret_value(SecretId=secret_arn)["SecretString"] != value:
        client.put_secret_value(SecretId=secret_arn, SecretString=value)


@cache
def _signing_key(path: Path) -> rsa.RSAPrivateKey:
    if not path.exists():
        made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        _write_private(
            path,
            made.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
        )
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _write_private(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomically(path, data, 0o600)
