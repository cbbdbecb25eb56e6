"""Internal tokens: what the gateway tells a service about a call, signed, for one audience and less than a minute."""

import base64
import math
import time
from collections import OrderedDict
from random import getrandbits

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.access import GUEST, ISSUER, TOKEN_TYPE, Caller, Grant

LIFETIME, REUSE, GUEST_REUSE, KEPT = 60, 1, 30, 1000
WRONG_KEY = "GATEWAY_SIGNING_KEY must be a private Ed25519 JWK with a kid"
DOOR = Caller("gateway", grants=(Grant("gateway"),))
"""The gateway speaking for itself, on routes that are behind the door."""


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


class Mint:
    """Signs a token for a caller with just these rights; it serves a second, a guest's, who is nobody in particular, half a minute."""

    def __init__(self, key: str) -> None:
        try:
            jwk = OKPKey.import_key(orjson.loads(key))
        except (JoseError, ValueError):
            raise ValueError(WRONG_KEY) from None  # whatever it is, it is a secret
        if not isinstance(private := jwk.private_key, Ed25519PrivateKey) or not jwk.kid:
            raise ValueError(WRONG_KEY)
        self.key = private
        self.header = encoded(orjson.dumps({"alg": "EdDSA", "typ": TOKEN_TYPE, "kid": jwk.kid}))
        self.made: OrderedDict[tuple[str, str], tuple[float, Caller, str]] = OrderedDict()

    def token(self, caller: Caller, audience: str, now: float | None = None) -> str:
        """A token that `shared.access.Tokens` of the audience accepts."""
        now, key = time.monotonic() if now is None else now, (caller.subject, audience)
        at, whose, token = self.made.get(key, (-math.inf, GUEST, ""))
        if whose != caller or now - at > (GUEST_REUSE if caller is GUEST else REUSE):
            token = self.signed(caller, audience)
            self.made[key] = (now, caller, token)
            if len(self.made) > KEPT:
                self.made.popitem(last=False)
        return token

    def signed(self, caller: Caller, audience: str) -> str:
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": audience,
            "sub": caller.subject,
            "person": caller.person_id,
            "grants": [{"role": grant.role, "scope": grant.scope} for grant in caller.grants],
            "consents": sorted(caller.consents),
            "iat": now,
            "nbf": now,
            "exp": now + LIFETIME,
            "jti": f"{getrandbits(128):032x}",  # tells two calls apart; nothing is guessed from it
        }
        said = f"{self.header}.{encoded(orjson.dumps(claims))}"
        return f"{said}.{encoded(self.key.sign(said.encode()))}"
