"""Whether the law hangs together: rules that do nothing, contradictions, gaps, and what no case has tried."""

from sekisho.audit.coverage import Coverage, RuleCoverage, coverage
from sekisho.audit.inspect import AuditReport, audit
from sekisho.audit.sourcing import sourced

__all__ = ["AuditReport", "Coverage", "RuleCoverage", "audit", "coverage", "sourced"]
