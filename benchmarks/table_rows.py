"""What a list page costs: 50 rows × 12 columns as HTML by `tables.html`, beside the same markup from a Django template.

Run `python benchmarks/table_rows.py`. Both sides write the same cells; the outputs are compared before timing.
"""

import json
import os
import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianzhang.config.settings_test")

import django

django.setup()

from django.template import engines  # noqa: E402

from lianzhang import tables  # noqa: E402
from lianzhang.tables import html, values  # noqa: E402

COLUMNS, ROWS, ROUNDS = 12, 50, 60
PEER = """{% for row in rows %}<tr data-id="{{ row.pk }}"><th scope="row" class="t">{{ row.name }}</th>{% for cell in row.cells %}<td class="n">{% if cell is None %}<abbr class="blank" title="未填">—</abbr>{% else %}{{ cell }}{% endif %}</td>{% endfor %}</tr>{% endfor %}"""  # noqa: E501


@dataclass
class Line:
    """A row of figures; the peer gets them already written, which is to its advantage."""

    pk: int
    name: str
    figures: list[Decimal | None]

    @property
    def cells(self) -> list[str | None]:
        return [None if figure is None else values.plain(figure, "wan") for figure in self.figures]


def column(number: int) -> tables.Column:
    return tables.Column(f"c{number}_wan", "额", lambda row: row.figures[number], kind="wan")


def timed(work: Callable[[], object]) -> float:
    spent = []
    for _ in range(ROUNDS):
        began = time.thread_time()
        work()
        spent.append(time.thread_time() - began)
    return statistics.median(spent) * 1000


def main() -> None:
    rows = [
        Line(n, f"示例<{n}>", [None if (n + c) % 9 == 0 else Decimal(n * 1000 + c) / 8 for c in range(COLUMNS - 1)])
        for n in range(ROWS)
    ]
    table = tables.TableSpec(
        key="bench",
        title="表",
        columns=(tables.Column("name", "名称", lambda row: row.name), *(column(c) for c in range(COLUMNS - 1))),
    )
    template = engines["django"].from_string(PEER)
    ours = html.rows(table, table.columns, rows)
    peers = template.render({"rows": rows})
    if re.sub(r"\s+", "", ours) != re.sub(r"\s+", "", peers):
        raise SystemExit("the two sides write different markup")
    result = {
        "rows": ROWS,
        "columns": COLUMNS,
        "ours_ms": round(timed(lambda: html.rows(table, table.columns, rows)), 2),
        "django_template_ms": round(timed(lambda: template.render({"rows": rows})), 2),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
