"""Tables in SQL, as the clients of five products write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.pii.mappings import Form
from tests.pii.mappings.reading import complaint, fields, sound

MYSQL = r"""
-- MySQL dump 10.13  Distrib 8.0.33, for Linux (x86_64)
/*!40101 SET NAMES utf8 */;
# a comment; CREATE TABLE no (a int)
DROP TABLE IF EXISTS `users`;
/*!50100 CREATE TABLE `users` (
  `id` int(11) unsigned NOT NULL AUTO_INCREMENT,
  `e-mail` varchar(255) CHARACTER SET utf8 COLLATE utf8_bin DEFAULT 'it''s, \'x\'' COMMENT '邮箱, (x)',
  xm varchar(20) comment "姓名, CREATE TABLE no (a int)",
  active tinyint(1) DEFAULT '1', `key` varchar(20), kind enum('a','b,c') NOT NULL, born year(4),
  `odd``name` double(10,2) unsigned zerofill, updated timestamp ON UPDATE CURRENT_TIMESTAMP,
  full_name varchar(80) GENERATED ALWAYS AS (concat(first,' ',last)) STORED,
  PRIMARY KEY (`id`), UNIQUE KEY `u` (`e-mail`(20)), KEY idx (xm), FULLTEXT KEY f (xm), INDEX USING BTREE (born),
  CONSTRAINT fk FOREIGN KEY (a, b) REFERENCES c (d) ON DELETE CASCADE, SPATIAL INDEX s (g), CHECK (id > 0)
) ENGINE=InnoDB COMMENT='Users' */;
INSERT INTO users VALUES (1,'CREATE TABLE no (canary text)','\'); CREATE TABLE no (a int)');
ALTER TABLE users ADD COLUMN phone varchar(20) NULL AFTER xm, DROP COLUMN z, ADD (a int, b decimal(10,2)),
  ADD INDEX (a), MODIFY xm text, ADD CONSTRAINT c UNIQUE (a);
"""
POSTGRES = r'''
CREATE TABLE IF NOT EXISTS public.people (
    id bigserial PRIMARY KEY, "Full ""Name""" character varying(100) NOT NULL,
    born timestamp without time zone DEFAULT now() NOT NULL, path text DEFAULT 'C:\', tags text[], grid integer[3][3],
    j jsonb DEFAULT '{"a": [1]}'::jsonb, ip inet, amount double precision CHECK (amount > 0), g geometry(Point,4326),
    note text COLLATE "de_DE" DEFAULT E'it\'s, (x',
    words tsvector GENERATED ALWAYS AS (to_tsvector('x', a || b)) STORED,
    period tstzrange, like_count int,
    EXCLUDE USING gist (c WITH &&), LIKE other INCLUDING ALL, PRIMARY KEY (id), UNIQUE NULLS NOT DISTINCT (born)
) PARTITION BY RANGE (born);
COMMENT ON COLUMN public.people.born IS 'a ''birth'' date; CREATE TABLE no (a int)';
CREATE FUNCTION f() RETURNS void AS $body$ CREATE TABLE no (a int); $body$ LANGUAGE sql;
COPY public.people (id, path) FROM stdin;
1	CREATE TABLE no (canary int);
\.
CREATE UNLOGGED TABLE copied AS SELECT 1;
CREATE TABLE part PARTITION OF people FOR VALUES IN (1);
ALTER TABLE IF EXISTS ONLY public.people ADD COLUMN IF NOT EXISTS phone text;
ALTER TABLE ONLY public.people ADD CONSTRAINT pk PRIMARY KEY (id);
/* CREATE TABLE no (a int); */
'''
SQL_SERVER = """
CREATE TABLE [dbo].[Customer Info](
	[CustomerID] [int] IDENTITY(1,1) NOT NULL,
	[First Name] [nvarchar](50) NULL, [Photo] [varbinary](max) NULL, [Guid] [uniqueidentifier] ROWGUIDCOL,
	[Phone] [dbo].[Phone] NULL, Total AS (a*b) PERSISTED, Notes nvarchar(max) MASKED WITH (FUNCTION = 'default()'),
	PERIOD FOR SYSTEM_TIME (a, b),
 CONSTRAINT [PK] PRIMARY KEY CLUSTERED ([CustomerID] ASC) WITH (PAD_INDEX = OFF) ON [PRIMARY]
) ON [PRIMARY]
GO
ALTER TABLE dbo.[Customer Info] ADD Email nvarchar(100) NULL, Fax varchar(20)
GO
ALTER TABLE dbo.[Customer Info] WITH CHECK ADD CONSTRAINT [FK] FOREIGN KEY([a]) REFERENCES [b] ([c])
CREATE TABLE #tmp (a int)
create table hr.staff (x int) create table sales.staff (y int)
"""
ORACLE = """
CREATE GLOBAL TEMPORARY TABLE "HR"."EMP" (
  EMPNO NUMBER(4,0), ENAME VARCHAR2(10 BYTE) DEFAULT q'[it's]' NOT NULL ENABLE, HIRED DATE, SAL NUMBER(7,2), DOC CLOB,
  SUPPLEMENTAL LOG DATA (ALL) COLUMNS, CONSTRAINT pk PRIMARY KEY (EMPNO) USING INDEX
) ON COMMIT DELETE ROWS;
/
ALTER TABLE hr.emp ADD (PHONE VARCHAR2(20), "Mobile" VARCHAR2(20));
COMMENT ON COLUMN HR.EMP.ENAME IS 'it''s a name';
CREATE TABLE hr.emp_copy AS (SELECT * FROM emp);
"""
SQLITE = """
CREATE TABLE t(a, b TEXT, "c d" INTEGER PRIMARY KEY AUTOINCREMENT, `e`, [f] BLOB);
CREATE VIRTUAL TABLE notes USING fts5(title, body);
create temp table k (key text primary key, index integer, check boolean, unique (key)) without rowid;
"""


def test_mysql() -> None:
    assert fields(MYSQL) == {
        "users": {
            "id": "int unsigned",
            "e-mail": "varchar",
            "xm": "varchar",
            "active": "boolean",
            "key": "varchar",
            "kind": "enum",
            "born": "year",
            "odd`name": "double unsigned zerofill",
            "updated": "timestamp",
            "full_name": "varchar",
            "phone": "varchar",
            "a": "int",
            "b": "decimal",
        }
    }


def test_postgresql() -> None:
    assert fields(POSTGRES) == {
        "people": {
            "id": "bigserial",
            'Full "Name"': "character varying",
            "born": "timestamp without time zone",
            "path": "text",
            "tags": "text",
            "grid": "integer",
            "j": "jsonb",
            "ip": "inet",
            "amount": "double precision",
            "g": "geometry",
            "note": "text",
            "words": "tsvector",
            "period": "tstzrange",
            "like_count": "int",
            "phone": "text",
        }
    }


def test_sql_server() -> None:
    assert fields(SQL_SERVER) == {
        "Customer Info": {
            "CustomerID": "int",
            "First Name": "nvarchar",
            "Photo": "varbinary",
            "Guid": "uniqueidentifier",
            "Phone": "phone",
            "Total": "",
            "Notes": "nvarchar",
            "Email": "nvarchar",
            "Fax": "varchar",
        },
        "#tmp": {"a": "int"},
        "hr.staff": {"x": "int"},
        "sales.staff": {"y": "int"},
    }


def test_oracle() -> None:
    assert fields(ORACLE) == {
        "EMP": {
            "EMPNO": "number",
            "ENAME": "varchar2",
            "HIRED": "date",
            "SAL": "number",
            "DOC": "clob",
            "PHONE": "varchar2",
            "Mobile": "varchar2",
        }
    }


def test_sqlite() -> None:
    assert fields(SQLITE) == {
        "t": {"a": "", "b": "text", "c d": "integer", "e": "", "f": "blob"},
        "notes": {"title": "", "body": ""},
        "k": {"key": "text", "index": "integer", "check": "boolean"},
    }


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("create table broken (a int, b varchar(", {"broken": {"a": "int", "b": "varchar"}}),
        ("create table t (a text default 'never closed", {"t": {"a": "text"}}),
        ("create table t (a int) /* never closed", {"t": {"a": "int"}}),
        ("create table t (s struct<x:int,y:array<int>>, m map<string,int>)", {"t": {"s": "struct", "m": "map"}}),
        ("CREATE TABLE t (姓名 varchar(20), größe int)", {"t": {"姓名": "varchar", "größe": "int"}}),
        ("create table shop.users (a int); alter table Users add b int", {"users": {"a": "int", "b": "int"}}),
        ("alter table only_added add column a int", {"only_added": {"a": "int"}}),
        ("create table t ();", {"t": {}}),
    ],
)
def test_odd_ends(text: str, wanted: dict[str, dict[str, str]]) -> None:
    assert fields(text) == wanted


def test_a_long_value_of_a_dump_is_passed_over() -> None:
    text = f"insert into t values ('{'x' * 3_000_000}'); /* {'y' * 1_000_000} */ create table t (a int);"
    assert fields(f"create table s (a int); {text}") == {"s": {"a": "int"}, "t": {"a": "int"}}


def test_sql_without_a_table_is_said() -> None:
    assert complaint("select 1", form=Form.SQL) == "f:1: there is no table, index or collection in it"


# fmt: off
PIECES = st.sampled_from([
    "create ", "table ", "alter ", "add ", "column ", "t", "(", ")", ",", ";", "'", '"', "`", "[", "]", "--", "/*",
    "*/", "$$", "q'[", "E'", "\\", "copy x from stdin;", "\n", " int", "primary key", ".", "constraint", "1", "<", ">",
    "values", "struct", "#",
])
# fmt: on


@given(st.lists(PIECES | st.text(max_size=3), max_size=40).map("".join))
def test_any_sql_gives_tables_or_a_sentence(text: str) -> None:
    sound(text.encode("utf-8", "replace"), form=Form.SQL)
    sound(f"create table t (a int); {text}".encode("utf-8", "replace"))


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)


@given(st.lists(NAMES, min_size=1, max_size=6, unique=True), st.sampled_from(['"', "`"]))
def test_any_quoted_name_is_read_as_it_is(names: list[str], quote: str) -> None:
    columns = ", ".join(f"{quote}{name.replace(quote, quote * 2)}{quote} int" for name in names)
    assert fields(f"create table t ({columns})") == {"t": dict.fromkeys(names, "int")}
