"""A plugin whose import ends the process, if it is let."""

raise SystemExit(7)
