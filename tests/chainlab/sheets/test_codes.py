"""Credit codes and division codes. Oracle for the check character: python-stdnum."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc as standard

from chainlab import places
from chainlab.sheets import codes

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
BODIES = st.tuples(st.text("0123456789", min_size=8, max_size=8), st.text(ALPHABET, min_size=9, max_size=9))


def made(body: tuple[str, str]) -> str:
    return "".join(body) + standard.calc_check_digit("".join(body))


def refusal_of(text: str) -> str:
    with pytest.raises(codes.Wrong) as refusal:
        codes.uscc(text)
    return refusal.value.code


@given(BODIES)
def test_spaces_case_and_width_of_a_credit_code_are_put_right(body: tuple[str, str]) -> None:
    code = made(body)
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
    assert codes.uscc(f" {code[:6].lower()} {code[6:].lower()}") == code
    assert codes.uscc(wide) == code


@given(BODIES, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_a_changed_sign_is_never_accepted_as_it_stands(body: tuple[str, str], at: int, sign: str) -> None:
    code = made(body)
    wrong = code[:at] + sign + code[at + 1 :]
    if standard.is_valid(wrong):
        assert codes.uscc(wrong) == wrong
    else:
        assert refusal_of(wrong) == "uscc_checksum"


def test_a_letter_o_is_pointed_at_and_not_made_a_zero() -> None:
    assert refusal_of("9137O200MA00000015") == "uscc_letters"


@pytest.mark.parametrize("old", ["370829200007029", "73928252-8"])
def test_an_old_number_is_named_as_such(old: str) -> None:
    assert refusal_of(old) == "uscc_old_number"


def test_a_code_too_short_gives_its_length() -> None:
    assert refusal_of("9137") == "uscc_length"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("370214", "370214"),
        ("3702", "370200"),
        ("37", "370000"),
        ("青岛", "370200"),
        ("青岛市", "370200"),
        ("青岛市城阳区", "370214"),
        ("山东省青岛市城阳区", "370214"),
        ("山东青岛城阳", "370214"),
        ("山东省 / 青岛市 / 胶州市", "370281"),
        ("城阳区", "370214"),
        ("浙江嘉兴", "330400"),
        ("北京", "110000"),
        ("北京市朝阳区", "110105"),
        ("佛山市顺德区", "440606"),
        ("重庆", "500000"),
        ("境外", "000000"),
    ],
)
def test_a_place_is_its_division_code(text: str, code: str) -> None:
    assert codes.region(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("市中区", "region_ambiguous"),
        ("朝阳区", "region_ambiguous"),
        ("高新区", "region_unknown"),
        ("胶南市", "region_former"),
        ("青岛市胶南市", "region_former"),
        ("茌平县", "region_former"),
        ("999999", "region_unknown"),
        ("火星", "region_unknown"),
    ],
)
def test_a_place_that_is_several_or_none_is_asked_for(text: str, code: str) -> None:
    with pytest.raises(codes.Wrong) as refusal:
        codes.region(text)
    assert refusal.value.code == code


def test_every_division_is_found_by_its_full_path() -> None:
    known = places.names()
    wrong = []
    for code, name in known.items():
        if not code.endswith("00") and code[2:4] != "00" and f"{code[:4]}00" in known and "直辖" not in name:
            path = known[f"{code[:2]}0000"] + known[f"{code[:4]}00"] + name
            if code not in places.codes_named(path):
                wrong.append((code, path))
    assert len(known) > 3_000
    assert [entry for entry in wrong if "市辖区" not in entry[1]] == []


@pytest.mark.parametrize(
    ("one", "other", "agrees"),
    [
        ("370000", "370214", True),
        ("370200", "370214", True),
        ("370202", "370214", False),
        ("330400", "370200", False),
        ("3702", "370214", True),
    ],
)
def test_a_place_agrees_with_what_it_lies_in(one: str, other: str, agrees: bool) -> None:
    assert places.agree(one, other) is agrees
    assert places.agree(other, one) is agrees


def test_a_place_of_the_example_says_that_it_is_one_and_stands_in_no_real_province():
    assert places.name_of("990201") == "示例邻市甲区"
    assert all(name.startswith("示例") and code.startswith("99") for code, name in places.INVENTED.items())
    assert places.codes_named("示例邻市甲区") == {"990201"}
    assert not [code for code in places.names() if code.startswith("9") and code not in places.INVENTED]
