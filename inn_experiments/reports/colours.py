"""The colours of figures: two that every figure keeps, and a row of them for any other things."""

from __future__ import annotations

REAL, GENERATED = "#0072b2", "#d55e00"
SEVEN = (REAL, GENERATED, "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
