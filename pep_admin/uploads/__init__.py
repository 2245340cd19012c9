"""Files that people hand in to be kept: looked at before anything of them is stored.

What a file is, is judged by what stands in it; what runs, hides something or cannot be looked at is refused with a sentence. No
web and no table is known here: who may keep what, and where, is workflow/documents.py's.
"""

from __future__ import annotations

from pep_admin.uploads.apart import read_upload
from pep_admin.uploads.looking import ACCEPTED_ENDINGS, Upload

__all__ = ["ACCEPTED_ENDINGS", "Upload", "read_upload"]
