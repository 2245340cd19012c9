"""What an IT person should know before the program is used in earnest: unsafe settings, an old database library, missing fonts.

Settings that contradict one another are refused at start-up by config.py; here stands what runs and yet should not stay so. Each
check looks and says; none changes anything.
"""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, func, make_url, select
from sqlalchemy.orm import Session

from pep_admin.config import LONDON, Environment, MailBackend, Settings
from pep_admin.models import AuditEvent
from pep_admin.server.database import quick_check
from pep_admin.server.migrations import pending

FOREIGN_DISKS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "vboxsf"})
LEAST_FREE = 0.10
BACKUP_HOURS = timedelta(hours=26)  # a nightly backup, and the hours a night may slip


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing found: `stops` when the program must not be used in earnest like this."""

    sentence: str
    stops: bool = True


def deploy_remarks(settings: Settings, engine: Engine) -> list[Remark]:
    """Everything found, what stops first; empty when all is well."""
    found = [*_settings(settings), *_second_factor(settings), *_mail(settings), *_database(engine), *_folder(settings), *_fonts()]
    return sorted(found, key=lambda remark: not remark.stops)


def _settings(settings: Settings) -> Iterator[Remark]:
    if settings.environment is not Environment.PRODUCTION:
        yield Remark(f"PEP_ADMIN_ENVIRONMENT is {settings.environment}: set it to production, which refuses unsafe settings.")
    if settings.base_url.startswith("https://") and settings.proxy_hops == 0:
        yield Remark("PEP_ADMIN_PROXY_HOPS is 0, though something in front must end the encryption: set it to the number of "
                     "proxies, or everybody seems to come from one address and sign-in is slowed for all.")
    if not settings.base_url.startswith("https://"):
        yield Remark("PEP_ADMIN_BASE_URL does not begin with https://: passwords would travel in clear.")
    if settings.today is not None:
        yield Remark("PEP_ADMIN_TODAY moves the program's day: remove it.")


def _second_factor(settings: Settings) -> Iterator[Remark]:
    if not settings.asks_second_factor:
        if settings.environment is not Environment.DEMO:
            yield Remark("PEP_ADMIN_SECOND_FACTOR is no: a stolen or guessed password opens children's records. Remove it.")
        return
    if not settings.second_factor_key:
        yield Remark("PEP_ADMIN_SECOND_FACTOR_KEY is not set, so the key lies beside the database that it protects, and a restored "
                     f"backup or a second machine would lack it: move it from {settings.folder / 'second_factor_key'} there.")
    if settings.mailed_code_roles and settings.mail_backend is MailBackend.SMTP and not settings.mail_server:
        yield Remark(f"PEP_ADMIN_MAILED_CODE_ROLES lets {', '.join(settings.mailed_code_roles)} have their code by e-mail, but "
                     "PEP_ADMIN_MAIL_SERVER is not set: whoever chose that cannot sign in. Set the server, or the roles to none.")


def _mail(settings: Settings) -> Iterator[Remark]:
    if settings.mail_backend is not MailBackend.SMTP:
        yield Remark(f"PEP_ADMIN_MAIL_BACKEND is {settings.mail_backend}: nobody gets any mail.")
    elif not settings.mail_server:
        yield Remark("PEP_ADMIN_MAIL_SERVER is not set: mail is queued and goes to nobody.", stops=False)
    elif not settings.mail_use_tls and settings.mail_server not in ("localhost", "127.0.0.1", "::1"):
        yield Remark("PEP_ADMIN_MAIL_USE_TLS is no, though the mail server is another machine: mail would travel in clear.")


def _database(engine: Engine) -> Iterator[Remark]:
    if missing := pending(engine):
        yield Remark(f"The database lacks {len(missing)} step(s) of this version: run `pep-admin migrate`.")
    if damage := quick_check(engine):
        yield Remark(damage)
    if not missing and not damage:
        yield from _backup(engine)
    if engine.dialect.name == "sqlite":
        yield from _sqlite(Path(make_url(engine.url).database or "."))


def _backup(engine: Engine) -> Iterator[Remark]:
    with Session(engine.execution_options(readonly=True)) as session:
        last = session.scalar(select(func.max(AuditEvent.at)).where(AuditEvent.action == "backup.make"))
    if last is None:
        yield Remark("No backup was ever taken: let `pep-admin backup FOLDER --keep 48` run every hour.", stops=False)
    elif datetime.now(UTC) - last > BACKUP_HOURS:
        yield Remark(f"The last backup was taken on {last.astimezone(LONDON):%d %b %Y at %H:%M}: does its timer still run?",
                     stops=False)


def _sqlite(file: Path) -> Iterator[Remark]:
    if _has_the_wal_fault(sqlite3.sqlite_version_info):
        yield Remark(f"SQLite {sqlite3.sqlite_version} has a rare fault that can damage a busy database (mended in 3.44.6, 3.50.7 "
                     "and 3.51.3): take a checked backup every hour, or use PostgreSQL.", stops=False)
    if (kind := _disk_of(file)) in FOREIGN_DISKS:
        yield Remark(f"The database file lies on a network disk ({kind}), where SQLite loses data: move it to a disk of this "
                     "machine.")
    if _others_can_read(file):
        yield Remark(f"Other users of this machine can read {file}: chmod 700 its folder.")
    usage = shutil.disk_usage(file.parent if file.parent.exists() else "/")
    if usage.free < usage.total * LEAST_FREE:
        yield Remark(f"The disk of the database is nearly full: {usage.free // 1_000_000:,} MB are free.", stops=False)


def _has_the_wal_fault(version: tuple[int, ...]) -> bool:
    mended = version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)
    return not mended and version >= (3, 7)


def _disk_of(file: Path) -> str:
    """The kind of file system that a file lies on, by the longest mount point over it; "" where that cannot be told."""
    try:
        mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    except OSError:
        return ""
    over = [(point, kind) for point, kind in mounts if file.resolve().is_relative_to(point)]
    return max(over, key=lambda pair: len(pair[0]))[1] if over else ""


def _folder(settings: Settings) -> Iterator[Remark]:
    for file in (settings.folder / "secret_key", settings.folder / "second_factor_key", settings.folder / "mail"):
        if _others_can_read(file):
            yield Remark(f"Other users of this machine can read {file}: chmod 700 its folder.")


def _others_can_read(file: Path) -> bool:
    if not file.exists():
        return False
    enter = file.resolve().parent.stat().st_mode & (stat.S_IXGRP | stat.S_IXOTH)
    return bool(enter and file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))


def _fonts() -> Iterator[Remark]:
    from pep_admin.documents.pdf_fonts import DEBIAN_FONTS, FAMILIES  # the PDF engine takes a second to load

    missing = [each for each in FAMILIES if each.package and not (DEBIAN_FONTS / each.normal).exists()]
    for family in missing:
        yield Remark(f"The font {family.name} is not installed, so that some names are printed as code points in PDFs: "
                     f"apt-get install {family.package}.", stops=False)
