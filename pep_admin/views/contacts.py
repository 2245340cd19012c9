"""Whom one rings about a child or at a school, and by which number: the same on every page that says so.

Whose turn it is to be rung is the queries'; nothing here asks the database.
"""

from __future__ import annotations

from dataclasses import dataclass

from pep_admin.models import Child, School


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to ring: what for ("" for themselves), who, and the number."""

    what: str
    name: str
    phone: str | None


def of_school(school: School) -> Contact:
    """Its designated teacher; where it names none, the school itself."""
    teacher = school.designated_teacher
    return Contact("Designated teacher", teacher.name, teacher.phone or school.phone) if teacher else (
        Contact("No designated teacher", school.name, school.phone))


def around(child: Child) -> list[Contact]:
    """The school's and the social worker."""
    found = [of_school(child.school)] if child.school else []
    worker = child.social_worker
    return [*found, Contact("Social worker", worker.name, worker.phone)] if worker else found
