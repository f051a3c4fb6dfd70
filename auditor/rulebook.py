"""Finding rules and control tables are data: this reads them into RuleInfo."""
