"""Personal Education Plans of children in care: a plugin for Flask-Admin, and the application that mounts it.

The public names are found when they are asked for, so that importing a pure module loads no framework.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pep_admin.app import create_app as create_app
    from pep_admin.extension import PepAdmin as PepAdmin

__version__ = "0.1.0"
__all__ = ["PepAdmin", "__version__", "create_app"]
_HOMES = {"PepAdmin": "pep_admin.extension", "create_app": "pep_admin.app"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
