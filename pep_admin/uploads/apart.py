"""Looking at a file in a process of its own, with limits of time and memory, and without our settings.

A file that was made to break or to exhaust its reader ends that process and is refused; the program and the other people at work
notice nothing. The process is handed the bytes and hands back what is to be kept.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

from pep_admin.document_words import MediaType
from pep_admin.uploads.looking import ENDINGS, Upload, look
from pep_admin.uploads.names import clean_name, ending_of
from pep_admin.uploads.refusing import AS_PDF, refused

SECONDS, MEMORY = 30, 1 << 30
"""What looking at one file may take: seconds of the clock, bytes of memory (__main__.py sets them on itself)."""
AT_ONCE = 2
"""Files that are looked at together, so that many of them do not take the whole machine."""
_turns = threading.BoundedSemaphore(AT_ONCE)
_UNSURE = f"This file could not be looked at within {SECONDS} seconds: too much is packed into it, or it is damaged. {AS_PDF}"


def read_upload(name: str, source: IO[bytes], *, largest: int) -> Upload:
    """The file of that name, looked at; Refused with a sentence for the box of the file. `largest` in bytes."""
    name = clean_name(name)
    data = source.read(largest + 1)
    if not data.strip(b"\x00 \t\r\n"):
        raise refused("empty", "This file is empty. Choose another.")
    if len(data) > largest:
        raise refused("size", f"This file is larger than {largest // 1024**2} MB, which is the most for one document. Save it "
                      "smaller: pictures in it with fewer points, or only the pages that are needed.")
    ending = ending_of(name)
    if ending.lower() not in ENDINGS:
        look(b"", ending, largest)  # is refused by its name; no process is needed
    media, kept = _looked_at(data, ending, largest)
    return Upload(name, media, kept, hashlib.sha256(data).hexdigest())


def _looked_at(data: bytes, ending: str, largest: int) -> tuple[MediaType, bytes]:
    """What `look` says, from another process."""
    words = [_python(), "-I", "-m", "pep_admin.uploads", ending, str(largest)]
    with _turns:
        try:
            done = subprocess.run(words, input=data, capture_output=True, timeout=SECONDS, check=False, env={})  # noqa: S603  # ourselves
        except subprocess.TimeoutExpired:
            raise refused("inside", _UNSURE) from None
    head, _, kept = done.stdout.partition(b"\n")
    try:
        said = json.loads(head) if done.returncode == 0 else {}
    except ValueError:
        said = {}
    if "sentence" in said:
        raise refused(said["check"].removeprefix("file-"), said["sentence"])
    if said.get("size") != len(kept):
        raise refused("inside", _UNSURE)
    return MediaType(said["media"]), kept


def _python() -> str:
    """The interpreter, also where a server of another language runs it."""
    mine = Path(sys.executable or "")
    return str(mine if "python" in mine.name else Path(sys.prefix) / "bin" / "python3")
