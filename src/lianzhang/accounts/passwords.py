"""What a password must be, in the office's words: Django's Chinese catalogue leaves some of its own in English."""

from typing import Any

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class LongEnough(password_validation.MinimumLengthValidator):
    """密码长度."""

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ARG002
        if len(password) < self.min_length:
            raise ValidationError(_("密码至少 %(length)s 位。"), params={"length": self.min_length})


class UnlikeItsOwner(password_validation.UserAttributeSimilarityValidator):
    """密码不与登录名、姓名相近."""

    def __init__(self) -> None:
        super().__init__(user_attributes=("username", "name", "email", "phone"))

    def validate(self, password: str, user: Any = None) -> None:
        try:
            super().validate(password, user)
        except ValidationError as likeness:
            raise ValidationError(_("密码与登录名、姓名、邮箱或手机相近，请换一个。")) from likeness
