"""A list as a file for a spreadsheet. What stands in its rows, guarded against formulas, is each list's own."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import Response


def csv_file(name: str, day: date, rows: Iterable[Iterable[Any]]) -> Response:
    """Those rows, the headings first, as `<name>-<day>.csv`."""
    csv.writer(out := io.StringIO()).writerows(rows)
    attached = {"Content-Disposition": f"attachment; filename={name}-{day.isoformat()}.csv"}
    return Response(out.getvalue().encode("utf-8-sig"), mimetype="text/csv", headers=attached)


def cut_off(most: int, count: int) -> list[list[str]]:
    """The row that says so where a list is longer than what is exported."""
    return [[f"Only the first {most:,} of {count:,} rows are here. Filter the list for the rest."]] if count > most else []
