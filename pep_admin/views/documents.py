"""Documents kept with a child: the page that adds one, the page of one, its file, taking it away and putting it back.

What a file may be is uploads/'s, who may do what workflow/documents.py's. Their list is document_list.py's, their tables on other
pages document_tables.py's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from flask import Response, abort, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import FileStorage
from wtforms import FileField, StringField
from wtforms.fields.choices import Choice  # type: ignore[attr-defined]  # not yet in types-WTForms
from wtforms.validators import Length

from pep_admin import models, queries
from pep_admin.document_words import DocumentKind
from pep_admin.exceptions import Refused
from pep_admin.models import Child, Pep
from pep_admin.permissions import Permission, audience_for
from pep_admin.queries.documents import content_of
from pep_admin.uploads import ACCEPTED_ENDINGS, Upload, read_upload
from pep_admin.validators import forms
from pep_admin.validators.documents import format_size
from pep_admin.views import errors
from pep_admin.views.base_forms import DayField, LabelField, PepForm, YesNoField
from pep_admin.views.document_list import DocumentList
from pep_admin.views.gate import Done
from pep_admin.views.hosting import host, whole_id
from pep_admin.views.request_forms import ReasonForm
from pep_admin.workflow import documents
from pep_admin.workflow.taking import refuse


class ReadsField(YesNoField):
    """Yes or no, and nothing chosen before somebody thought about it."""

    def iter_choices(self) -> Iterator[Choice]:
        return (choice if choice.value else choice._replace(label="Choose one") for choice in super().iter_choices())


class DocumentForm(PepForm):
    """What is said of a document, and its file."""

    kind = LabelField(DocumentKind, label="What it is")
    title = StringField("What it is called", [Length(max=200, message="Keep it to 200 characters.")],
                        description="In a few words, like “Autumn report” or “My volcano”. Left empty, it is called by its kind.")
    dated_on = DayField("Its date", description="When it was written or made, like 18 Nov 2024, where that is known.")
    school_reads = ReadsField("May the school read it?", description="“No” keeps it with social care and the Virtual School: the "
                                                                     "school does not learn that it is here.")
    file = FileField("The file")


class Documents(DocumentList):
    """Files that are kept with children."""

    opens = {
        "index_view": Permission.DOCUMENT_READ,
        "export": Permission.LIST_EXPORT,
        "details_view": Permission.DOCUMENT_READ,
        "file": Permission.DOCUMENT_READ,
        "add": Permission.DOCUMENT_WRITE,
        "remove": Permission.DOCUMENT_WRITE,
        "put_back": Permission.DOCUMENT_WRITE,
    }

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        """What is known of one document, and what can be done with it."""
        document = self._document()
        return self.page("pep/documents/details.html", document=document, back=self._back(document),
                         size=format_size(document.size), may_open=documents.may_open(self.actor, document),
                         may_take_away=documents.may_take_away(self.actor, document), care=self._is_care(document.child))

    @expose("/file/")
    def file(self) -> ResponseReturnValue:
        """The file itself, to be saved: no browser shows it here, and nothing in it runs."""
        document = self._document()
        if not documents.may_open(self.actor, document):
            abort(404)
        data = content_of(self.db_session, document)
        if data is None:
            return self.page("pep/documents/missing.html", status=404, document=document, back=self._back(document))
        self.look_at(document, "document.file")
        request.environ[errors.SANDBOXED] = True
        name = f"{document.kind.value.replace('_', '-')}-{document.id}{document.media_type.ending}"
        return Response(data, mimetype=document.media_type.value,
                        headers={"Content-Disposition": f'attachment; filename="{name}"'})

    # --- adding ----------------------------------------------------------------------------------------------------------

    @expose("/add/", methods=("GET", "POST"))
    def add(self) -> ResponseReturnValue:
        """Add a file to the child of `?child=`, or behind the PEP of `?pep=`."""
        child, pep = self._place()
        form = self._form(child)
        if pep is not None and not documents.may_add_to(self.actor, pep):
            return self._closed(pep)
        if request.method == "POST" and form.validate():
            done = self._add(form, child, pep)
            if done.value is not None:
                self._say_added(done.value)
                return redirect(self._page_of(child, pep), code=303)
            form.head = forms.attach(form, done.findings)
        return self.page("pep/documents/add.html", status=422 if request.method == "POST" else 200, form=form, child=child, pep=pep,
                         back=self._page_of(child, pep), most=format_size(host().settings["document_bytes"]),
                         accept=",".join(ACCEPTED_ENDINGS), again=request.method == "POST")

    def _add(self, form: Any, child: Child, pep: Pep | None) -> Done[documents.Added]:
        told = documents.Told(form.kind.data, form.title.data or "", form.dated_on.data,
                              form.school_reads.data if "school_reads" in form else None)
        try:
            upload = self._upload()
        except Refused as refused:
            self.record_at_once("document.add", pep or child, outcome="refused", checks=[each.check for each in refused.findings])
            return Done(findings=refused.findings)
        return self.commit(documents.add_document, child.id, told, upload, most=host().settings["child_documents_bytes"],
                           today=self.today, now=self.now, pep_id=pep.id if pep else None, subject=pep or child)

    def _upload(self) -> Upload:
        given = request.files.get("file") or FileStorage(filename="")
        if not given.filename:
            raise refuse("document-file", "DATA-file", "Choose the file.", "file")
        return read_upload(given.filename, cast(Any, given.stream), largest=host().settings["document_bytes"])

    def _form(self, child: Child) -> Any:
        form: Any = DocumentForm(request.form if request.method == "POST" else None)
        if not self._is_care(child):
            del form.school_reads
        for name in ("kind", "file", "school_reads"):
            if name in form:
                form[name].flags.required = True
        return form

    def _is_care(self, child: Child) -> bool:
        return audience_for(self.actor, child).is_of_the_office

    def _place(self) -> tuple[Child, Pep | None]:
        if "pep" not in request.args:
            return self.one_or_404(Child, self.asked_once("child")), None
        pep = self.one_or_404(Pep, self.asked_once("pep"), joinedload(Pep.child), joinedload(Pep.school))
        return pep.child, pep

    def _say_added(self, added: documents.Added) -> None:
        document = added.document
        if added.is_new:
            self.say(f"“{document.title}” is kept.")
        else:
            self.say(f"This file is here already, as “{document.title}”. It was not added a second time.", "warning")

    def _closed(self, pep: Pep) -> ResponseReturnValue:
        """Somebody else's PEP is refused; one that was sent takes no more documents."""
        if pep.status in queries.OPEN_TO_WRITE:
            self.refuse(Permission.DOCUMENT_WRITE)
        self.say(f"{pep} is “{pep.status.label}”, so no document is added to it now. One that comes later is added on the child’s "
                 "page.", "warning")
        return redirect(self._page_of(pep.child, pep), code=303)

    # --- taking away -----------------------------------------------------------------------------------------------------

    @expose("/remove/", methods=("GET", "POST"))
    def remove(self) -> ResponseReturnValue:
        """Take a document away: the page that asks why, then the deed."""
        document = self._own_document()
        form: Any = ReasonForm(request.form if request.method == "POST" else None)
        if request.method == "POST" and form.validate():
            done = self.commit(documents.remove_document, document.id, reason=form.reason.data or "", now=self.now,
                               subject=document)
            if done.ok:
                self.say(f"“{document.title}” was taken away. It can be put back from its own page.")
                return self.back_to("details_view", id=document.id)
            form.head = forms.attach(form, done.findings)
        return self.page("pep/documents/remove.html", status=422 if request.method == "POST" else 200, form=form, document=document)

    @expose("/put-back/", methods=("POST",))
    def put_back(self) -> ResponseReturnValue:
        """Undo the taking away."""
        document = self._own_document()
        done = self.commit(documents.put_back_document, document.id, subject=document)
        self.say(f"“{document.title}” is back." if done.ok else done.findings[0].message, "success" if done.ok else "warning")
        return self.back_to("details_view", id=document.id)

    def _document(self) -> models.Document:
        """The document that `?id=` names, where the one who acts may know of it; else 404, as for none."""
        found = queries.find_document(self.db_session, whole_id(self.asked_once("id")), self.actor)
        if found is None:
            abort(404)
        self.give([found])
        return found

    def _own_document(self) -> models.Document:
        document = self._document()
        if not documents.may_take_away(self.actor, document):
            self.refuse(Permission.DOCUMENT_WRITE)
        return document

    def _back(self, document: models.Document) -> str:
        return self._page_of(document.child, document.pep)

    def _page_of(self, child: Child, pep: Pep | None) -> str:
        """Where the table stands in which the document is listed."""
        at = self.way_to("pep_peps.details_view", id=pep.id, _anchor="documents") if pep is not None else None
        return at or self.way_to("pep_children.details_view", id=child.id, _anchor="documents") or host().own_url("children")
