"""What a trimming rule answers, under gensim's names."""

from __future__ import annotations

from typing import Final

RULE_DEFAULT: Final = 0
"""The word stays where it reaches `min_count`."""
RULE_DISCARD: Final = 1
"""The word goes."""
RULE_KEEP: Final = 2
"""The word stays, however rare it is."""
