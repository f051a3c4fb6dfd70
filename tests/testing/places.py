"""Where the recordings of real servers lie."""

from pathlib import Path

REPLIES = Path(__file__).parents[1] / "probes" / "replies"
MONGO = sorted(p.name for p in REPLIES.glob("mongo*.json") if "console" not in p.name)
HTTP = sorted({p.name for p in REPLIES.glob("*.json")} - set(MONGO))
