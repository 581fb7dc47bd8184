"""JSON of values that may be NumPy's."""

from __future__ import annotations

import json
from typing import Any

import numpy as np


def dumped(value: Any) -> str:
    """On one line, ASCII. Errors: TypeError for what is neither number, text, list nor dict."""
    return json.dumps(value, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{value!r} is no number and no text")
