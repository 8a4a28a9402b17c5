"""Every word on screen has its English, and the binary catalogue is the one the text says."""

import gettext
import io
import shutil
import subprocess
from pathlib import Path

import pytest

from scripts import catalogue, messages

PAGE = """{% load i18n %}
<p>{% translate "逾期" %} {% translate "延" context "map" %} {{ _("项目")|upper }}</p>
{% blocktranslate count n=late|length with name=chain.name trimmed %}
  {{ name }} 有 {{ n }} 项{% plural %}{{ name }} 共 {{ n }} 项
{% endblocktranslate %}"""
MODULE = '''"""A."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy, ngettext, pgettext

LABEL = gettext_lazy("联系人")
ADVICE = _("第 %(row)s 行缺少" "名称")
COUNT = ngettext("%(n)s 家", "%(n)s 家企业", 2)
WORD = pgettext("post", "链长")
COMPUTED = _(LABEL)
AT_ONCE = _now("今天到期")
'''


def test_every_message_has_its_english_and_the_binary_is_current(root: Path) -> None:
    assert messages.complaints(root) == []


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A little checkout with one page and one module, collected and translated."""
    package = tmp_path / "src" / "lianzhang"
    (package / "web").mkdir(parents=True)
    (package / "web" / "page.html").write_text(PAGE)
    (package / "labels.py").write_text(MODULE)
    messages.collect(tmp_path, others=[])
    po = tmp_path / messages.LOCALE / "django.po"
    known = catalogue.read(po)
    for key, entry in known.items():
        values = " ".join(catalogue.PLACEHOLDER.findall(key.message))
        entry.texts = [f"English {number} {values}" for number in range(2 if key.plural else 1)]
    catalogue.write(known, po, language="en")
    messages.collect(tmp_path, others=[])
    return tmp_path


def test_messages_are_found_in_pages_and_modules(tree: Path) -> None:
    found = catalogue.read(tree / messages.LOCALE / "django.po")
    assert set(found) == {
        catalogue.Key("逾期"),
        catalogue.Key("延", context="map"),
        catalogue.Key("项目"),
        catalogue.Key("%(name)s 有 %(n)s 项", plural="%(name)s 共 %(n)s 项"),
        catalogue.Key("联系人"),
        catalogue.Key("今天到期"),
        catalogue.Key("第 %(row)s 行缺少名称"),
        catalogue.Key("%(n)s 家", plural="%(n)s 家企业"),
        catalogue.Key("链长", context="post"),
    }


def test_a_translated_tree_is_in_order(tree: Path) -> None:
    assert messages.complaints(tree) == []


def test_a_message_without_english_is_found(tree: Path) -> None:
    (tree / "src" / "lianzhang" / "web" / "new.html").write_text('{% load i18n %}{% translate "督办" %}')
    assert messages.complaints(tree) == ["lianzhang/web/new.html: '督办' has no English"]
    messages.collect(tree, others=[])
    assert messages.complaints(tree) == ["lianzhang/web/new.html: '督办' has no English"]


def test_a_message_nobody_uses_any_more_is_found(tree: Path) -> None:
    (tree / "src" / "lianzhang" / "labels.py").write_text(MODULE.replace("联系人", "联络人"))
    assert any("'联系人' is used nowhere" in complaint for complaint in messages.complaints(tree))


def test_a_translation_that_loses_a_value_is_found(tree: Path) -> None:
    po = tree / messages.LOCALE / "django.po"
    po.write_text(po.read_text().replace("English 0 %(row)s", "English 0"))
    [lost, stale] = messages.complaints(tree)
    assert "does not carry the same values" in lost
    assert "django.mo is not what" in stale


def test_a_translation_whose_percent_sign_is_no_value_is_found(tree: Path) -> None:
    po = tree / messages.LOCALE / "django.po"
    po.write_text(po.read_text().replace("English 0 %(row)s", "English 80 % of %(row)s"))
    assert any("is to be written %%" in complaint for complaint in messages.complaints(tree))
    po.write_text(po.read_text().replace("80 % of", "80 %% of"))
    assert not any("is to be written %%" in complaint for complaint in messages.complaints(tree))


def test_a_stale_or_missing_binary_is_found(tree: Path) -> None:
    (tree / messages.LOCALE / "django.mo").unlink()
    [complaint] = messages.complaints(tree)
    assert "django.mo" in complaint


def test_a_fuzzy_translation_counts_as_none(tree: Path) -> None:
    po = tree / messages.LOCALE / "django.po"
    po.write_text(po.read_text().replace('msgid "逾期"', '#, fuzzy\nmsgid "逾期"'))
    assert any("'逾期' has no English" in complaint for complaint in messages.complaints(tree))


def test_a_tree_without_a_catalogue_is_found(tmp_path: Path) -> None:
    assert messages.complaints(tmp_path) == [f"{messages.LOCALE}/django.po is missing: make messages"]


def test_translations_are_taken_from_elsewhere_and_never_overwrite(tree: Path, tmp_path: Path) -> None:
    (tree / "src" / "lianzhang" / "web" / "new.html").write_text('{% load i18n %}{% translate "督办" %}')
    other = tmp_path / "other.po"
    other.write_text('msgid "督办"\nmsgstr "Supervision"\n\nmsgid "逾期"\nmsgstr "Late"\n')
    messages.collect(tree, others=[other])
    found = catalogue.read(tree / messages.LOCALE / "django.po")
    assert found[catalogue.Key("督办")].texts == ["Supervision"]
    assert found[catalogue.Key("逾期")].texts != ["Late"]


def test_what_is_compiled_is_what_gettext_reads(tree: Path) -> None:
    compiled = gettext.GNUTranslations(io.BytesIO((tree / messages.LOCALE / "django.mo").read_bytes()))
    assert compiled.gettext("联系人").strip() == "English 0"
    assert compiled.pgettext("map", "延").strip() == "English 0"
    assert compiled.ngettext("%(n)s 家", "%(n)s 家企业", 1) == "English 0 %(n)s"
    assert compiled.ngettext("%(n)s 家", "%(n)s 家企业", 2) == "English 1 %(n)s"
    assert compiled.gettext("从未有过") == "从未有过"


@pytest.mark.skipif(shutil.which("msgfmt") is None, reason="an oracle only where gettext's own tools are")
def test_gettexts_own_compiler_agrees(tree: Path, tmp_path: Path) -> None:
    po, mo = tree / messages.LOCALE / "django.po", tmp_path / "oracle.mo"
    subprocess.run(["msgfmt", "--check-format", "-o", mo, po], check=True)
    theirs = gettext.GNUTranslations(io.BytesIO(mo.read_bytes()))
    ours = gettext.GNUTranslations(io.BytesIO((tree / messages.LOCALE / "django.mo").read_bytes()))
    assert ours._catalog == theirs._catalog  # type: ignore[attr-defined]


def test_quotes_newlines_and_backslashes_survive(tmp_path: Path) -> None:
    key = catalogue.Key('他说“a"b”\n第二行\\路径\t制表')
    written = {key: catalogue.Entry(key, ['he said "x"\nsecond\\path\ttab'])}
    catalogue.write(written, tmp_path / "a.po", language="en")
    assert catalogue.read(tmp_path / "a.po")[key].texts == written[key].texts
