"""Documents of the demonstration: a report, a plan, a picture of a volcano, made here and kept through the verb like anybody's."""

from __future__ import annotations

import hashlib
import io
from datetime import date, datetime, timedelta

from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy.orm import Session

from pep_admin.demo.writing import act_as, people_of
from pep_admin.document_words import DocumentKind, MediaType
from pep_admin.models import Pep
from pep_admin.uploads import Upload
from pep_admin.vocabulary import SenStatus
from pep_admin.workflow import documents

ROOM = 100 * 1024 * 1024


def keep_papers(session: Session, pep: Pep, *, number: int, on: date, now: datetime) -> None:
    """The plan of a child who has one; behind every third PEP a report, behind every fourth a picture, behind some what is of
    social care alone."""
    school, care = people_of(pep)
    plan = {SenStatus.EHCP: DocumentKind.EHCP, SenStatus.SUPPORT: DocumentKind.SUPPORT_PLAN}.get(pep.child.sen_status)
    told = [(school, plan, "", "ehcp.pdf")] if plan is not None else []
    told += [(school, DocumentKind.SCHOOL_REPORT, "Autumn report", "autumn-report.pdf")] if number % 3 == 0 else []
    told += [(school, DocumentKind.WORK, "My volcano", "volcano.png")] if number % 4 == 1 else []
    told += [(care, DocumentKind.REPORT, "Report of a psychologist", "report.pdf")] if number % 9 == 0 else []
    for who, kind, title, name in told:
        act_as(session, who)
        upload = _picture(name) if kind is DocumentKind.WORK else _page(name, f"{title or kind.label}, {pep.reference}")
        said = documents.Told(kind, title, on - timedelta(days=14), kind is not DocumentKind.REPORT)
        documents.add_document(session, pep.child_id, said, upload, most=ROOM, actor=who, today=on, now=now, pep_id=pep.id)


def _page(name: str, heading: str) -> Upload:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    canvas.setFont("Helvetica", 16)
    canvas.drawString(72, 760, heading)
    canvas.setFont("Helvetica", 11)
    canvas.drawString(72, 730, "A made-up document of the demonstration. Nobody in it is real.")
    canvas.save()
    return _upload(name, MediaType.PDF, out.getvalue())


def _picture(name: str) -> Upload:
    drawn = Image.new("RGB", (800, 600), "#cfe3f2")
    pen = ImageDraw.Draw(drawn)
    pen.polygon([(100, 560), (360, 200), (440, 200), (700, 560)], fill="#6b4b3a")
    pen.polygon([(340, 230), (360, 200), (440, 200), (460, 230), (420, 380), (380, 300)], fill="#d4351c")
    pen.ellipse((330, 60, 470, 190), fill="#8b8b8b")
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return _upload(name, MediaType.PNG, out.getvalue())


def _upload(name: str, media: MediaType, data: bytes) -> Upload:
    return Upload(name, media, data, hashlib.sha256(data).hexdigest())
