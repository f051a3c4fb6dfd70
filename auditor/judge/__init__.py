"""Every rule of judgement: an observation becomes a verdict, an outcome becomes findings."""

from auditor.judge.findings import judge_outcome
from auditor.judge.paths import link_paths
from auditor.judge.verdict import TABLE, Decision, Row, decide, worst

__all__ = ["TABLE", "Decision", "Row", "decide", "judge_outcome", "link_paths", "worst"]
