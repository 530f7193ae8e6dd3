"""The audit of a network before its first step: layers beside theory and band, slips in words."""

from init_audit.report import Audit, audit

__all__ = ["Audit", "audit"]
