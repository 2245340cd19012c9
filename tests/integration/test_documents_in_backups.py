"""Documents in what an IT person does: a backup holds them, a restore brings them back, a move takes them along (decision 0018)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pep_admin import models
from pep_admin.document_words import DocumentKind, MediaType
from pep_admin.permissions import SYSTEM
from pep_admin.server import moving
from pep_admin.uploads import Upload
from pep_admin.workflow import documents
from tests.integration.test_commands import Shell
from tests.uploads import making
from tests.world import NOW, TODAY, build_world

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

FILES = 25


def fill(session: Session) -> None:
    """A child with documents of every byte there is."""
    world = build_world(session)
    for number in range(FILES):
        data = making.pdf(f"File {number}") + bytes(range(256)) * number
        upload = Upload(f"{number}.pdf", MediaType.PDF, data, hashlib.sha256(data).hexdigest())
        documents.add_document(session, world.child_id, documents.Told(DocumentKind.WORK, f"File {number}", None, True), upload,
                               most=1 << 30, actor=world.act(world.officer), today=TODAY, now=NOW)
    world.act(SYSTEM)
    session.commit()
    session.close()


def kept(engine: sa.Engine) -> list[tuple[Any, ...]]:
    """(number, digest on record, digest of the bytes) of each."""
    ask = sa.select(models.Document.id, models.Document.sha256, models.DocumentContent.data).join(
        models.DocumentContent, models.DocumentContent.document_id == models.Document.id).order_by(models.Document.id)
    with engine.connect().execution_options(readonly=True) as connection:
        found = [(row.id, row.sha256, hashlib.sha256(row.data).hexdigest()) for row in connection.execute(ask)]
    assert all(said == found for _, said, found in found)
    return found


def test_a_restored_database_has_its_documents(
    both_databases: str, open_session: Callable[..., Session], open_engine: Callable[[str], sa.Engine], tmp_path: Path
) -> None:
    fill(open_session(both_databases))
    engine, shell, file = open_engine(both_databases), Shell(tmp_path, both_databases), tmp_path / "kept.zip"
    before = kept(engine)
    assert len(before) == FILES
    code, said = shell("backup", str(file))
    assert code == 0, said
    with engine.execution_options(write=True).begin() as connection:
        connection.execute(sa.delete(models.DocumentContent.__table__))
    assert kept(engine) == []
    engine.dispose()
    code, said = shell("restore", str(file), "--replace")
    assert code == 0, said
    assert kept(open_engine(both_databases)) == before


@pytest.fixture
def new_database(postgres_server: Any) -> Iterator[str]:
    url = postgres_server.make()
    yield url
    postgres_server.drop(url)


@pytest.mark.postgres
def test_documents_move_to_another_database_a_few_at_a_time(
    sqlite_url: str, new_database: str, open_session: Callable[..., Session], open_engine: Callable[[str], sa.Engine]
) -> None:
    fill(open_session(sqlite_url))
    source, target = open_engine(sqlite_url), open_engine(new_database)
    said: list[str] = []
    assert moving.FILES < FILES, "several goes"
    moving.move(source, target, said.append)
    assert kept(target) == kept(source) and f"{FILES} rows of pep_document_content" in said
