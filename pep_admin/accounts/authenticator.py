"""Codes from an authenticator app: a new secret, what the app needs to take it up, and whether a code is the one of this moment.

That a code is taken once only is second_factor.py's matter, which writes it down.
"""

from __future__ import annotations

import re
from datetime import datetime

from flask import current_app
from passlib.exc import TokenError
from passlib.totp import TOTP
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M

from pep_admin.accounts import keys

ISSUER = "PEP"
QUIET_ZONE = 4
"""Empty modules around the picture, which readers need."""


def new_secret() -> str:
    """A random secret of 160 bits, sealed as it is kept."""
    return keys.seal(TOTP.new().base32_key)


def address_of(sealed: str, email: str) -> str:
    """The otpauth address that an app takes a secret up by."""
    issuer = f"{ISSUER} {current_app.config.get('PEP_ADMIN_AUTHORITY_NAME', '')}".strip().replace(":", " ")
    return str(TOTP(key=keys.unseal(sealed) or "", issuer=issuer).to_uri(email))


def spoken(sealed: str) -> str:
    """The secret in groups of four, to be typed where no picture can be taken."""
    key = keys.unseal(sealed) or ""
    return " ".join(key[at:at + 4] for at in range(0, len(key), 4))


def step_of(sealed: str, code: str, at: datetime) -> int | None:
    """The half-minute that a code belongs to, if it is the present one; None for any other code. Spaces in it do not matter."""
    digits, secret = re.sub(r"\s", "", code), keys.unseal(sealed)
    if secret is None or not re.fullmatch(r"[0-9]{6}", digits):
        return None
    try:
        return int(TOTP(key=secret).match(digits, time=at, window=0).counter)
    except TokenError:
        return None


def picture(text: str) -> tuple[int, str]:
    """A QR code as an SVG path of unit squares, and the width of the whole with its quiet zone."""
    drawn = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE)
    drawn.add_data(text)
    drawn.make(fit=True)
    rows = drawn.get_matrix()
    return len(rows), "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
