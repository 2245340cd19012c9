"""Which passwords are refused: short ones, common ones, and those made of what anybody would guess here.

There is no rule about digits or signs and no expiry: length and being hard to guess are all that counts. Hashing is
Flask-Security's, with argon2id.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from flask import Flask, current_app
from flask_security.password_util import PasswordUtil

SHORTEST, LONGEST = 12, 512
HARD_TO_GUESS = 5
"""A password is refused when fewer characters than this remain once guessable words and a usual tail of figures are taken out."""
USUAL_TAIL = 6
"""Different figures and signs that people put behind a word without making it any harder to guess."""

ABOUT_US = """
    admin administrator after auditor authority borough bury care child children council county designated education
    england finance head hello local login london looked officer passphrase password passwort pep peps personal plan
    plans premium pupil school schools secret service services signin social teacher teachers team virtual welcome
    worker workers
"""
COMMON = """
    access account adobe alexander amanda america andrea andrew angel angels anthony apple april arsenal ashley august
    autumn baby babygirl bailey banana barcelona baseball basketball batman beautiful biteme blessed blink blossom
    blue bond booboo boomer brandon brown buster butterfly cambridge carlos cassie change changeme charlie charlotte
    cheese chelsea chester chicken chocolate chris christ christmas computer cookie cowboy daddy dallas daniel
    danielle david december diamond donald dragon eagles easter elizabeth evening everton faith family february
    ferrari flower flowers football forever forget freedom friday friend friends gemini george ginger god google green
    guest hannah happy harley harry heaven hockey holiday hotmail hunter iloveu iloveyou internet jackson january
    jasmine jason jennifer jessica jesus jonathan jordan joseph joshua july june justin killer king kitten letmein
    lifehack liverpool love lovely loveme lover lucky maggie manchester march marina master matrix matthew melissa
    mercedes merlin michael michelle minecraft monday money monkey morgan morning mother mummy music mustang naruto
    natasha nicholas nicole nothing november october oliver orange oxford pass patrick peanut people pepper phoenix
    player please pokemon power prince princess purple qazwsx queen rainbow ranger rangers rebecca red robert ronaldo
    samantha samsung samuel saturday scooter september shadow shannon silver simple sister snoopy soccer sophie
    spiderman spring spurs starlight starwars steelers summer sunday sunshine superman superstar sweet sweetie system
    tennis teresa test testing thomas thunder thursday tiger tigger tinkerbell tottenham trustno tuesday unicorn
    united user victoria wednesday whatever william winner winter wizard yamaha year yellow zxcvbnm
"""
RUNS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "1qaz2wsx3edc4rfv5tgb6yhn", "01234567890")
_LOOKALIKES = str.maketrans("013457@$!|", "oieastasil")
_WORDS = frozenset(f"{ABOUT_US} {COMMON}".split())


class OurPasswords(PasswordUtil):
    """Flask-Security's door to the rules of this module."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        """The complaints (None for none) and the password as it is hashed."""
        user, normal = kwargs.get("user"), normalised(password)
        about = [user.email, user.name] if user is not None else []
        problem = why_refused(normal, about=[*about, str(current_app.config.get("PEP_ADMIN_AUTHORITY_NAME", ""))])
        return ([problem] if problem else None), normal


def normalised(password: str) -> str:
    """One way of writing for what looks the same on two keyboards."""
    return unicodedata.normalize("NFC", password)


def why_refused(password: str, *, about: Iterable[str] = ()) -> str | None:
    """A sentence that says why a password cannot be used, or None; `about` are names and addresses that it must not consist of."""
    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} characters. Three or four words that have nothing to do with each other are good."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    if len(set(password.lower())) < 5 or _is_a_run(password.lower()):
        return ("This repeats a few keys or follows a row of the keyboard, which is guessed first. "
                "Use three or four words that have nothing to do with each other.")
    if _left(password, about) < HARD_TO_GUESS:
        return ("This is made of words that are guessed first: names, this work, common passwords. "
                "Use three or four words that have nothing to do with you, the school or each other.")
    return None


def _is_a_run(text: str) -> bool:
    for row in RUNS:
        endless = row * (len(text) // len(row) + 2)
        if text in endless or text in endless[::-1]:
            return True
    return False


def _left(password: str, about: Iterable[str]) -> int:
    """How much is left once the guessable is taken out, whether read as it stands or with look-alikes for letters (p@ssw0rd)."""
    words = _WORDS | {part for text in about for part in re.split(r"[^a-z]+", text.lower()) if len(part) >= 3}
    lower = password.lower()
    return min(_without(text, words) for text in (lower, lower.translate(_LOOKALIKES)))


def _without(text: str, words: Iterable[str]) -> int:
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, " ")
    for row in RUNS:
        for at in range(len(row) - 3):
            text = text.replace(row[at:at + 4], " ")
    letters = sum(len(piece) for piece in re.findall(r"[^\W\d_]+", text) if len(piece) == 1 or len(set(piece)) > 1)
    others = {sign for sign in text if not sign.isalpha() and not sign.isspace()}
    return letters + max(0, len(others) - USUAL_TAIL)
