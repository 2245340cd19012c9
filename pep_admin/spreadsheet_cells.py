"""Text that goes into a spreadsheet: what would be taken for a formula there is made plain text. One guard for every file.

Which files there are, and how one is read back, is the callers' matter.
"""

from __future__ import annotations

import unicodedata

_BEGINS_A_FORMULA = "=+-@−"
_OVERLOOKED = ("Cc", "Cf")
"""Unicode classes of signs that show nothing: spreadsheets pass over them."""


def guarded(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would take it for a formula.

    Spreadsheets overlook blanks and unseen characters in front, and some take full-width signs for the plain ones.
    """
    seen = next((sign for sign in text if not sign.isspace() and unicodedata.category(sign) not in _OVERLOOKED), "")
    begins = seen != "" and unicodedata.normalize("NFKC", seen) in _BEGINS_A_FORMULA
    return f"'{text}" if begins or text[:1] in ("\t", "\r", "\n") else text
