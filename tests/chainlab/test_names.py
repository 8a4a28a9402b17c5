"""Enterprise names: one key for one spelling, and a name taken apart without guessing."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab import names


@pytest.mark.parametrize(
    "spelling",
    [
        "海尔智家(青岛)有限公司",
        "海尔智家（青岛）有限公司",
        "海爾智家（青島）有限公司",
        "海尔智家【青岛】有限公司",
        " 海尔 智家\u3000（青岛）有限公司\u200b",
        "海尔智家青岛\n有限公司",
        "海尔智家﹙青岛﹚有限公司",
    ],
)
def test_width_brackets_blanks_and_traditional_signs_make_no_difference(spelling: str) -> None:
    assert names.normalise(spelling) == "海尔智家青岛有限公司"


def test_letters_are_compared_without_case_or_width() -> None:
    assert names.normalise("ＴＣＬ科技") == names.normalise("tcl科技")


def test_names_that_differ_by_a_sign_have_different_keys() -> None:
    assert names.normalise("山东凯岳电力") != names.normalise("山东凯越电力")


@given(st.text(max_size=40))
def test_a_key_is_its_own_key_and_no_text_breaks_it(text: str) -> None:
    key = names.normalise(text)
    assert names.normalise(unicodedata.normalize("NFKC", text)) == key
    parts = names.split(text)
    assert len(parts.core) <= len(names.normalise(text)) + len(text)


@pytest.mark.parametrize(
    ("name", "region", "core", "industry", "form", "branch"),
    [
        ("青岛海尔空调器有限公司", "青岛", "海尔空调器", "", "有限公司", ""),
        ("青岛市海尔空调器有限公司", "青岛市", "海尔空调器", "", "有限公司", ""),
        ("海尔智家（青岛）有限公司", "青岛", "海尔智家", "", "有限公司", ""),
        ("山东省青岛市城阳区某某厂", "城阳区", "某某厂", "", "", ""),
        ("北京同益中新材料科技股份有限公司", "北京", "同益中新材料科技", "科技", "股份有限公司", ""),
        (
            "贝亚雷斯国际贸易（北京）有限公司山东聊城分公司",
            "北京",
            "贝亚雷斯国际贸易",
            "国际贸易",
            "有限公司",
            "山东聊城分公司",
        ),
        ("平安银行股份有限公司", "", "平安银行", "", "股份有限公司", ""),
        ("海尔", "", "海尔", "", "", ""),
        ("青岛", "", "青岛", "", "", ""),
        ("中国石油化工股份有限公司", "", "石油化工", "化工", "股份有限公司", ""),
    ],
)
def test_a_name_is_taken_apart(name: str, region: str, core: str, industry: str, form: str, branch: str) -> None:
    parts = names.split(name)
    assert (parts.region, parts.core, parts.industry, parts.form, parts.branch) == (
        region,
        core,
        industry,
        form,
        branch,
    )


def test_a_bare_county_name_is_taken_for_a_brand() -> None:
    assert names.split("平安科技有限公司").core == "平安科技"  # 平安 is a county as well


@pytest.mark.parametrize(
    ("name", "is_branch"),
    [
        ("海尔智家股份有限公司济南分公司", True),
        ("某某银行青岛支行", True),
        ("海尔智家股份有限公司", False),
        ("中国分公司研究院", False),
    ],
)
def test_a_branch_is_another_entity_than_its_parent(name: str, is_branch: bool) -> None:
    assert names.is_branch(name) is is_branch


def test_names_that_sound_the_same_have_one_sound() -> None:
    assert names.sound("凯岳") == names.sound("凯越")
    assert names.sound("海尔") != names.sound("海信")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("記憶體", "内存"),
        ("伺服器", "服务器"),
        ("嵌入式軟體", "嵌入式软件"),
        ("主/被動元件", "主/被动元件"),  # 元件 is said here too: 组件 would be another thing
        ("整合營造業", "整合营造业"),
        ("系統整合", "系统集成"),
        ("觸控面板", "触控面板"),
        ("磁碟儲存系統", "磁盘存储系统"),
        ("压缩机", "压缩机"),
    ],
)
def test_a_trade_is_called_as_the_mainland_calls_it(written: str, read: str) -> None:
    assert names.mainland(written) == read


def test_the_name_of_a_firm_is_simplified_and_keeps_its_words() -> None:
    assert names.simplified("台灣積體電路製造股份有限公司") == "台湾积体电路制造股份有限公司"
