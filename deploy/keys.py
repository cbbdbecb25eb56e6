"""Passwords and keys of this installation: made at random when first asked for, kept in one file that only its owner reads."""

import base64
import hashlib
import json
import secrets
from pathlib import Path
from typing import Any

from joserfc.jwk import OKPKey

from deploy.paths import write_whole


class Keys:
    """The secrets of one installation, by name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.kept: dict[str, Any] = {}

    def password(self, name: str) -> str:
        """The password under this name."""
        return str(self._get(f"password:{name}", secrets.token_urlsafe(24)))

    def forget(self, name: str) -> None:
        """Let the password under this name go."""
        self._read()
        if self.kept.pop(f"password:{name}", None):
            self._write()

    def signing_key(self) -> dict[str, Any]:
        """The private Ed25519 key (JWK) by which the gateway signs its internal tokens."""
        made = OKPKey.generate_key("Ed25519", {"use": "sig", "alg": "EdDSA"}, private=True, auto_kid=True)
        return dict(self._get("signing", made.as_dict(private=True)))

    def public_keys(self) -> dict[str, Any]:
        """The public half as the key set (JWKS) by which services check those tokens."""
        return {"keys": [{field: value for field, value in self.signing_key().items() if field != "d"}]}

    def _get(self, name: str, made: Any) -> Any:
        if name not in self.kept:
            self._read()  # another command may have made it meanwhile
        if name not in self.kept:
            self.kept[name] = made
            self._write()
        return self.kept[name]

    def _read(self) -> None:
        self.kept = json.loads(self.path.read_text()) if self.path.exists() else {}

    def _write(self) -> None:
        write_whole(self.path, json.dumps(self.kept, indent=2), mode=0o600)


def hashed(password: str, salt: bytes | None = None) -> str:
    """A password as RabbitMQ stores it: base64 of a 4-byte salt and the SHA-256 of salt and password."""
    salt = salt or secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
