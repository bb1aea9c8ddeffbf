"""Sign-in at a provider (OpenID Connect): authorization code with PKCE. What comes back is checked here, whole.

Nothing is kept between the two halves but a secret in the browser's own cookie: state, nonce and verifier are derived
from it, so they fit that browser's attempt and no other. No token of the provider is kept at all.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import httpx
import structlog
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, import_key

from adapters.web.errors import Declined, NotConfirmed, ProviderAway, WebRefusal
from adapters.web.provider import BACK, Answer
from bot.clock import Clock
from bot.settings import Settings
from bot.web_settings import LOOPBACK

log = structlog.get_logger()
T = TypeVar("T")
TIME_LIMIT = 5.0  # seconds, for each question to the provider
FRESH = 3600.0  # seconds that what the provider says of itself is good for
KEYS_AT_MOST_EVERY = 30.0  # seconds: tokens with made-up keys must not have us ask all the time
SKEW = 60  # seconds that clocks may differ
LONGEST_ACCOUNT = 200  # characters, as the table has them
# Signed with the provider's own key. "none", and HS256 where the client's secret is the key, are not among them.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
_SCOPES = {"sub": "openid", "email": "openid email"}


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one browser's attempt is known by."""

    state: str
    nonce: str
    verifier: str

    @staticmethod
    def of(secret: str) -> "Attempt":
        return Attempt(*(_derived(secret, what) for what in ("state", "nonce", "verifier")))


@dataclass(frozen=True, slots=True)
class Endpoints:
    authorization: str
    token: str
    keys: str
    end_session: str | None
    basic: bool  # whether the token endpoint takes the client's secret in the Authorization header


class OpenId:
    """A `Provider`."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._endpoints: Kept[Endpoints] | None = None
        self._keys: Kept[list[Key]] | None = None

    @property
    def name(self) -> str:
        return self._settings.oidc_name or urlsplit(self._settings.oidc_issuer).hostname or ""

    async def way_in(self, secret: str) -> str:
        """Where to send the browser. Raises `ProviderAway`."""
        endpoints, attempt = await self._known(), Attempt.of(secret)
        uri: str = prepare_grant_uri(
            endpoints.authorization,
            self._settings.oidc_client_id,
            "code",
            redirect_uri=self._back,
            scope=_SCOPES.get(self._settings.oidc_claim, "openid profile"),
            state=attempt.state,
            nonce=attempt.nonce,
            code_challenge=create_s256_code_challenge(attempt.verifier),
            code_challenge_method="S256",
        )
        return uri

    async def account(self, secret: str, answer: Answer) -> str:
        """Who it is, as the provider names them. Raises `Declined`, `NotConfirmed`, `ProviderAway`."""
        attempt = Attempt.of(secret)
        if not secret or not hmac.compare_digest(attempt.state.encode(), answer.state.encode()):
            raise _refused("state")
        if answer.issuer not in (None, self._settings.oidc_issuer):
            raise _refused("issuer of the answer")
        if answer.error or not answer.code:
            raise Declined
        token = await self._redeemed(answer.code, attempt)
        return self._named(await self._verified(token, attempt))

    async def way_out(self, back: str) -> str | None:
        """Where to sign out at the provider too, where it has such a place. None where it does not, or is away."""
        try:
            endpoints = await self._known()
        except WebRefusal:
            return None
        if endpoints.end_session is None:
            return None
        asked = {"client_id": self._settings.oidc_client_id, "post_logout_redirect_uri": back}
        return f"{endpoints.end_session}{'&' if '?' in endpoints.end_session else '?'}{urlencode(asked)}"

    @property
    def _back(self) -> str:
        return f"{self._settings.public_url}{BACK}"

    # ------------------------------------------------------------ the code

    async def _redeemed(self, code: str, attempt: Attempt) -> Mapping[str, Any]:
        endpoints = await self._known()
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back,
            "code_verifier": attempt.verifier,
        }
        client, secret = self._settings.oidc_client_id, self._settings.oidc_client_secret.get_secret_value()
        if not endpoints.basic:
            sent |= {"client_id": client, "client_secret": secret}
        # RFC 6749, 2.3.1: both are form-encoded first
        auth = httpx.BasicAuth(quote(client, safe=""), quote(secret, safe="")) if endpoints.basic else None
        found = await _asked("POST", endpoints.token, data=sent, auth=auth)
        if "id_token" not in found:
            raise _refused(f"token endpoint: {str(found.get('error', 'no id_token'))[:40]}")
        return found

    async def _verified(self, token: Mapping[str, Any], attempt: Attempt) -> CodeIDToken:
        raw = token["id_token"]
        if not isinstance(raw, str):
            raise _refused("id_token")
        decoded = await self._opened(raw)
        expected = {"iss": self._settings.oidc_issuer, "aud": self._settings.oidc_client_id}
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            options={name: {"essential": True, "value": value} for name, value in expected.items()},
            params={
                "nonce": attempt.nonce,
                "client_id": self._settings.oidc_client_id,
                "access_token": token.get("access_token"),
            },
        )
        try:
            claims.validate(now=int(self._clock.now().timestamp()), leeway=SKEW)
        except JoseError as error:
            raise _refused(type(error).__name__) from error
        return claims

    async def _opened(self, raw: str) -> jwt.Token:
        """The signature holds, under a key that the provider has now. A key that we do not know is asked for once."""
        for anew in (False, True):
            keys = KeySet(await self._known_keys(anew))
            try:
                return jwt.decode(raw, keys, algorithms=list(ALGORITHMS))
            except (JoseError, ValueError) as error:
                why = type(error).__name__
        raise _refused(why)

    def _named(self, claims: Mapping[str, Any]) -> str:
        name, value = self._settings.oidc_claim, claims.get(self._settings.oidc_claim)
        if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ACCOUNT:
            raise _refused("the claim of FAGTRAAD_OIDC_CLAIM is missing")
        if name == "email" and claims.get("email_verified") is not True:
            raise _refused("email is not verified")
        return value

    # ------------------------------------------------------------ what the provider says of itself

    async def _known(self) -> Endpoints:
        """Raises `ProviderAway`. What was known before serves while the provider does not answer."""
        if self._endpoints is None or self._endpoints.age > FRESH:
            try:
                self._endpoints = Kept(await self._discovered())
            except WebRefusal:
                if self._endpoints is None:
                    raise
        return self._endpoints.value

    async def _discovered(self) -> Endpoints:
        issuer = self._settings.oidc_issuer
        found = await _asked("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != issuer:  # a tenant's pattern, another's document, or a slash too many
            log.error("the sign-in provider calls itself something else than FAGTRAAD_OIDC_ISSUER")
            raise ProviderAway
        methods = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return Endpoints(
            authorization=_place(found, "authorization_endpoint"),
            token=_place(found, "token_endpoint"),
            keys=_place(found, "jwks_uri"),
            end_session=_place(found, "end_session_endpoint") if found.get("end_session_endpoint") else None,
            basic="client_secret_basic" in methods,
        )

    async def _known_keys(self, anew: bool) -> list[Key]:
        kept = self._keys
        if kept is None or kept.age > FRESH or (anew and kept.age > KEYS_AT_MOST_EVERY):
            found = await _asked("GET", (await self._known()).keys)
            kept = self._keys = Kept([key for each in found.get("keys", ()) if (key := _public_key(each))])
        return kept.value


class Kept(Generic[T]):
    """Something, and when it was learnt."""

    def __init__(self, value: T) -> None:
        self.value = value
        self._at = time.monotonic()

    @property
    def age(self) -> float:
        return time.monotonic() - self._at


async def _asked(method: str, url: str, **what: Any) -> dict[str, Any]:
    """The provider's JSON. An answer that says no is one too, where it says so in JSON. Raises `ProviderAway`."""
    try:
        async with httpx.AsyncClient(timeout=TIME_LIMIT) as client:
            response = await client.request(method, url, headers={"Accept": "application/json"}, **what)
            found = response.json()
    except (httpx.HTTPError, ValueError) as error:
        log.warning("the sign-in provider does not answer", error=type(error).__name__)
        raise ProviderAway from error
    if not isinstance(found, dict) or response.status_code >= 500 or (method == "GET" and response.status_code != 200):
        log.warning("the sign-in provider does not answer as it should", status=response.status_code)
        raise ProviderAway
    return found


def _place(found: Mapping[str, Any], name: str) -> str:
    """An address that a secret may be sent to."""
    url = found.get(name)
    parts = urlsplit(url) if isinstance(url, str) else urlsplit("")
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return str(url)
    log.error("the sign-in provider gives no https address", endpoint=name)
    raise ProviderAway


def _public_key(found: Any) -> Key | None:
    """Keys of kinds that we do not know are none of ours."""
    if not isinstance(found, dict) or found.get("kty") not in ("RSA", "EC") or found.get("use", "sig") != "sig":
        return None
    try:
        return import_key(found)
    except (JoseError, ValueError):
        return None


def _derived(secret: str, what: str) -> str:
    digest = hmac.digest(secret.encode(), what.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _refused(why: str) -> NotConfirmed:
    """The operator is told why; the person, who may be somebody else, is not."""
    log.warning("sign-in at the provider not confirmed", why=why)
    return NotConfirmed()
