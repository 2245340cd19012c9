"""The keys that protect second factors, none of which is in the database: encrypting, and digests of what is short.

They come from PEP_ADMIN_SECOND_FACTOR_KEY, newest first. What is kept under them is authenticator.py's and recovery.py's matter;
links are signed with Flask's own secret key (tickets.py).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import current_app

log = logging.getLogger("pep_admin.accounts")


def seal(text: str) -> str:
    """The text encrypted under the newest key."""
    return _cipher().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str | None:
    """The text again; None where none of the keys fits: the setting, or the file that stands for it, is another than it was."""
    try:
        return _cipher().decrypt(sealed.encode()).decode()
    except InvalidToken:
        log.error("A second factor cannot be read: PEP_ADMIN_SECOND_FACTOR_KEY is not the key that it was kept under.")
        return None


def digests(text: str) -> list[str]:
    """The text's digest under each key, newest first: one to keep, all to look for."""
    return [hmac.new(_derived(key, "digest"), text.encode(), hashlib.sha256).hexdigest() for key in _keys()]


def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key, "seal"))) for key in _keys()])


def _keys() -> list[str]:
    return [key.strip() for key in str(current_app.config["PEP_ADMIN_SECOND_FACTOR_KEY"]).split(",") if key.strip()]


def _derived(key: str, purpose: str) -> bytes:
    return hmac.new(key.encode(), purpose.encode(), hashlib.sha256).digest()
