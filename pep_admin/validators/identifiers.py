"""Numbers and addresses given out by others: UPN, URN, e-mail. Whether one is taken already is a question for the database."""

from __future__ import annotations

import re

from stdnum.gb import upn

from pep_admin.validators.findings import Finding

_UPN = re.compile(r"[A-HJ-NPQRT-Z][0-9]{11}[0-9A-HJ-NPQRT-Z]")
_URN = re.compile(r"[1-9][0-9]{5}")


def parse_upn(text: str) -> str:
    """The UPN without spaces, in capitals; nothing is checked."""
    return str(upn.compact(text))


def check_upn(text: str) -> list[Finding]:
    """The shape of a UPN blocks (DATA-upn); a check letter that does not fit the rest only warns.

    Local-authority numbers are not compared with a list: new authorities have numbers that older lists lack.
    """
    number = parse_upn(text)
    if not _UPN.fullmatch(number):
        message = ("A UPN has 13 characters: a letter, eleven figures and a last figure or letter, like B801200005001; the letters "
                   "I, O and S are never used.")
        return [Finding("UPN-shape", "DATA-upn", "upn", message)]
    if upn.calc_check_digit(number[1:]) != number[0]:
        message = "The first letter of this UPN does not fit its figures. Please compare it with the school's record."
        return [Finding("UPN-letter", "DATA-upn", "upn", message, "warning")]
    return []


def check_urn(text: str) -> list[Finding]:
    """A school's URN is six figures (DATA-urn), else blocking."""
    if _URN.fullmatch(text.strip()):
        return []
    message = "A URN has six figures, like 105283. Leave it empty for a setting without one."
    return [Finding("URN-shape", "DATA-urn", "urn", message)]


def check_email(text: str) -> list[Finding]:
    """One complete address that any mail server takes (DATA-email), else blocking; whether mail arrives is not known here."""
    from email_validator import EmailNotValidError, validate_email  # here, because few callers check an address

    try:
        # Addresses that end in .test are let through: they cannot be delivered, and trial systems are full of them.
        validate_email(text.strip(), check_deliverability=False, allow_smtputf8=False, strict=True, test_environment=True)
    except EmailNotValidError:
        return [Finding("EMAIL-shape", "DATA-email", "email", "Enter one whole e-mail address, like a.teacher@school.example.")]
    return []
