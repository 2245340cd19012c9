"""Every PEP_ADMIN_ setting, once: its default, unit and sentence; and the program's clock.

A value given to `create_app` wins over the environment. What contradicts itself, or is unsafe in production, is refused at
start-up with a sentence that says what to change. What a setting then does is its reader's matter.
"""

from __future__ import annotations

import difflib
import os
import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from string import Formatter
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pep_admin.exceptions import ConfigError

LONDON = ZoneInfo("Europe/London")
PREFIX = "PEP_ADMIN_"
SHORTEST_SECRET = 32
MEGABYTE = 1024 * 1024
WELL_KNOWN_SECRETS = ("dev", "secret", "change", "default", "example", "test")
PDF_NAME_PARTS = ("reference", "lcs_id", "year", "term")
_moved: date | None = None


# --- the clock ---------------------------------------------------------------------------------------------------------


def move_today(day: date | None) -> None:
    """Let the demo or a test stand on another day; None goes back to the true one."""
    global _moved
    _moved = day


def now() -> datetime:
    """The domain's instant in UTC: signed_at, released_at and the like. Follows a moved day; audit and leases do not."""
    real = datetime.now(UTC)
    return real if _moved is None else datetime.combine(_moved, real.astimezone(LONDON).time(), LONDON).astimezone(UTC)


def today() -> date:
    """The day in England, or the day that the demo stands on."""
    return _moved or datetime.now(LONDON).date()


# --- the settings ------------------------------------------------------------------------------------------------------


class Environment(StrEnum):
    """Where the program runs: on a developer's machine, in earnest, or as the demo."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"
    DEMO = "demo"


class MailBackend(StrEnum):
    """Where mail goes: to a server, into a folder, or onto the terminal."""

    SMTP = "smtp"
    FILE = "file"
    CONSOLE = "console"


class LogFormat(StrEnum):
    """How the program's log is written: a JSON object a line, or words for a terminal."""

    JSON = "json"
    TEXT = "text"


def _default_folder() -> Path:
    beside = Path(__file__).resolve().parents[1]
    return beside / "instance" if (beside / "pyproject.toml").is_file() else Path(sys.prefix) / "var" / "pep_admin-instance"


def _number(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(text)

    return read


def _one_of(kind: type[StrEnum]) -> Callable[[str], StrEnum]:
    def read(text: str) -> StrEnum:
        try:
            return kind(text.lower())
        except ValueError:
            raise ValueError(f"must be one of: {', '.join(kind)}") from None

    return read


def _yes_or_no(text: str) -> bool:
    if text.lower() not in ("yes", "no", "true", "false", "1", "0", "on", "off"):
        raise ValueError("must be yes or no")
    return text.lower() in ("yes", "true", "1", "on")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("must be a date like 2024-11-18") from None


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an address like https://pep.example.gov.uk")
    return text.rstrip("/")


def _authority_code(text: str) -> str:
    if len(text) != 3 or not text.isascii() or not text.isdigit():
        raise ValueError("must be the three figures of a local authority, like 351")
    return text


def _pdf_name(text: str) -> str:
    try:
        parts = [part[1:] for part in Formatter().parse(text) if part[1] is not None]
    except ValueError:
        raise ValueError("must have its braces in pairs, like {reference}") from None
    known = ", ".join(f"{{{name}}}" for name in PDF_NAME_PARTS)
    for name, spec, conversion in parts:
        if name not in PDF_NAME_PARTS or spec or conversion:
            raise ValueError(f"has a part that is not known: its parts are {known}")
    if not {"reference", "lcs_id"} & {name for name, _, _ in parts}:
        raise ValueError("must hold {reference} or {lcs_id}, or nobody could tell whose file it is")
    return text


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _names_or_none(text: str) -> tuple[str, ...]:
    return () if text.lower() == "none" else _names(text)


def _about(sentence: str, read: Callable[[str], Any] = str, unit: str = "") -> dict[str, Any]:
    return {"sentence": sentence, "read": read, "unit": unit}


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings by their names in lower case, without the prefix; see `settings_table` for what each means."""

    environment: Environment = field(default=Environment.DEVELOPMENT, metadata=_about(
        "development, production or demo; production refuses what is only fit for trying.", _one_of(Environment)))
    instance_folder: Path | None = field(default=None, metadata=_about(
        "Folder of the SQLite file and the kept secret; instance/ beside a checkout when empty.", Path))
    database_url: str = field(default="", metadata=_about(
        "The database, as SQLAlchemy writes it (postgresql+psycopg://…); a SQLite file in the instance folder when empty."))
    secret_key: str = field(default="", metadata=_about(
        "Signs forms and links; at least 32 random characters. When empty, made once and kept in the instance folder; "
        "production wants it set.", unit="characters"))
    base_url: str = field(default="http://127.0.0.1:5000", metadata=_about(
        "Where people open the program; the links in mail begin with it.", _web_address))
    trusted_hosts: tuple[str, ...] = field(default=(), metadata=_about(
        "Further host names, with commas, that the program answers to; the host of BASE_URL always is one.", _names))
    proxy_hops: int = field(default=0, metadata=_about(
        "How many proxies stand before the program and set X-Forwarded-For; 0 believes no such header.",
        _number(0, 5), "proxies"))
    today: date | None = field(default=None, metadata=_about(
        "Let the program stand on this day, for the demo and tests; the true day when empty.", _day))
    authority_name: str = field(default="Virtual School", metadata=_about(
        "Name of the Virtual School, shown at the head of every page."))
    authority_code: str = field(default="", metadata=_about(
        "Number of the local authority in the national register of schools, like 351; tells which schools are in the borough.",
        _authority_code))
    font_folder: Path | None = field(default=None, metadata=_about(
        "Folder where the PDF's fonts are kept; fonts/ in the instance folder when empty.", Path))
    pdf_name: str = field(default="{reference}", metadata=_about(
        "Name of a PEP's PDF, without its ending, made of {reference}, {lcs_id}, {year} and {term}, like {lcs_id}_{year}_{term}.",
        _pdf_name))
    made_folder: Path | None = field(default=None, metadata=_about(
        "Folder where files made for people are kept for a day, on all machines alike. made/ in the instance folder when empty.",
        Path))
    document_megabytes: int = field(default=10, metadata=_about(
        "The most that one document kept with a child may have.", _number(1, 50), "megabytes"))
    child_documents_megabytes: int = field(default=100, metadata=_about(
        "The most that all documents of one child may have together.", _number(1, 5_000), "megabytes"))
    session_idle_minutes: int = field(default=60, metadata=_about(
        "A session ends after this long without a page asked for.", _number(5, 720), "minutes"))
    session_hours: int = field(default=12, metadata=_about(
        "A session ends after this long in any case.", _number(1, 72), "hours"))
    second_factor: bool | None = field(default=None, metadata=_about(
        "yes: signing in asks for a code beside the password. When empty, yes everywhere but in the demo.", _yes_or_no))
    second_factor_key: str = field(default="", metadata=_about(
        "Protects the secrets of second factors; at least 32 random characters. Several with commas: the first is used, the others "
        "still read. When empty, made once and kept in the instance folder.", unit="characters"))
    mailed_code_roles: tuple[str, ...] = field(default=("designated_teacher",), metadata=_about(
        "Roles, with commas, that may have their code by e-mail instead of from an app; none: nobody.", _names_or_none))
    invitation_days: int = field(default=7, metadata=_about(
        "How long the link of an invitation works.", _number(1, 30), "days"))
    reset_minutes: int = field(default=30, metadata=_about(
        "How long the link for a forgotten password works.", _number(5, 1440), "minutes"))
    mail_backend: MailBackend = field(default=MailBackend.SMTP, metadata=_about(
        "smtp to send, file to write each message into mail/ in the instance folder, console to print it.",
        _one_of(MailBackend)))
    mail_server: str = field(default="", metadata=_about("Host name of the mail server; while it is empty, mail stays queued."))
    mail_port: int = field(default=587, metadata=_about("Port of the mail server.", _number(1, 65535)))
    mail_username: str = field(default="", metadata=_about("Name to sign in to the mail server with, where it asks."))
    mail_password: str = field(default="", metadata=_about("Password for the mail server."))
    mail_from: str = field(default="", metadata=_about("Sender of all mail."))
    mail_use_tls: bool = field(default=True, metadata=_about(
        "yes: STARTTLS with a checked certificate, or the message stays queued. no: in clear, for a server on this machine.",
        _yes_or_no))

    log_format: LogFormat = field(default=LogFormat.TEXT, metadata=_about(
        "text for a terminal, json for a journal that is searched: one object a line. Neither ever holds a name.",
        _one_of(LogFormat)))

    @property
    def folder(self) -> Path:
        """The instance folder, absolute."""
        return (self.instance_folder or _default_folder()).absolute()

    @property
    def database(self) -> str:
        """The database's address, whether named or the SQLite file in the instance folder."""
        return self.database_url or f"sqlite:///{self.folder / 'pep_admin.db'}"

    @property
    def fonts(self) -> Path:
        """The folder of the PDF's fonts, absolute."""
        return (self.font_folder or self.folder / "fonts").absolute()

    @property
    def made_files(self) -> Path:
        """The folder of made files, absolute."""
        return (self.made_folder or self.folder / "made").absolute()

    @property
    def asks_second_factor(self) -> bool:
        """Whether signing in asks for a code beside the password."""
        return self.environment is not Environment.DEMO if self.second_factor is None else self.second_factor

    @property
    def hosts(self) -> list[str]:
        """Host names that the program answers to; this machine's own only where it is not in earnest."""
        near = [] if self.environment is Environment.PRODUCTION else ["localhost", "127.0.0.1", "[::1]"]
        netloc = urlsplit(self.base_url).hostname or ""
        own = f"[{netloc}]" if ":" in netloc else netloc
        return list(dict.fromkeys([own, *self.trusted_hosts, *near]))


SECRETS = frozenset({"secret_key", "second_factor_key", "mail_password", "database_url"})
"""Settings whose values are never printed or logged."""
FIELDS = {PREFIX + each.name.upper(): each for each in fields(Settings)}


def settings_table() -> list[tuple[str, str, str, str]]:
    """Every setting as (key, default, unit, sentence), in the order of Settings: for the documentation and the command line."""
    return [(key, _written(each.default), each.metadata["unit"], each.metadata["sentence"]) for key, each in FIELDS.items()]


def read_settings(given: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of `given` (PEP_ADMIN_ keys; others are not ours) over those of the environment, checked.

    Raises ConfigError for a key that is not known, a value that cannot be read and settings that contradict one another.
    """
    environ = os.environ if environ is None else environ
    found = {key: value for source in (environ, given or {}) for key, value in source.items() if key.startswith(PREFIX)}
    for key in found:
        if key not in FIELDS:
            raise ConfigError(_unknown(key))
    settings = Settings(**{FIELDS[key].name: _read(key, value) for key, value in found.items() if value not in (None, "")})
    if problems := contradictions(settings):
        raise ConfigError(" ".join(problems))
    return settings


def log_format(environ: Mapping[str, str] | None = None) -> LogFormat:
    """How to write the log before the settings were read: what cannot be read is refused where they are."""
    told = (os.environ if environ is None else environ).get(f"{PREFIX}LOG_FORMAT", "").strip().lower()
    return LogFormat(told) if told in tuple(LogFormat) else LogFormat.TEXT


def contradictions(settings: Settings) -> list[str]:
    """What cannot stand together, one sentence each; empty when all is well."""
    found = _unsafe_in_production(settings) if settings.environment is Environment.PRODUCTION else []
    if settings.mail_server and not settings.mail_from:
        found.append("PEP_ADMIN_MAIL_SERVER is set but no sender: set PEP_ADMIN_MAIL_FROM, for instance to pep@example.gov.uk.")
    if bool(settings.mail_username) != bool(settings.mail_password):
        found.append("Set PEP_ADMIN_MAIL_USERNAME and PEP_ADMIN_MAIL_PASSWORD together, or neither.")
    if settings.mail_password and not settings.mail_use_tls:
        found.append("PEP_ADMIN_MAIL_PASSWORD would travel in clear: set PEP_ADMIN_MAIL_USE_TLS to yes, or use no password.")
    if settings.child_documents_megabytes < settings.document_megabytes:
        found.append("PEP_ADMIN_CHILD_DOCUMENTS_MEGABYTES is less than PEP_ADMIN_DOCUMENT_MEGABYTES: no document of that size "
                     "could be kept.")
    return found


def _unsafe_in_production(settings: Settings) -> list[str]:
    found = []
    if settings.today is not None:
        found.append("PEP_ADMIN_TODAY moves the program's day and is for the demo and tests only: remove it in production.")
    if not settings.secret_key:
        found.append("PEP_ADMIN_SECRET_KEY must be set in production: at least 32 random characters, "
                     "for instance from: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'.")
    elif is_weak_secret(settings.secret_key):
        found.append("PEP_ADMIN_SECRET_KEY is too short or too plain for production: use at least 32 random characters.")
    if any(is_weak_secret(key) for key in _names(settings.second_factor_key)):
        found.append("PEP_ADMIN_SECOND_FACTOR_KEY is too short or too plain for production: use at least 32 random characters.")
    if not settings.base_url.startswith("https://"):
        found.append("PEP_ADMIN_BASE_URL must begin with https:// in production: sign-in needs an encrypted connection.")
    if settings.mail_backend is not MailBackend.SMTP:
        found.append("PEP_ADMIN_MAIL_BACKEND must be smtp in production; the others reach nobody.")
    return found


def is_weak_secret(secret: str) -> bool:
    """Whether a secret is shorter than 32 characters, of few different ones, or an example out of a manual."""
    few = len(set(secret)) < 10
    return len(secret) < SHORTEST_SECRET or few or secret.lower().startswith(WELL_KNOWN_SECRETS)


def kept_secret(folder: Path, name: str = "secret_key") -> str:
    """A random secret of this installation, made once and kept in the folder for its owner alone to read.

    `name` is the file's, and in capitals the end of the setting that is asked for first.
    """
    path = folder / name
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
    except FileExistsError:
        pass
    except OSError as problem:
        raise ConfigError(f"A secret could not be kept in {folder} ({problem.strerror}): make the folder writable, or set "
                          f"{PREFIX}{name.upper()} or PEP_ADMIN_INSTANCE_FOLDER.") from None
    if not (secret := path.read_text().strip()):
        raise ConfigError(f"{path} is empty: remove it, and a new secret is made.")
    return secret


def as_flask_config(settings: Settings) -> dict[str, Any]:
    """The settings by their full keys, for `app.config`."""
    return {key: getattr(settings, each.name) for key, each in FIELDS.items()}


def read_pdf_name(given: str | None) -> str:
    """The pattern of the PDFs' names as a host has set it, checked; ConfigError for one with unknown parts."""
    return str(_read("PEP_ADMIN_PDF_NAME", given or FIELDS["PEP_ADMIN_PDF_NAME"].default))


def _read(key: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return FIELDS[key].metadata["read"](value.strip())
    except ValueError as problem:
        raise ConfigError(f"{key} {problem}.") from None


def _unknown(key: str) -> str:
    near = difflib.get_close_matches(key, FIELDS, n=1)
    hint = f" Did you mean {near[0]}?" if near else " `pep-admin --help` names the page that lists them."
    return f"{key} is not a setting of this program.{hint}"


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value)
    return "" if value is None else str(value)
