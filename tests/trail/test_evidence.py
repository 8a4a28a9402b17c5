"""Evidence is kept whole or not at all, once by its content, and on its own it is its uploader's."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lianzhang.trail import evidence
from lianzhang.trail.models import Attachment, Proof
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    settings.LIANZHANG_HOME = tmp_path
    return tmp_path


def kept_files(home: Path) -> list[Path]:
    return [path for path in (home / "files").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("核准文件.pdf", b"", "核准文件.pdf 是空文件"),
        ("现场.jpg", b"x" * 1001, "现场.jpg 超过 50 MB"),
        ("工具.exe", b"MZ", "不接收此类文件：工具.exe"),
    ],
)
def test_a_file_that_proves_nothing_is_refused_and_leaves_nothing(
    cast: Cast, home: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, said: str
) -> None:
    monkeypatch.setattr(evidence, "MAX_BYTES", 1000)
    with pytest.raises(evidence.RefusedFile, match=said):
        evidence.keep(SimpleUploadedFile(name, content), kind="approval", by=cast.clerk_a)
    assert kept_files(home) == []
    assert not Attachment.objects.exists()


def test_the_same_file_twice_is_kept_once_for_its_owner_only(cast: Cast, home: Path) -> None:
    for person in (cast.clerk_a, cast.clerk_b):
        evidence.keep(SimpleUploadedFile("批复.pdf", b"approved"), kind="approval", by=person)
    (path,) = kept_files(home)
    assert path.stat().st_mode & 0o777 == 0o600
    assert Attachment.objects.count() == 2


def test_a_file_and_what_it_proves_are_by_themselves_their_uploaders(cast: Cast) -> None:
    file = evidence.keep(SimpleUploadedFile("批复.pdf", b"approved"), kind="approval", by=cast.clerk_a)
    evidence.attach(file, to=cast.chain_a, purpose="approval", by=cast.clerk_a)
    for model in (Attachment, Proof):
        seen = {name for name, person in cast.people.items() if model.objects.visible_to(person).exists()}
        assert seen == {name for name, person in cast.people.items() if person.pk == cast.clerk_a.pk}
        assert not model.objects.editable_by(cast.secretary).exists()
