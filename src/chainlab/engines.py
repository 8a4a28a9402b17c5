"""Where tables live and run: Arrow at the door, a locked DuckDB in the process, an Ibis expression on any engine.

Every analysis takes what the caller has (Arrow, pandas, polars, a mapping of lists) and works on one normal form:
ids are `string` or `int64`, numbers `float64`, dates `date32`, NaN means not filled in. What does not fit is a
`BadTable` that names table, column and row, in both languages.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    import duckdb

# One thread: a parallel sum adds in another order on every run, and a figure must not change its last digit.
LOCKDOWN: Mapping[str, str] = {
    "allow_community_extensions": "false",
    "allow_unsigned_extensions": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "enable_external_access": "false",
    "python_enable_replacements": "false",
    "threads": "1",
}


class Kind(enum.Enum):
    """What a column holds, and so how it is normalised."""

    ID = "id"
    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    DATE = "date"


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column an analysis reads. `minimum` and `maximum` hold for the numbers that are filled in."""

    name: str
    kind: Kind = Kind.ID
    is_required: bool = True
    is_nullable: bool = False
    minimum: float | None = None
    maximum: float | None = None


class BadTable(ValueError):
    """A table handed to an analysis cannot be used; says which column and which row (counted from 0)."""

    def __init__(self, *, table: str, column: str, row: int | None, message_zh: str, message_en: str) -> None:
        place_zh = f"{table}.{column}" + ("" if row is None else f" 第 {row} 行（从 0 数起）")
        place_en = f"{table}.{column}" + ("" if row is None else f", row {row} (from 0)")
        self.table, self.column, self.row = table, column, row
        self.message_zh, self.message_en = f"{place_zh}：{message_zh}", f"{place_en}: {message_en}"
        super().__init__(self.message_en)


def ids(*names: str) -> Sequence[Column]:
    """Id columns that must be there and filled in."""
    return [Column(name=name) for name in names]


def names(table: object, *, name: str) -> list[str]:
    """The columns a table has, before anything is asked of them."""
    found: list[str] = _table(table, name=name).column_names
    return found


def arrow(table: object, *, name: str, columns: Iterable[Column]) -> pa.Table:
    """`table` as Arrow with exactly `columns`, in their order; a column that may be absent comes back all null.

    Accepts pyarrow tables, batches and readers, pandas and polars frames, mappings of lists, lists of mappings.
    Raises BadTable for a missing column, a null where none may be, text among numbers, a number below its minimum.
    """
    columns = list(columns)
    empty: dict[str, list[Any]] = {column.name: [] for column in columns}
    source = _table(empty if isinstance(table, list) and not table else table, name=name)
    normal = {column.name: _column(source, column, table=name) for column in columns}
    return pa.table(normal)


def agree(places: Mapping[str, tuple[pa.Table, Sequence[str]]]) -> list[pa.Table]:
    """The tables with the named id columns brought to one type, so that 37 is never silently unlike "37".

    places: table name → (table, its id columns). A column without any value takes the type of the others.
    """
    kinds = {
        f"{name}.{column}": table.column(column).type
        for name, (table, columns) in places.items()
        for column in columns
        if table.column(column).null_count < table.num_rows
    }
    target = next(iter(kinds.values()), pa.string())
    odd = next((place for place, kind in kinds.items() if kind != target), None)
    if odd is not None:
        name, _, column = odd.partition(".")
        first = next(iter(kinds))
        raise BadTable(
            table=name,
            column=column,
            row=None,
            message_zh=f"编号类型为 {kinds[odd]}，而 {first} 为 {target}，请统一为文本或整数",
            message_en=f"ids are {kinds[odd]}, those of {first} are {target}; make all text or all integers",
        )
    return [_retyped(table, columns, target) for table, columns in places.values()]


def each(named: Iterable[Any]) -> list[Any]:
    """The ids named; a text alone is one id, not so many letters."""
    return [named] if isinstance(named, str) else list(named)


def rows_of(table: pa.Table, *, column: str, among: Iterable[Any] | None) -> pa.Table:
    """The rows whose `column` is one of `among`; all of them for None."""
    if among is None:
        return table
    wanted = arrow({column: each(among)}, name="wanted", columns=ids(column))
    table, wanted = agree({"table": (table, [column]), "wanted": (wanted, [column])})
    return table.filter(pc.is_in(table[column], value_set=wanted[column].combine_chunks()))


def connect(*, memory_limit: str = "2GB") -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB that reads no file, loads no extension, sees no Python variable and cannot be unlocked."""
    import duckdb

    connection = duckdb.connect(":memory:", config={**LOCKDOWN, "memory_limit": memory_limit})
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET lock_configuration = true")
    return connection


def run(expression: Any, tables: Mapping[str, pa.Table]) -> pa.Table:
    """The rows of an Ibis `expression` over unbound tables, with `tables` as their contents, on a locked DuckDB."""
    import ibis

    with connect() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        return connection.sql(str(ibis.to_sql(expression, dialect="duckdb"))).to_arrow_table()


def unbound(table: pa.Table, *, name: str) -> Any:
    """An Ibis table with the columns of `table` and no data, for `run`."""
    import ibis

    return ibis.table(ibis.Schema.from_pyarrow(table.schema), name=name)


def _table(table: object, *, name: str) -> pa.Table:
    column = "*"
    try:
        if isinstance(table, pa.Table):
            return table
        if isinstance(table, pa.RecordBatch):
            return pa.Table.from_batches([table])
        if isinstance(table, Mapping):
            arrays = {}
            for column, values in table.items():
                arrays[column] = pa.array(values)
            return pa.table(arrays)
        if isinstance(table, list):
            return pa.Table.from_pylist(table)
        if type(table).__module__.partition(".")[0] == "pandas":
            return pa.Table.from_pandas(table, preserve_index=False)
        return pa.table(table)
    except (pa.ArrowException, AttributeError, TypeError, ValueError) as error:
        raise BadTable(
            table=name,
            column=column,
            row=None,
            message_zh=f"不是可用的表格（{type(table).__name__}）：{error}",
            message_en=f"not a usable table ({type(table).__name__}): {error}",
        ) from error


def _column(source: pa.Table, column: Column, *, table: str) -> pa.ChunkedArray:
    found = source.schema.get_all_field_indices(column.name)
    if not found and not column.is_required:
        return pa.chunked_array([pa.nulls(source.num_rows, _EMPTY_TYPES[column.kind])])
    if len(found) != 1:
        raise BadTable(
            table=table,
            column=column.name,
            row=None,
            message_zh=f"应有且只有一列，实有 {len(found)} 列；现有列：{'、'.join(source.column_names)}",
            message_en=f"expected one such column, found {len(found)}; columns are {', '.join(source.column_names)}",
        )
    values = _NORMALISE[column.kind](_plain(source.column(found[0])), column, table)
    if values.null_count and not column.is_nullable:
        _refuse(values.is_null(), column, table, zh="为空", en="is null")
    if column.minimum is not None:
        low = pc.less(values, column.minimum)
        _refuse(low, column, table, zh=f"小于 {column.minimum:g}", en=f"is below {column.minimum:g}", values=values)
    if column.maximum is not None:
        high = pc.greater(values, column.maximum)
        _refuse(high, column, table, zh=f"大于 {column.maximum:g}", en=f"is above {column.maximum:g}", values=values)
    return values


def _plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Without dictionary encoding and in the ordinary string type: pandas and polars hand over the others."""
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_large_string(values.type) or pa.types.is_string_view(values.type):
        values = values.cast(pa.string())
    return values


def _ids(values: pa.ChunkedArray, column: Column, table: str) -> pa.ChunkedArray:
    if values.null_count == len(values):
        return pa.chunked_array([pa.nulls(len(values), pa.string())])
    if pa.types.is_floating(values.type):
        # pandas turns whole numbers with a gap into floats; anything with a fraction is no id.
        values = _without_nan(values)
        _refuse(pc.not_equal(values, pc.floor(values)), column, table, zh="不是编号", en="is no id", values=values)
        return values.cast(pa.int64())
    if pa.types.is_integer(values.type):
        return values.cast(pa.int64())
    if not pa.types.is_string(values.type):
        raise _wrong_type(values, column, table, zh="编号应为文本或整数", en="ids must be text or integers")
    return values


def _retyped(table: pa.Table, columns: Sequence[str], target: pa.DataType) -> pa.Table:
    for column in columns:
        if table.column(column).type != target:
            empty = pa.chunked_array([pa.nulls(table.num_rows, target)])
            table = table.set_column(table.schema.get_field_index(column), column, empty)
    return table


def _text(values: pa.ChunkedArray, column: Column, table: str) -> pa.ChunkedArray:
    return _ids(values, column, table).cast(pa.string())


def _numbers(values: pa.ChunkedArray, column: Column, table: str) -> pa.ChunkedArray:
    kind = values.type
    is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if not (is_number or pa.types.is_null(kind)):
        raise _wrong_type(values, column, table, zh="应为数字", en="must be numbers")
    numbers = _without_nan(values.cast(pa.float64(), safe=False))
    _refuse(pc.is_inf(numbers), column, table, zh="不是有限的数", en="is not finite", values=numbers)
    return numbers


def _flags(values: pa.ChunkedArray, column: Column, table: str) -> pa.ChunkedArray:
    if not (pa.types.is_boolean(values.type) or pa.types.is_null(values.type)):
        raise _wrong_type(values, column, table, zh="应为是或否", en="must be true or false")
    return values.cast(pa.bool_())


def _dates(values: pa.ChunkedArray, column: Column, table: str) -> pa.ChunkedArray:
    kind = values.type
    if pa.types.is_string(kind):
        try:
            return pc.strptime(values, format="%Y-%m-%d", unit="s").cast(pa.date32())
        except pa.ArrowInvalid as error:
            raise _wrong_type(values, column, table, zh="日期应写作 2026-03-01", en="dates read 2026-03-01") from error
    if not (pa.types.is_date(kind) or pa.types.is_timestamp(kind) or pa.types.is_null(kind)):
        raise _wrong_type(values, column, table, zh="应为日期", en="must be dates")
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        values = pc.local_timestamp(values)  # the day on the clock of its zone, not in Greenwich
    return values.cast(pa.date32(), safe=False)


def _without_nan(values: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.if_else(pc.is_nan(values), pa.scalar(None, values.type), values)


def _wrong_type(values: pa.ChunkedArray, column: Column, table: str, *, zh: str, en: str) -> BadTable:
    row = next((i for i, value in enumerate(values.to_pylist()) if value is not None), None)
    return BadTable(
        table=table,
        column=column.name,
        row=row,
        message_zh=f"{zh}，实为 {values.type}",
        message_en=f"{en}, found {values.type}",
    )


def _refuse(
    bad: pa.ChunkedArray, column: Column, table: str, *, zh: str, en: str, values: pa.ChunkedArray | None = None
) -> None:
    """Raise BadTable for the first row where `bad` is true."""
    row = pc.index(bad, value=True).as_py()
    if row < 0:
        return
    shown = "" if values is None else f" ({values[row].as_py():g})"
    raise BadTable(table=table, column=column.name, row=row, message_zh=f"{zh}{shown}", message_en=f"{en}{shown}")


_EMPTY_TYPES = {
    Kind.ID: pa.string(),
    Kind.TEXT: pa.string(),
    Kind.NUMBER: pa.float64(),
    Kind.FLAG: pa.bool_(),
    Kind.DATE: pa.date32(),
}
_NORMALISE = {Kind.ID: _ids, Kind.TEXT: _text, Kind.NUMBER: _numbers, Kind.FLAG: _flags, Kind.DATE: _dates}
