"""The two colours that every figure keeps: real rows and generated ones."""

from __future__ import annotations

REAL, GENERATED = "#0072b2", "#d55e00"
