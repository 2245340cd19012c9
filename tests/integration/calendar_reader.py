"""A reader of calendar files that knows nothing of the library that writes them: RFC 5545 as far as an invitation goes.

It is strict where the standard is: CRLF, lines of at most 75 octets, folded lines joined, begin and end in order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Event:
    """One event with the method of its file; `values` by the name of the property, `parameters` of each."""

    method: str
    values: dict[str, str]
    parameters: dict[str, dict[str, str]]

    def at(self, name: str) -> datetime:
        """An instant that is written in UTC, as everyone's calendar understands it."""
        return datetime.strptime(self.values[name], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)

    @property
    def told(self) -> tuple[str, int, datetime]:
        """What is done, which change it is, and when the meeting is."""
        return self.method, int(self.values["SEQUENCE"]), self.at("DTSTART")


def read_event(file: bytes) -> Event:
    """The one event of a file."""
    raw = file.split(b"\r\n")
    assert raw.pop() == b"" and b"\n" not in b"".join(raw), "lines end with CRLF"
    assert all(len(line) <= 75 for line in raw), "no line is longer than 75 octets"
    lines: list[str] = []
    joined: list[bytes] = []
    for line in raw:
        if line.startswith((b" ", b"\t")):
            joined[-1] += line[1:]
        else:
            joined.append(line)
    lines = [line.decode() for line in joined]
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-1] == "END:VCALENDAR"
    begins, ends = lines.index("BEGIN:VEVENT"), lines.index("END:VEVENT")
    head = dict(line.split(":", 1) for line in lines[1:begins])
    assert head["VERSION"] == "2.0" and head["PRODID"]
    values, parameters = {}, {}
    for line in lines[begins + 1 : ends]:
        name, _, value = line.partition(":")
        name, *more = name.split(";")
        assert name not in values, f"{name} stands twice"
        values[name] = _plain(value)
        parameters[name] = dict(each.split("=", 1) for each in more)
    return Event(head["METHOD"], values, parameters)


def _plain(value: str) -> str:
    for written, read in (("\\n", "\n"), ("\\,", ","), ("\\;", ";"), ("\\\\", "\\")):
        value = value.replace(written, read)
    return value
