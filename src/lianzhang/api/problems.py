"""Errors as problem details (RFC 9457): what is wrong, in which field, never a page and never a trace."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, AuthorizationError, HttpError, ValidationError

from lianzhang.accounts.actions import Refused
from lianzhang.projects.actions import GateClosed
from lianzhang.records.models import Stale
from lianzhang.trail.evidence import RefusedFile

TYPE = "application/problem+json"


class FieldError(Schema):
    """One field and what is wrong with it."""

    field: str
    message: str


class Problem(Schema):
    """What every answer of 400 and above looks like."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    errors: list[FieldError] = []


class BadRequest(Exception):
    """The request cannot be understood; `errors` names the fields."""

    def __init__(self, detail: str, *, errors: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors


def answer(
    status: int, title: str, *, detail: str = "", errors: Sequence[tuple[str, str]] = (), **more: Any
) -> HttpResponse:
    """A problem as a response."""
    said = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "errors": [{"field": field, "message": message} for field, message in errors],
        **more,
    }
    return JsonResponse(said, status=status, content_type=TYPE, json_dumps_params={"ensure_ascii": False})


class Plain:
    """Middleware: what no operation answers (no such path, no such method, a failure) is a problem too, no page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = "json" not in response.headers.get("Content-Type", "")
        if response.status_code < 400 or not is_page or not request.path.startswith("/api/"):
            return response
        titles = {404: _("没有这个接口地址"), 405: _("这个地址不接受此方法")}
        detail = _("地址末尾不带斜杠。") if request.path.endswith("/") else ""
        title = titles.get(response.status_code, _("这一步没有完成"))
        said = answer(response.status_code, title, detail=detail if response.status_code == 404 else "")
        if "Allow" in response.headers:
            said.headers["Allow"] = response.headers["Allow"]
        return said


def register(api: NinjaAPI) -> None:
    """Put every kind of refusal into this shape."""
    handlers: list[tuple[type[Exception], Any]] = [
        (ValidationError, _invalid),
        (BadRequest, _bad),
        (AuthenticationError, _unknown),
        (AuthorizationError, _unknown),
        (HttpError, _http),
        (Http404, _missing),
        (GateClosed, _gate),
        (Refused, _refused),
        (RefusedFile, _refused),
        (Stale, _stale),
    ]
    for kind, handler in handlers:
        api.add_exception_handler(kind, handler)


def _invalid(_request: HttpRequest, problem: ValidationError) -> HttpResponse:
    errors = [(_place(error["loc"]), str(error["msg"])) for error in problem.errors]
    return answer(422, _("提交的内容有误"), errors=errors)


def _place(loc: Sequence[Any]) -> str:
    # pydantic says ("body", "asked", "due_on"); the sender knows due_on.
    return ".".join(str(part) for part in loc if part not in {"body", "query", "path", "form", "asked", "sent"})


def _bad(_request: HttpRequest, problem: BadRequest) -> HttpResponse:
    return answer(422, _("提交的内容有误"), detail=problem.detail, errors=problem.errors)


def _unknown(_request: HttpRequest, _problem: Exception) -> HttpResponse:
    response = answer(401, _("需要有效的令牌"), detail=_("请在请求头中写 Authorization: Bearer 和令牌。"))
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _http(_request: HttpRequest, problem: HttpError) -> HttpResponse:
    return answer(problem.status_code, str(problem))


def _missing(_request: HttpRequest, _problem: Http404) -> HttpResponse:
    return answer(404, _("没有这条记录"))


def _gate(_request: HttpRequest, problem: GateClosed) -> HttpResponse:
    errors = [(name, _("本阶段必填")) for name in problem.missing]
    errors += [("evidence", kind) for kind in problem.evidence]
    return answer(422, _("这一步没有办成"), detail=problem.reason, errors=errors)


def _refused(_request: HttpRequest, problem: Refused | RefusedFile) -> HttpResponse:
    return answer(422, _("这一步没有办成"), detail=problem.reason)


def _stale(_request: HttpRequest, problem: Stale) -> HttpResponse:
    return answer(
        409,
        _("您读取之后，他人已修改这条记录"),
        detail=_("请重新读取后再提交。"),
        errors=[(name, _("与现在的内容不同")) for name in problem.changes],
        version=getattr(problem.record, "version", None),
    )
