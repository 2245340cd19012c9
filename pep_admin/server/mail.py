"""Sending one message, and the words of every letter that the program sends.

The standard library is used directly: the mail extension for Flask that was tried does not check the server's certificate. No
letter names a child or carries a document: it says that something waits, and where.
"""

from __future__ import annotations

import re
import smtplib
import ssl
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from pep_admin.config import MailBackend, Settings
from pep_admin.exceptions import PepAdminError

SECONDS = 10
"""How long a mail server may keep silent."""
NOBODY_THERE = frozenset({550, 551, 553})
"""Answers to a recipient that say that the address is no good."""
ONE_ADDRESS = re.compile(r"[^@\s,;:<>()\[\]\\\"\x00-\x1f\x7f]+@[^@\s,;:<>()\[\]\\\"\x00-\x1f\x7f]+")


class NotSent(PepAdminError):
    """The message did not go; the text says why without naming anybody. `again`: whether trying later may help."""

    again = True


class NoMailServer(NotSent):
    """No server is set, or it did not let us in: no message's fault, all of them wait."""


class MailDeferred(NotSent):
    """The server would not take this message now."""


class MailRefused(NotSent):
    """The server will never take this message; `bad_address` when it is the recipient that it does not know."""

    again = False

    def __init__(self, problem: str, *, bad_address: bool = False) -> None:
        self.bad_address = bad_address
        super().__init__(problem)


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Where mail goes and who it is from."""

    backend: MailBackend
    server: str
    port: int
    username: str
    password: str
    sender: str
    use_tls: bool
    folder: Path


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """What a message brings for a calendar: the file, and what is to be done with it (REQUEST, CANCEL)."""

    content: bytes
    method: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A message's words; {link}, {authority}, {count} ("3 PEPs") and what else it names are filled in when it is sent."""

    subject: str
    text: str

    def fill(self, **facts: Any) -> tuple[str, str]:
        """Subject and text."""
        return self.subject.format(**facts), self.text.format(**facts)


_FOOT = ("\n\nThis message names no child on purpose. Please do not answer it, and do not send documents about a child by e-mail.\n"
         "{authority}\n")
_LINK_FOOT = ("\n\nIf you did not expect this, do nothing: the link does nothing by itself, and nobody but you has it. Do not pass "
              "it on.\n{authority}\n")
TO_PEOPLE: dict[str, Letter] = {
    "delegated": Letter(
        "A PEP needs your part",
        "Hello,\n\nthe Virtual School has sent you {count} to write your part of. Sign in to see which, and by when:"
        "\n\n{desk}" + _FOOT),
    "returned": Letter(
        "A PEP has come back to you",
        "Hello,\n\na PEP that you took part in has been sent back with a note on what to change. Sign in to read it:"
        "\n\n{desk}" + _FOOT),
    "asked": Letter(
        "A question about a PEP",
        "Hello,\n\nthe Virtual School has a question about a PEP that you took part in. Sign in to read it:\n\n{desk}" + _FOOT),
    "grant_sections": Letter(
        "A colleague asks you to write something",
        "Hello,\n\na colleague has asked you to write a part of a Personal Education Plan. Sign in to see what, and until when:"
        "\n\n{desk}" + _FOOT),
    "grant_cover": Letter(
        "You stand in for a colleague",
        "Hello,\n\nyou have been named to stand in for a colleague with Personal Education Plans for a time. Sign in to see for "
        "whom, and from when:\n\n{desk}" + _FOOT),
    "child_leaves": Letter(
        "A child has left your school",
        "Hello,\n\nby the records of the Virtual School a child in care has left your school today. Until the end of today you can "
        "still read the record and leave a hand-over note for the next school. Sign in, and open the list of children:"
        "\n\n{children}" + _FOOT),
    "meeting": Letter(
        "A PEP meeting to which you are invited",
        "Hello,\n\nyou are invited to a meeting on {when}, PEP {reference}. The entry for your calendar is "
        "attached.\n\nSign in to read where it is "
        "and who comes:\n\n{pep}\n\nIf you do not sign in here, ask the school or the social worker where it is." + _FOOT),
    "meeting_moved": Letter(
        "A PEP meeting has been changed",
        "Hello,\n\nthe meeting of PEP {reference} to which you are invited {news}. The attached entry replaces the one in your "
        "calendar.\n\nSign in to read where it is and who comes:\n\n{pep}\n\nIf you do not sign in here, ask the school or the "
        "social worker where it is." + _FOOT),
    "meeting_not_expected": Letter(
        "You are no longer expected at a PEP meeting",
        "Hello,\n\nyou are no longer expected at the meeting of PEP {reference} on {when}. The attached file takes it out of your "
        "calendar; you need not do anything." + _FOOT),
    "meeting_called_off": Letter(
        "A PEP meeting is off",
        "Hello,\n\nthe meeting of PEP {reference} that was to be on {when} is called off. The "
        "attached file takes it out of your calendar.\n\nSign in to see how it goes on:\n\n{pep}" + _FOOT),
    "officer_told": Letter(
        "Something about a child needs you",
        "Hello,\n\n{told}. {whose} Sign in to read it, and to record what you advise:"
        "\n\n{alerts}" + _FOOT),
    "alerts_told": Letter(
        "A child needs you: no school, or part-time without an end",
        "Hello,\n\nby the records of the Virtual School, {told}. Sign in to read which, and to record what you advise or do:"
        "\n\n{worklist}" + _FOOT),
    "released": Letter(
        "Pupil Premium funding is on its way",
        "Hello,\n\nfunding that your school asked for is released and will be paid. Sign in to see for what:\n\n{link}" + _FOOT),
    "lead_asked": Letter(
        "Are you still the designated teacher?",
        "Hello,\n\nby the records of the Virtual School you are the designated teacher to whom the Personal Education Plans of a "
        "school are sent. Sign in and tell us whether you still are:\n\n{leads}\n\nIf somebody else has taken over, sign in all "
        "the same and name them: this message opens nothing to anybody else, so please do not pass it on." + _FOOT),
    "reminder": Letter(
        "A PEP waits for your part",
        "Hello,\n\nby the records of the Virtual School, {owed}.{meeting} "
        "Sign in to see which, and by when:\n\n{desk}\n\nIf something stands in the way, tell the Virtual School." + _FOOT),
    "escalated": Letter(
        "A PEP is late",
        "Hello,\n\nby the records of the Virtual School, {count} {is_late} because a part that your school or your team writes is "
        "not signed.{meeting} Please see with those who write it that it is done, or tell the Virtual School what stands in the "
        "way. They see which it is when they sign in, and so do you if you have an account:\n\n{desk}" + _FOOT),
}
"""The letters to people on record, by the name under which they are queued."""
OF_ACCOUNTS: dict[str, Letter] = {
    "invited": Letter(
        "Your account for Personal Education Plans",
        "Hello {name},\n\nthere is an account for you with which Personal Education Plans are written and read. Choose your "
        "password here:\n\n{link}\n\nThe link works once, until {until}. You then sign in with this e-mail address." + _LINK_FOOT),
    "reset": Letter(
        "A new password",
        "Hello {name},\n\nsomebody, you we hope, asked for a new password for your account. Choose it here:\n\n{link}\n\n"
        "The link works once, until {until}. Until then, and if you leave it, your password stays as it is." + _LINK_FOOT),
    "sign_in_code": Letter(
        "Your code for signing in",
        "Hello {name},\n\nthis is your code:\n\n    {code}\n\nIt works once, until {until}, in the window where you asked for it. "
        "Nobody will ever ask you for it on the telephone or by e-mail. If you are not just signing in, somebody else has your "
        "password: change it.\n\n{authority}\n"),
    "account_changed": Letter(
        "Something about your account was changed",
        "Hello {name},\n\n{what} ({at}).\n\nIf that was not you, tell the Virtual School at once, and choose a new password:\n\n"
        "{link}\n\n{authority}\n"),
}
"""The letters of accounts: each holds a way in, or tells of one."""
LETTERS = TO_PEOPLE | OF_ACCOUNTS


PLACES = {"link": "peps", "leads": "my_lead", "children": "children", "desk": "my_peps",
          "alerts": "exclusion_alerts", "worklist": "alerts", "pep": "peps"}
"""Where a letter's link leads: by the name that its words use, the noun of the page."""
ONE_PEP = "pep"
"""The place that is the page of one PEP, whose number the address says."""


def count_of(peps: int) -> str:
    """ "a PEP", "3 PEPs"."""
    return "a PEP" if peps == 1 else f"{peps} PEPs"


def words_of_chase(peps: int, no_meeting: int, unsent: int = 0) -> dict[str, str]:
    """What a reminder says of as many PEPs, of some of which no meeting is booked though half-term has begun, and some of which
    are signed and only to be sent."""
    of_them = "it" if peps == 1 else f"{no_meeting} of them"
    meeting = f" No meeting is booked for {of_them}, and it should have been by half-term." if no_meeting else ""
    if no_meeting == peps > 1:
        meeting = " A meeting is booked for none of them, and it should have been by half-term."
    waiting, said = peps - unsent, []
    if waiting:
        said.append(f"{count_of(waiting)} still {'waits' if waiting == 1 else 'wait'} for your part, to be written and signed")
    if unsent:
        said.append(f"{count_of(unsent)} {'is' if unsent == 1 else 'are'} signed by everybody and still to be sent: open it and "
                    "press Send")
    return {"count": count_of(peps), "owed": "; and ".join(said), "is_late": "is late" if peps == 1 else "are late",
            "meeting": meeting}


def mail_settings(config: Mapping[str, Any], folder: Path) -> MailSettings:
    """The mail settings of an application: its PEP_ADMIN_MAIL_ keys, the program's defaults where it has none."""
    usual = Settings()

    def one(name: str) -> Any:
        return config.get(f"PEP_ADMIN_MAIL_{name.upper()}", getattr(usual, f"mail_{name}"))

    return MailSettings(MailBackend(one("backend")), one("server"), int(one("port")), one("username"), one("password"),
                        one("from"), bool(one("use_tls")), folder / "mail")


def send(
    settings: MailSettings, to: str, subject: str, text: str, *, message_id: str, calendar: CalendarFile | None = None
) -> None:
    """Send one message to one address; `message_id` (without brackets) is the same at every try, so that a double is seen as one.

    Raises NoMailServer, MailDeferred or MailRefused; a line break in an address or the subject is MailRefused.
    """
    if settings.backend is MailBackend.SMTP and not (settings.server and settings.sender):
        raise NoMailServer("No mail server is set (PEP_ADMIN_MAIL_SERVER and PEP_ADMIN_MAIL_FROM).")
    message = _compose(settings, to, subject, text, message_id)
    if calendar is not None:
        _add_calendar(message, calendar)
    if settings.backend is MailBackend.CONSOLE:
        sys.stdout.write(f"{message}\n")
    elif settings.backend is MailBackend.FILE:
        _put_away(settings.folder, message_id, message)
    else:
        with _connected(settings) as server:
            _hand_over(server, message)


def _put_away(folder: Path, message_id: str, message: EmailMessage) -> None:
    """Into the mail folder; one that cannot be written is like a server that does not answer: all messages wait."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / f"{re.sub(r'[^A-Za-z0-9]+', '-', message_id)}.eml").write_bytes(message.as_bytes())
    except OSError as problem:
        raise NoMailServer(f"The mail folder cannot be written ({_kind(problem)}).") from None


def _compose(settings: MailSettings, to: str, subject: str, text: str, message_id: str) -> EmailMessage:
    # A comma would add a recipient, and a line break a header: neither is ever sent.
    if not ONE_ADDRESS.fullmatch(to) or len(to) > 254:
        raise MailRefused("This is not one complete e-mail address.", bad_address=True)
    message = EmailMessage(policy=SMTP)
    try:
        message["From"], message["To"], message["Subject"] = settings.sender or "pep_admin@localhost", to, subject
        message["Message-ID"] = f"<{message_id}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
    except ValueError:
        raise MailRefused("A line break stands in the subject or the address.") from None
    return message


def _add_calendar(message: EmailMessage, calendar: CalendarFile) -> None:
    """Beside the words, so that a calendar offers to take it in; and as a file, for those that do not."""
    message.add_alternative(calendar.content.decode(), subtype="calendar", params={"method": calendar.method})
    message.add_attachment(calendar.content, maintype="application", subtype="ics", filename="meeting.ics")


@contextmanager
def _connected(settings: MailSettings) -> Iterator[smtplib.SMTP]:
    try:
        server = smtplib.SMTP(settings.server, settings.port, timeout=SECONDS)
    except (OSError, smtplib.SMTPException) as problem:
        raise NoMailServer(f"The mail server did not answer ({_kind(problem)}).") from None
    try:
        _enter(server, settings)
        yield server
    finally:
        server.close()


def _enter(server: smtplib.SMTP, settings: MailSettings) -> None:
    try:
        if settings.use_tls:
            server.starttls(context=ssl.create_default_context())
        if settings.username:
            server.login(settings.username, settings.password)
    except ssl.SSLCertVerificationError:
        raise NoMailServer("The mail server's certificate does not prove that it is this server; nothing is sent to it.") from None
    except smtplib.SMTPNotSupportedError:
        raise NoMailServer("The mail server offers no encryption or no sign-in; nothing is sent in clear.") from None
    except (OSError, smtplib.SMTPException) as problem:
        raise NoMailServer(f"The mail server did not let us in ({_kind(problem)}).") from None


def _hand_over(server: smtplib.SMTP, message: EmailMessage) -> None:
    try:
        server.send_message(message)
    except smtplib.SMTPRecipientsRefused as problem:
        [(code, _)] = problem.recipients.values()
        if code >= 500:
            raise MailRefused(f"The mail server refused the address ({code}).", bad_address=code in NOBODY_THERE) from None
        raise MailDeferred(f"The mail server does not take mail for this address now ({code}).") from None
    except smtplib.SMTPResponseException as problem:
        sort = MailRefused if problem.smtp_code >= 500 else MailDeferred
        raise sort(f"The mail server refused the message ({problem.smtp_code}).") from None
    except smtplib.SMTPNotSupportedError:
        raise MailRefused("The mail server cannot write to this address.") from None
    except (OSError, smtplib.SMTPException) as problem:
        raise MailDeferred(f"The mail server broke off ({_kind(problem)}).") from None
    with suppress(OSError, smtplib.SMTPException):  # the message is handed over; how the server says goodbye changes nothing
        server.quit()


def _kind(problem: BaseException) -> str:
    """The sort of trouble; the text of an exception may quote an address."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(problem).__name__).lower()
