"""A report in, bytes out: every format sees the report and nothing else."""
