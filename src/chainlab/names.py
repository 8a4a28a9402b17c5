"""Enterprise names made comparable: the exact key under which a name is found, and the parts a name is made of.

The key is for comparing only and never shown or stored in place of the name: conversion to simplified characters
changes real ones (乾安 → 干安).
"""

from __future__ import annotations

import dataclasses
import functools
import re
import unicodedata
from typing import Any

from chainlab import places

# Zero-width signs, soft hyphen, BOM and line breaks are how a name copied out of a web page differs from itself.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff]")
_SEPARATORS = re.compile(r"[\s\-‐-―_·•・.,，。、;；:：'\"“”‘’/\\|()\[\]{}<>《》〈〉【】（）*#]")
_BRACKETED = re.compile(r"[(（\[【〔]([^()（）\[\]【】〔〕]{1,12})[)）\]】〕]")
_FORM = re.compile(
    r"(?:股份有限责任公司|集团股份有限公司|股份有限公司|有限责任公司|集团有限公司|有限公司|股份公司|集团公司|总公司|公司|集团"
    r"|有限合伙|普通合伙|合伙企业|个人独资企业|合作社|联合社)$"
)
_BRANCH = re.compile(
    r"(?<=公司|集团)(.{0,12}?(?:分公司|分厂|分行|支行|营业部|办事处|分店|经营部|门市部|项目部|分部))$|"
    r"((?:分公司|分厂|分行|支行|营业部|办事处|分店|门市部))$"
)
_INDUSTRY = re.compile(
    r"(?:信息技术|电子科技|生物科技|新材料|新能源|精密机械|机械制造|物联网|供应链管理|电子商务|国际贸易|进出口贸易|房地产开发|建筑工程|环保科技"
    r"|电器|电子|科技|技术|机械|制造|装备|设备|实业|工业|贸易|商贸|投资|控股|咨询|服务|建材|材料|化工|食品|药业|医药|纺织|服装|家具|物流|运输"
    r"|置业|建设|工程|能源|电力|汽车|零部件|管理|文化|传媒|包装|印刷|塑胶|塑料|五金|模具|制品)$"
)


@dataclasses.dataclass(frozen=True, slots=True)
class Parts:
    """A name taken apart. What is not recognised stays in `core`; nothing is guessed."""

    region: str = ""  # 青岛, as written at the head or in brackets
    region_code: str = ""  # its division code
    core: str = ""  # what short names share: 海尔空调器
    industry: str = ""  # the trade at the end of the core, if it is one of the usual words
    form: str = ""  # 有限公司, 股份有限公司 …
    branch: str = ""  # 济南分公司


@functools.cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


def simplified(text: str) -> str:
    """The text in simplified signs, otherwise as it is."""
    return text if text.isascii() else str(_converter().convert(text))


# What OpenCC would turn although the mainland says it too, or turns into another thing: 被動元件 is no 组件.
_OWN_WORDS = {
    "元件": "元件",
    "查詢": "查询",
    "儲存": "存储",
    "觸控": "触控",
    "介面卡": "接口卡",
    "整合": "整合",
    "系統整合": "系统集成",
}
_OWN_WORD = re.compile(f"({'|'.join(sorted(_OWN_WORDS, key=len, reverse=True))})")


@functools.cache
def _phrases() -> Any:
    from opencc import OpenCC

    return OpenCC("tw2sp")


def mainland(text: str) -> str:
    """A trade's words as the mainland says them: 記憶體 → 内存, 伺服器 → 服务器. Not for the names of firms, which stay
    what they are registered as."""
    parts = _OWN_WORD.split(text)
    return "".join(_OWN_WORDS.get(part) or str(_phrases().convert(part)) for part in parts)


@functools.lru_cache(maxsize=200_000)
def normalise(name: str) -> str:
    """The exact key of a name: full width, traditional signs, brackets, blanks and letter case make no difference.

    `normalise("海爾智家（青島）") == normalise("海尔智家(青岛)")`. Two names with one key are written alike, not merely
    similar.
    """
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", name))
    text = _SEPARATORS.sub("", text).casefold()
    return str(_converter().convert(text)) if not text.isascii() else text


key = normalise


@functools.lru_cache(maxsize=200_000)
def split(name: str) -> Parts:
    """Region, core, industry, legal form and branch of a registered name; parts that are not there are empty."""
    written = str(_converter().convert(_INVISIBLE.sub("", unicodedata.normalize("NFKC", name))))
    inner = next((code for text in _BRACKETED.findall(written) if (code := _place_code(text))), "")
    inner_name = next((text for text in _BRACKETED.findall(written) if _place_code(text)), "")
    text = normalise(_BRACKETED.sub(lambda match: "" if _place_code(match[1]) else match[0], written))
    found = _BRANCH.search(text)
    branch = (found[1] or found[2]) if found else ""
    text = text.removesuffix(branch)
    form_found = _FORM.search(text)
    form = form_found[0] if form_found else ""
    text = text.removesuffix(form)
    region, code, core = _head(text)
    industry_found = _INDUSTRY.search(core)
    industry = industry_found[0] if industry_found and len(core) - len(industry_found[0]) >= 2 else ""
    return Parts(region or inner_name, code or inner, core, industry, form, branch)


def core(name: str) -> str:
    """What is left of a name without place, legal form and branch: 青岛海尔空调器有限公司 → 海尔空调器."""
    return split(name).core


def is_branch(name: str) -> bool:
    """Whether the name is that of a branch (分公司, 营业部 …): another entity than its parent."""
    return bool(split(name).branch)


def place(name: str) -> str:
    """The place a name names, without its tail 省 市 区: 青岛, or nothing."""
    region = split(name).region
    return places.bare(region) if region else ""


@functools.lru_cache(maxsize=200_000)
def sound(text: str) -> tuple[str, ...]:
    """The pinyin of each sign without tones: what a name sounds like when dictated."""
    return tuple(_syllable(sign) for sign in text)


@functools.lru_cache(maxsize=30_000)
def _syllable(sign: str) -> str:
    from pypinyin import lazy_pinyin

    return str(lazy_pinyin(sign)[0])


def _place_code(text: str) -> str:
    return places.heads().get(normalise(text), "")


def _head(text: str) -> tuple[str, str, str]:
    """The place at the head, its code and the rest; 山东青岛海尔 gives the lower place. Two signs must be left."""
    region, code, rest = "", "", text.removeprefix("中国") if len(text) > 4 else text
    while True:
        head = next((rest[:size] for size in range(min(9, len(rest) - 2), 1, -1) if rest[:size] in places.heads()), "")
        found = places.heads().get(head, "")
        if not head or (code and not places.agree(code, found)):
            return region, code, rest
        region, code, rest = head, found, rest.removeprefix(head)
        for tail in ("省", "市"):
            rest = rest.removeprefix(tail) if len(rest) > 3 else rest
