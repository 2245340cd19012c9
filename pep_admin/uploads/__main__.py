"""What the process does that looks at one file: the bytes in; a line that says what they are, and what is kept of them, out.

It sets its own limits before it reads a byte. How it is started, and what its end means, is apart.py's.
"""

from __future__ import annotations

import contextlib
import json
import sys

from pep_admin.exceptions import Refused
from pep_admin.uploads.apart import MEMORY, SECONDS
from pep_admin.uploads.looking import look


def _limit_myself() -> None:
    """Time, memory, no file to write."""
    import resource  # not on every system; where it is missing, the caller's clock still holds

    for what, most in ((resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, 0)):
        resource.setrlimit(what, (most, most))


def main() -> None:
    """Look at what comes in, by the ending and the most bytes that the two words say."""
    with contextlib.suppress(ImportError):
        _limit_myself()
    out = sys.stdout.buffer
    try:
        media, kept = look(sys.stdin.buffer.read(), sys.argv[1], int(sys.argv[2]))
        out.write(json.dumps({"media": media.value, "size": len(kept)}).encode() + b"\n" + kept)
    except Refused as no:
        out.write(json.dumps({"check": no.findings[0].check, "sentence": no.findings[0].message}).encode() + b"\n")
    out.flush()


if __name__ == "__main__":
    main()
