"""The issuer's JSON Web Key Set over HTTP."""

import ipaddress
from urllib.parse import urlsplit

import urllib3

from bloomweaver.errors import ConfigurationError, SigningKeysUnavailable

KEY_SET_MAX_BYTES = 256 * 1024


class KeySet:
    """Fetches what lies at `url`. Raises `ConfigurationError` if it is not https, or http at a private address."""

    def __init__(self, url: str, timeout_seconds: float) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and _is_private(parts.hostname)):
            raise ConfigurationError(f"the issuer's keys must come from an https URL, which '{url}' is not")
        self._url = url
        self._http = urllib3.PoolManager(timeout=urllib3.Timeout(total=timeout_seconds), retries=False)

    def fetch(self) -> bytes:
        """The key set as it is served. Raises `SigningKeysUnavailable`."""
        try:
            # A redirect is not followed: it could lead away from https, or to another issuer's keys.
            answer = self._http.request("GET", self._url, redirect=False, preload_content=False)
            try:
                data = answer.read(KEY_SET_MAX_BYTES + 1)
            finally:
                answer.release_conn()
        except urllib3.exceptions.HTTPError as error:
            raise SigningKeysUnavailable(f"the issuer's keys at {self._url} cannot be fetched: {error}") from error
        if answer.status != 200:
            raise SigningKeysUnavailable(f"{self._url} answers {answer.status}, and no keys")
        if len(data) > KEY_SET_MAX_BYTES:
            raise SigningKeysUnavailable(f"{self._url} answers with more than {KEY_SET_MAX_BYTES} bytes")
        return data


def _is_private(host: str | None) -> bool:
    """Whether it is an address, and no name, that the internet does not lead to: one machine, and its containers."""
    try:
        return ipaddress.ip_address(host or "").is_private
    except ValueError:
        return False
