"""通讯录: the address list, the one ledger of an app that lies below the intake: bodies, people and their posts."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

from chainlab import names
from lianzhang.accounts import actions
from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Appointment, Body, Person
from lianzhang.accounts.rules import POSTS_OF, Act, BodyKind, Post, Thing
from lianzhang.intake import recording
from lianzhang.intake.columns import Column, Desk, Kept, Refusal, Shown
from lianzhang.intake.declared import DeclaredLedger, Sheet
from lianzhang.intake.models import Batch
from lianzhang.intake.protocol import Incoming
from lianzhang.intake.writing import Writing
from lianzhang.trail import queries as trail
from lianzhang.trail.queries import Moved

OF_PERSON = ("title", "phone", "email")  # attributes of the person that a row of a post may change
PERSON = "person:"
TECHNICAL = (Post.SECURITY_ADMIN, Post.SYSTEM_ADMIN)


class Beside(Column):
    """Something about the person, not about the post."""

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:
        return {PERSON + name: said or "" for name, said in super().take(value, row=row, desk=desk).items()}

    def give(self, record: Any, *, desk: Desk) -> Any:  # noqa: ARG002
        return getattr(record.person, self.attr) or None


class PostSheet(Sheet):
    """一人一职一行: found by account (or by name in the body), body and post."""

    def fill(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> None:
        body = self._body(row, desk=desk)
        taken["body_id"] = body.pk
        if row.values["post"] not in POSTS_OF[BodyKind(body.kind)]:
            raise Refusal(
                f"“{body.name_zh}”不设“{Post(row.values['post']).label}”。",
                f"“{body.name_zh}” has no such post.",
                field="post",
            )
        if not taken.get("starts_on"):
            taken.pop("starts_on", None)
        person = self._person(row, body=body, desk=desk)
        if person is not None:
            taken["person_id"] = person.pk
        if person is not None and names.normalise(person.name) != names.normalise(str(row.values["name"])):
            raise Refusal(
                f"账号“{person.username}”是“{person.name}”，与本行姓名不符。",
                f"Account “{person.username}” belongs to “{person.name}”.",
                field="account",
                code="contradiction",
            )
        taken["new:name"], taken["new:account"] = str(row.values["name"]), str(row.values.get("account") or "")

    def _body(self, row: Incoming, *, desk: Desk) -> Body:
        known: dict[str, Body] = desk.once(
            "body records", lambda: {names.normalise(b.name_zh): b for b in Body.objects.filter(is_active=True)}
        )
        found = known.get(names.normalise(str(row.values["body"])))
        if found is None:
            raise Refusal(
                f"系统中没有名为“{row.values['body']}”的机构，请先在机构人员中新建。",
                f"There is no body called “{row.values['body']}”; enter it first.",
                field="body",
                code="unknown_reference",
            )
        return found

    def _person(self, row: Incoming, *, body: Body, desk: Desk) -> Person | None:
        people: list[Person] = desk.once("people", lambda: list(Person.objects.all()))
        account = row.values.get("account")
        if account:
            return next((person for person in people if person.username == str(account)), None)
        held: dict[int, set[int]] = desk.once("held", _held)
        same = [
            person
            for person in people
            if names.normalise(person.name) == names.normalise(str(row.values["name"]))
            and body.pk in held.get(person.pk, set())
        ]
        return same[0] if len(same) == 1 else None

    def find(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> Any | None:  # noqa: ARG002
        if "person_id" not in taken:
            return None
        posts = [
            post
            for post in desk.once("posts", lambda: list(Appointment.objects.select_related("person", "body")))
            if (post.person_id, post.body_id, post.post) == (taken["person_id"], taken["body_id"], taken["post"])
        ]
        exact = [post for post in posts if post.starts_on == taken.get("starts_on")]
        open_ones = [post for post in posts if post.ends_on is None]
        found = next(iter(exact or (open_ones if "starts_on" not in taken else [])), None)
        if found is not None:
            taken.pop("new:name")
            taken.pop("new:account")
        elif "starts_on" not in taken:
            raise _no_start()
        elif held := next((post for post in posts if _overlap(post, taken)), None):
            raise Refusal(
                f"系统中该任职自 {held.starts_on} 起，与本行任职日期不一致；请改成一致，或先办理离任。",
                f"This post is on record from {held.starts_on}: give the same day, or end that post first.",
                field="from_on",
                code="contradiction",
            )
        return found

    def take(self, row: Incoming, *, desk: Desk) -> dict[str, Any]:
        taken = super().take(row, desk=desk)
        if "person_id" not in taken and "starts_on" not in taken:
            raise _no_start()
        return taken

    def may_create(self, taken: Mapping[str, Any], *, desk: Desk) -> bool:
        is_oneself = taken.get("person_id") == desk.by.pk
        return desk.by.reach.may(Act.WRITE, Thing.PEOPLE) and not is_oneself

    def label(self, taken: Mapping[str, Any], *, record: Any | None, row: Incoming) -> str:  # noqa: ARG002
        return " ".join(row.raw.get(key, "") for key in ("name", "body", "post"))

    def create(self, taken: dict[str, Any], *, desk: Desk, batch: Batch) -> Any | None:
        person = self._entered(taken, desk=desk, batch=batch)
        try:
            return actions.appoint(
                person=person,
                body=Body.objects.get(pk=taken["body_id"]),
                post=taken["post"],
                starts_on=taken["starts_on"],
                ends_on=taken.get("ends_on"),
                by=desk.by,
            )
        except Refused as refused:
            raise Refused(f"{person.name}：{refused.reason}") from refused

    def _entered(self, taken: Mapping[str, Any], *, desk: Desk, batch: Batch) -> Person:
        """The person of a new post: known, entered by an earlier row of this workbook, or entered now."""
        if taken.get("person_id"):
            known: Person = Person.objects.get(pk=taken["person_id"])
            return known
        made: dict[tuple[str, int], Person] = desk.drawer.setdefault("made people", {})
        account = taken.get("new:account") or ""
        place = (account or str(taken["new:name"]), 0 if account else int(taken["body_id"]))
        if place not in made:
            username = account or f"{batch.code.lower()}-{len(made) + 1}"
            made[place] = actions.register(username=username, name=str(taken["new:name"]), by=desk.by)
        return made[place]

    def attributes(self, record: Any, *, desk: Desk) -> dict[str, Any]:
        beside = {PERSON + name: getattr(record.person, name) for name in OF_PERSON}
        return {**super().attributes(record, desk=desk), **beside}

    def settle(self, record: Any, values: Mapping[str, Any], *, desk: Desk, writing: Writing) -> None:
        super().settle(record, values, desk=desk, writing=writing)
        said = {n.removeprefix(PERSON): v or "" for n, v in values.items() if n.startswith(PERSON)}
        if said:
            person = Person.objects.get(pk=record.person_id)
            changes = {name: value for name, value in said.items() if getattr(person, name) != value}
            writing.change(person, verb="person.imported", changes=changes)

    def withdraw(self, record: Any, made: Mapping[str, Any], *, writing: Writing) -> None:
        """A person entered for this post alone goes with it; somebody who holds another post or acted stays."""
        person = Person.objects.filter(pk=record.person_id, last_login=None).first()
        if person is not None and "person_id" not in made and not recording.in_use(person, besides=()):
            writing.remove(person, verb="person.import_undone")

    def elsewhere(self, ids: Collection[str], *, since: int, desk: Desk) -> Iterable[tuple[str, str, Any, Moved]]:
        """What is kept with the person has the person's trail."""
        posts: list[Appointment] = desk.once(
            "posts", lambda: list(Appointment.objects.select_related("person", "body"))
        )
        held: dict[str, list[str]] = {}
        for post in posts:
            if str(post.pk) in ids:
                held.setdefault(str(post.person_id), []).append(str(post.pk))
        for event in trail.moved(Person, held, since=since):
            for name in event.before.keys() & set(OF_PERSON):
                for pk in held[event.subject_id]:
                    yield pk, PERSON + name, event.before[name], event

    def of_ledger(self, found: Any) -> Any:
        # Technical administrators are appointed by two people in the system and stand in no address list.
        return found.exclude(post__in=TECHNICAL).select_related("person", "body")

    def records(self, *, desk: Desk) -> Iterable[Any]:
        found: QuerySet[Appointment] = self.of_ledger(Appointment.objects.visible_to(desk.by))
        return found.order_by("body__name_zh", "person__name", "pk")


def _overlap(post: Appointment, taken: Mapping[str, Any]) -> bool:
    """Whether a post on record and a row mean the same post on some same day."""
    first, last = taken["starts_on"], taken.get("ends_on")
    return (post.ends_on is None or post.ends_on >= first) and (last is None or post.starts_on <= last)


def _held() -> dict[int, set[int]]:
    held: dict[int, set[int]] = {}
    for person_id, body_id in Appointment.objects.values_list("person_id", "body_id"):
        held.setdefault(person_id, set()).add(body_id)
    return held


def _no_start() -> Refusal:
    return Refusal("新的任职须填任职日期。", "A new post needs its first day.", field="from_on", code="required")


ADDRESS_LIST = DeclaredLedger(
    key="address_list",
    thing=Thing.PEOPLE,
    sheets=(
        PostSheet(
            invented="person__is_illustrative",
            key="people",
            model=Appointment,
            noun="appointment",
            code_field=None,
            natural=("person_id", "new:name", "body_id", "post", "starts_on"),
            columns=(
                Shown("name", "person", shown=lambda record: record.person.name),
                Shown("account", "person", shown=lambda record: record.person.username),
                Shown("body", "body", shown=lambda record: record.body.name_zh),
                Shown("body_kind", "body", shown=lambda record: record.body.kind),
                Column("post", "post"),
                Kept("chain"),
                Shown("region_code", "body", shown=lambda record: record.body.region_code or None),
                Beside("title", "title"),
                Beside("mobile", "phone"),
                Kept("phone"),
                Beside("email", "email"),
                Column("from_on", "starts_on"),
                Column("to_on", "ends_on"),
                Kept("remark"),
            ),
        ),
    ),
)
