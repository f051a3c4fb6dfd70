"""What sort of value a field's type can hold, whatever product or library names the type."""

from collections.abc import Set as AbstractSet
from functools import lru_cache

from auditor.pii.rulepack import Shape

_SHAPES = {
    Shape.TEXT: """text keyword string varchar char constant_keyword wildcard match_only_text search_as_you_type
        completion annotated_text str symbol javascript icu_collation_keyword semantic_text character clob
        varchar2 nvarchar nvarchar2 nchar bpchar tinytext mediumtext longtext ntext citext xml nclob enum""",
    Shape.NUMBER: """long integer int short byte unsigned_long number int32 int64 bigint biginteger token_count
        integer_range long_range numberlong numberint
        smallint tinyint mediumint int2 int4 int8 serial bigserial smallserial numeric""",
    Shape.DECIMAL: """float double half_float scaled_float decimal decimal128 bigdecimal float_range double_range
        numberdecimal rank_feature real money smallmoney float4 float8""",
    Shape.DATE: """date date_nanos timestamp date_range datetime localdate localdatetime time instant isodate
        timestamptz datetime2 smalldatetime datetimeoffset year""",
    Shape.BOOLEAN: "boolean bool bit",
    Shape.GEO: "geo_point geo_shape point shape geojson geopoint geometry geography",
    Shape.OBJECT: """object nested flat_object flattened map mixed document join dict any json embedded
        jsonb hstore struct variant""",
    Shape.BINARY: "binary bindata buffer blob bytes bytea varbinary tinyblob mediumblob longblob",
    Shape.IP: "ip ip_range inet cidr",
    Shape.REFERENCE: "objectid oid dbpointer dbref uuid percolator dense_vector murmur3 uniqueidentifier",
}
_BY_WORD = {word: shape for shape, words in _SHAPES.items() for word in words.split()}


@lru_cache(maxsize=1024)
def shapes_of(kind: str) -> frozenset[Shape]:
    """The shapes a type stands for; a union ("string|null", "[String]") for several; none if it is unknown."""
    if kind.lower() in {"byte[]", "[byte]"}:
        return frozenset({Shape.BINARY})
    words = (
        kind.lower()
        .replace("[", " ")
        .replace("]", " ")
        .replace("|", " ")
        .replace(",", " ")
        .replace("<", " ")
        .replace(">", " ")
        .split()
    )
    return frozenset(_BY_WORD[word] for word in words[:16] if word in _BY_WORD)


def accepts(wanted: AbstractSet[Shape], given: AbstractSet[Shape]) -> bool:
    """Whether what can be held in `wanted` can be in a field of these shapes; an unknown type may hold all."""
    return (
        not given
        or Shape.OBJECT in given
        or not wanted.isdisjoint(given)
        or (Shape.IP in given and Shape.TEXT in wanted and Shape.IP in wanted)
    )
