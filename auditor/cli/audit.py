"""`auditor audit`: wires inventory, sweep, history and outputs together; the rooms decide."""

import asyncio
import logging
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from auditor import plugins
from auditor.audit import Gate, audit as run_audit, grade
from auditor.cli.input import load_inventory, selection_options, selection_of
from auditor.cli.lock import default_state_dir, exclusive
from auditor.cli.output import OutputError, output_options, write_all
from auditor.examine import assemble
from auditor.history.store import HistoryError, Store
