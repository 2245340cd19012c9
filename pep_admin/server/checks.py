"""What an IT person should know before the program is used in earnest: unsafe settings, an old database library, missing fonts.

Settings that contradict one another are refused at start-up by config.py; here stands what runs and yet should not stay so. Each
check looks and says; none changes anything.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, func, make_url, select, text
from sqlalchemy.orm import Session

from pep_admin import models
from pep_admin.config import LONDON, Environment, LogFormat, MailBackend, Settings, is_weak_secret
from pep_admin.models import AuditEvent, Delivery, Job
from pep_admin.server.database import quick_check
from pep_admin.server.migrations import pending
from pep_admin.server.worker import BEAT_FILE
from pep_admin.vocabulary import DeliveryState, JobState

FOREIGN_DISKS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "vboxsf"})
LEAST_FREE = 0.10
SILENT_FOR, OVERDUE, FAILED_FOR = timedelta(minutes=5), timedelta(hours=1), timedelta(days=7)
MANY_DOCUMENTS = 5_000_000_000  # bytes
BACKUP_HOURS = timedelta(hours=26)  # a nightly backup, and the hours a night may slip


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing found: `stops` when the program must not be used in earnest like this."""

    sentence: str
    stops: bool = True


def deploy_remarks(settings: Settings, engine: Engine) -> list[Remark]:
    """Everything found, what stops first; empty when all is well."""
    found = [*_settings(settings), *_second_factor(settings), *_mail(settings), *_database(settings, engine), *_folder(settings),
             *_space(settings, engine), *_fonts()]
    return sorted(found, key=lambda remark: not remark.stops)


def _settings(settings: Settings) -> Iterator[Remark]:
    if settings.environment is not Environment.PRODUCTION:
        yield Remark(f"PEP_ADMIN_ENVIRONMENT is {settings.environment}: set it to production, which refuses unsafe settings and "
                     "gives its sign-in to encrypted connections alone.")
        if is_weak_secret(settings.secret_key):
            yield Remark("PEP_ADMIN_SECRET_KEY is not set, or too short or too plain: whoever guesses it signs in as anybody. Set "
                         "at least 32 random characters.")
    elif settings.log_format is not LogFormat.JSON:
        yield Remark("PEP_ADMIN_LOG_FORMAT is text: with json each event is one line that a journal can be searched for.",
                     stops=False)
    if os.environ.get("FLASK_DEBUG", "0").lower() not in ("", "0", "false", "no"):
        yield Remark("FLASK_DEBUG is set: remove it. An error's page could show what a request held.")
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


def _database(settings: Settings, engine: Engine) -> Iterator[Remark]:
    if missing := pending(engine):
        yield Remark(f"The database lacks {len(missing)} step(s) of this version: run `pep-admin migrate`.")
    if damage := quick_check(engine):
        yield Remark(damage)
    if not missing and not damage:
        yield from _demo_accounts(settings, engine)
        yield from _backup(engine)
        yield from _documents(engine)
        yield from _worker(settings, engine)
    if engine.dialect.name == "sqlite":
        yield from _sqlite(Path(make_url(engine.url).database or "."))


def _demo_accounts(settings: Settings, engine: Engine) -> Iterator[Remark]:
    """The demo's sign-ins stand in the README for everybody to read."""
    if settings.environment is Environment.DEMO:
        return
    asked = text("SELECT count(*) FROM account_user WHERE active AND email LIKE '%@demo.example'")
    with engine.execution_options(readonly=True).connect() as connection:
        found = connection.scalar(asked)
    if found:
        yield Remark(f"{found} accounts of the demonstration are open, and anybody can read their password: this database was made "
                     "by `pep-admin demo`. Begin with an empty one, or suspend them under Accounts.")


def _backup(engine: Engine) -> Iterator[Remark]:
    with Session(engine.execution_options(readonly=True)) as session:
        last = session.scalar(select(func.max(AuditEvent.at)).where(AuditEvent.action == "backup.make"))
    if last is None:
        yield Remark("No backup was ever taken: let `pep-admin backup FOLDER --keep 48` run every hour.", stops=False)
    elif datetime.now(UTC) - last > BACKUP_HOURS:
        yield Remark(f"The last backup was taken on {last.astimezone(LONDON):%d %b %Y at %H:%M}: does its timer still run?",
                     stops=False)


def _documents(engine: Engine) -> Iterator[Remark]:
    """Documents are in the database, and so in each backup: on SQLite that is worth knowing once they are many."""
    with Session(engine.execution_options(readonly=True)) as session:
        held = session.scalar(select(func.coalesce(func.sum(models.Document.size), 0))) or 0
    if engine.dialect.name == "sqlite" and held > MANY_DOCUMENTS:
        yield Remark(f"The documents of children take {held // 1_000_000_000} GB of the database, and as much of every backup: "
                     "keep fewer of the hourly ones, and think of PostgreSQL (docs/deployment.md).", stops=False)


def _worker(settings: Settings, engine: Engine) -> Iterator[Remark]:
    """Whether one runs: by the file that it touches, and by what has waited though it was due."""
    file, now = settings.folder / BEAT_FILE, datetime.now(UTC)
    beaten = datetime.fromtimestamp(file.stat().st_mtime, UTC) if file.exists() else None
    if beaten is None or now - beaten > SILENT_FOR:
        since = f"since {beaten.astimezone(LONDON):%d %b %Y at %H:%M}" if beaten else "yet"
        yield Remark(f"No worker has run on this machine {since}: without one no mail goes out and no job is done. Start "
                     "`pep-admin worker`, if it does not run on another machine.", stops=False)
    with Session(engine.execution_options(readonly=True)) as session:
        queued = ((Delivery, Delivery.state == DeliveryState.QUEUED), (Job, Job.state == JobState.QUEUED))
        waiting = sum(session.scalar(select(func.count()).select_from(model).where(state, model.due_at < now - OVERDUE)) or 0
                      for model, state in queued)
        own = (Job.made_by.is_(None), Job.state == JobState.FAILED, Job.ended_at > now - FAILED_FOR)  # who asked sees their own
        failed = session.scalars(select(Job.kind).where(*own).distinct().order_by(Job.kind)).all()
    if waiting:
        yield Remark(f"{waiting:,} messages or jobs have waited for more than an hour: is there a worker, and does the mail server "
                     "answer?", stops=False)
    if failed:
        yield Remark(f"Work that the program does by itself was given up in the last week ({', '.join(failed)}): the worker's log "
                     "says why.", stops=False)


def _sqlite(file: Path) -> Iterator[Remark]:
    if _has_the_wal_fault(sqlite3.sqlite_version_info):
        yield Remark(f"SQLite {sqlite3.sqlite_version} has a rare fault that can damage a busy database (mended in 3.44.6, 3.50.7 "
                     "and 3.51.3): take a checked backup every hour, or use PostgreSQL.", stops=False)
    if (kind := _disk_of(file)) in FOREIGN_DISKS:
        yield Remark(f"The database file lies on a network disk ({kind}), where SQLite loses data: move it to a disk of this "
                     "machine.")
    if _others_can_read(file):
        yield Remark(f"Other users of this machine can read {file}: chmod 700 its folder.")


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
    if settings.folder.exists() and settings.folder.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        yield Remark(f"Other users of this machine can put files into {settings.folder}: chmod 700 it.")
    for file in (settings.folder / name for name in ("secret_key", "second_factor_key", "mail", "backups")):
        if _others_can_read(file):
            yield Remark(f"Other users of this machine can read {file}: chmod 700 its folder.")


def _space(settings: Settings, engine: Engine) -> Iterator[Remark]:
    """The disks that are written to on this machine, each named once."""
    places = {"instance folder": settings.folder}
    if engine.dialect.name == "sqlite":
        places = {"database": Path(make_url(engine.url).database or ".").parent, **places}
    seen = set()
    for name, place in places.items():
        place = place if place.exists() else Path("/")
        usage = shutil.disk_usage(place)
        if place.stat().st_dev not in seen and usage.free < usage.total * LEAST_FREE:
            yield Remark(f"The disk of the {name} is nearly full: {usage.free // 1_000_000:,} MB are free.", stops=False)
        seen.add(place.stat().st_dev)


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
