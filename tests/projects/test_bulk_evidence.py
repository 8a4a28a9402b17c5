"""Evidence for many projects in one act: those ticked in a list, and the rows of a sheet that was handed in."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lianzhang.intake import actions as intake
from lianzhang.intake.models import Batch
from lianzhang.projects.models import Project
from lianzhang.trail.models import Attachment, Proof
from tests.cast import Cast
from tests.intake.handing_in import NOON, hand_in, workbook
from tests.projects import scene

pytestmark = pytest.mark.django_db


def _zip(names: list[str]) -> SimpleUploadedFile:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, name.encode())
    return SimpleUploadedFile("佐证.zip", out.getvalue())


def _sheet(cast: Cast, folder: Path, *names: str) -> Batch:
    rows = [{"project_name": name, "investor": f"{name}公司", "chain": cast.chain_a.name_zh} for name in names]
    rows.append({"project_name": "没有产业链的项目", "investor": "别的公司", "chain": "没有这条链"})
    batch = hand_in(workbook("leads", {"leads": rows}, folder), ledger="leads", by=cast.clerk_a)
    return intake.apply(batch, plan=batch.plan, by=cast.clerk_a, now=NOON)


def _give(client: Client, url: str, *papers: SimpleUploadedFile, **said: Any) -> Any:
    return client.post(url, {"asked": "1", "kind": "permit", "papers": papers, **said})


def _ticked(client: Client, codes: list[str], *papers: SimpleUploadedFile, **said: Any) -> str:
    return str(_give(client, reverse("projects:evidence_many"), *papers, row=codes, **said).content.decode())


def test_one_file_is_evidence_for_many_ticked_projects_kept_once_and_every_row_says_what_was_done(
    cast: Cast, client: Client
) -> None:
    own = [scene.lead(cast, name=f"项目{n}", investor_name=f"公司{n}") for n in range(2)]
    foreign = scene.lead(cast, name="别链", investor_name="别链公司", chain=cast.chain_b, by=cast.clerk_b)
    client.force_login(cast.clerk_a)
    codes = [project.code for project in (*own, foreign)]
    asked = client.post(reverse("projects:evidence_many"), {"row": codes}).content.decode()
    assert 'enctype="multipart/form-data"' in asked, "or the browser sends no file"
    told = _ticked(client, codes, SimpleUploadedFile("许可.pdf", b"x"))
    assert "不在您可办理的范围" in told
    assert [Proof.objects.about(project).count() for project in (*own, foreign)] == [1, 1, 0]
    assert Attachment.objects.count() == 1


def test_a_zip_gives_each_project_the_files_under_its_code_or_name_and_what_is_nobodys_is_said(
    cast: Cast, client: Client
) -> None:
    first, second, third = (scene.lead(cast, name=f"项目{n}厂", investor_name=f"公司{n}") for n in "甲乙丙")
    client.force_login(cast.clerk_a)
    packed = _zip([f"照片/{first.code}-许可.pdf", f"{first.code}0-别的.pdf", "项目乙厂/扫描 1.pdf"])
    told = _ticked(client, [first.code, second.code, third.code], packed)
    assert f"zip 中没有以 {third.code}" in told
    assert f"{first.code}0-别的.pdf" in told
    assert Proof.objects.about(first).get().attachment.name == f"{first.code}-许可.pdf"
    assert Proof.objects.about(second).get().attachment.name == "扫描 1.pdf"
    assert not Proof.objects.about(third).exists()
    broken = _ticked(client, [first.code], SimpleUploadedFile("坏.zip", b"PK\x03\x04no"))
    assert "损坏或过大" in broken


def test_a_dated_kind_without_its_day_and_place_is_asked_for_once_and_leaves_no_file_behind(
    cast: Cast, client: Client
) -> None:
    project = scene.lead(cast)
    client.force_login(cast.clerk_a)
    told = _ticked(client, [project.code], SimpleUploadedFile("a.jpg", b"x"), kind="start_photo", place="某路")
    assert "须注明拍摄日期和地点" in told
    assert not Attachment.objects.exists()


def test_evidence_goes_to_the_rows_of_a_sheet_in_one_act_and_the_rows_that_refuse_are_named(
    cast: Cast, client: Client, tmp_path: Path
) -> None:
    batch = _sheet(cast, tmp_path, "一号厂", "二号厂", "三号厂")
    client.force_login(cast.clerk_a)
    url = reverse("projects:evidence_sheet", args=[batch.code])
    assert url in client.get(reverse("intake:batch", args=[batch.code])).content.decode()
    shown = client.get(url).content.decode()
    assert "没有产业链的项目" in shown
    Project.objects.filter(name="三号厂").update(chain=cast.chain_b)  # meanwhile it is another chain's
    photos = [SimpleUploadedFile("东侧.jpg", b"e"), SimpleUploadedFile("西侧.jpg", b"w")]
    said = {"kind": "start_photo", "taken_on": "2026-05-06", "place": "某路 1 号"}
    told = _give(client, url, *photos, **said).content.decode()
    assert "办好 2 行，未办 2 行" in told
    given = Proof.objects.select_related("attachment").order_by("subject_id", "pk")
    assert [(proof.attachment.name, proof.attachment.place) for proof in given] == [
        ("东侧.jpg", "某路 1 号"),
        ("西侧.jpg", "某路 1 号"),
    ] * 2
    assert not Proof.objects.about(Project.objects.get(name="三号厂")).exists()
    assert all(name in told for name in ("三号厂", "没有产业链的项目"))


def test_only_the_ticked_rows_of_a_sheet_get_it_and_another_chains_sheet_is_not_there(
    cast: Cast, client: Client, tmp_path: Path
) -> None:
    batch = _sheet(cast, tmp_path, "一号厂", "二号厂")
    url = reverse("projects:evidence_sheet", args=[batch.code])
    client.force_login(cast.clerk_a)
    row = batch.rows.get(subject_label="二号厂")
    _give(client, url, SimpleUploadedFile("许可.pdf", b"x"), row=[row.pk])
    assert [proof.subject_id for proof in Proof.objects.all()] == [str(Project.objects.get(name="二号厂").pk)]
    client.force_login(cast.clerk_b)
    assert client.get(url).status_code == 404
