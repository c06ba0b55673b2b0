"""What the documents say → coded values with provenance and a range."""

from steppe.evidence.load import load
from steppe.evidence.lookup import Evidence
from steppe.evidence.schema import CodedValue, parse_date

__all__ = ["CodedValue", "Evidence", "load", "parse_date"]
