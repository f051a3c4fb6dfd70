"""All cells of the matrix, in the order of the page."""

from tests.matrix import (
    console,
    dashboards,
    elasticsearch,
    elasticsearch_fronts,
    elasticsearch_gateways,
    elasticsearch_guards,
    elasticsearch_health,
    kibana,
    kibana_fronts,
    look_alikes,
    mongodb,
    mongodb_dialects,
    mongodb_lines,
    mongodb_members,
    real,
)

CELLS = (
    *elasticsearch.cells(),
    *elasticsearch_guards.cells(),
    *elasticsearch_health.cells(),
    *elasticsearch_fronts.cells(),
    *elasticsearch_gateways.cells(),
    *look_alikes.cells(),
    *kibana.cells(),
    *kibana_fronts.cells(),
    *dashboards.cells(),
    *mongodb.cells(),
    *mongodb_members.cells(),
    *mongodb_lines.cells(),
    *console.cells(),
    *mongodb_dialects.cells(),
    *real.cells(),
)
