"""The words of documents that are kept with a child as enums: what they are, and of which format their files are.

Stored values never change once released; labels may. What a kind is kept from stands beside it; who may read is decided elsewhere.
"""

from __future__ import annotations

from pep_admin.vocabulary import Labelled


class DocumentKind(Labelled):
    """What a document is (pep-form P2.78); the values are those of the form's own list of papers, where it has the kind."""

    SCHOOL_REPORT = "school_report", "School report"
    EHCP = "ehcp", "EHCP"
    SUPPORT_PLAN = "support_plan", "SEN support plan (IEP)"
    HEALTHCARE_PLAN = "healthcare_plan", "Individual healthcare plan"
    WORK = "work", "Picture of work"
    CERTIFICATE = "certificate", "Certificate"
    REPORT = "report", "Report of a professional"
    OTHER = "other", "Something else"

    @property
    def is_plan(self) -> bool:
        """Whether it is the child's and not one PEP's: it stands behind every PEP until it is taken away."""
        return self in (DocumentKind.EHCP, DocumentKind.SUPPORT_PLAN, DocumentKind.HEALTHCARE_PLAN)

    @property
    def hide(self) -> str:
        """Whose copy it is left out of, in the letters of pep-form.md: a picture of work and a certificate are the child's own."""
        if self in (DocumentKind.WORK, DocumentKind.CERTIFICATE):
            return ""
        return "CP" if self in (DocumentKind.REPORT, DocumentKind.OTHER) else "C"


class MediaType(Labelled):
    """The formats in which a file is kept, by what stands in it; nothing that runs is among them."""

    PDF = "application/pdf", "PDF"
    JPEG = "image/jpeg", "JPEG picture"
    PNG = "image/png", "PNG picture"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word document"
    ODT = "application/vnd.oasis.opendocument.text", "OpenDocument text"

    @property
    def ending(self) -> str:
        """How the name of such a file ends."""
        return f".{'jpg' if self is MediaType.JPEG else self.name.lower()}"
