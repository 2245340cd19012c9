"""`python -m examples.host` from the root of the checkout: serves the example on http://127.0.0.1:5050, its data in instance/."""

from __future__ import annotations

import sys
from pathlib import Path

from waitress import serve

from examples.host.app import create_council
from examples.host.first_rows import PASSWORD, fill

HOST, PORT = "127.0.0.1", 5050

council = create_council(Path("instance") / "example-host")
fill(council)
sys.stdout.write(
    f"Open http://{HOST}:{PORT}/ and sign in as olive (officer), hugh (head), finn (finance), tom (teacher), sal (social worker),\n"
    f"ida (auditor) or fay (facilities, no way in to the PEPs). The password is: {PASSWORD}\n"
)
serve(council, host=HOST, port=PORT)
