"""From an inventory file to the targets it spreads into: load, scope guard, selection, spread and plan."""
