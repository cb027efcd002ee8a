"""Claims of a document: what is asserted, by whom, and how firmly."""

from pipeline.components.claims.checkworthiness import Statements, read_statements
from pipeline.components.claims.find import Claims, find_claims, make_claims

__all__ = ["Claims", "Statements", "find_claims", "make_claims", "read_statements"]
