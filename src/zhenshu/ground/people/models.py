"""Offices, users, posts and tokens."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a post is for; what each role may do with a case is written in the pack of its kind."""

    DISPATCHER = "dispatcher", _("Dispatcher")
    GRID_WORKER = "grid_worker", _("Grid worker")
    OFFICER = "officer", _("Handling officer")
    LEADER = "leader", _("Leader")
    SECRETARY = "secretary", _("Secretary")
    ADMINISTRATOR = "administrator", _("Administrator")
    VIEWER = "viewer", _("Viewer")
    PROVIDER = "provider", _("Provider")  # of a company outside the house: property, water, power, gas


class Office(models.Model):
    """An organisational unit such as 综合执法队 or 孝丰村委会, with the area it answers for.

    *key* is what packs call it by (``enforcement``); several offices may share a key in different areas.
    *duties* is its list of duties (职责清单): the kinds ``pack.kind`` it may be given, empty for any.
    """

    name = models.CharField(max_length=60, unique=True)
    short_name = models.CharField(max_length=20, blank=True, default="")
    initials = models.CharField(max_length=60, blank=True, default="", db_index=True)
    key = models.CharField(max_length=40, blank=True, default="", db_index=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="offices")
    duties = models.JSONField(default=list, blank=True)
    phone = models.CharField(max_length=40, blank=True, default="")
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "people_office"

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=username)


class User(AbstractBaseUser):
    """A person who can log in. What they may see and do follows from their posts alone."""

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=40)
    initials = models.CharField(max_length=20, blank=True, default="", db_index=True)
    phone = models.CharField(max_length=20, blank=True, default="")
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    failed_log_ins = models.SmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)
    preferences = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        db_table = "people_user"

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """No door uses Django's admin; nobody is staff."""
        return False

    def get_full_name(self) -> str:
        return self.name

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


class Post(models.Model):
    """What a user may do: a role, in an office, over an area and all below it.

    *sensitive* opens the data of special groups and petitioners (个人信息保护法第二十八条);
    every view is logged.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="posts")
    role = models.CharField(max_length=20, choices=Role.choices)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="posts")
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="posts")
    title = models.CharField(max_length=40, blank=True, default="")
    supervisor = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="staff"
    )
    sensitive = models.BooleanField(default=False)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "people_post"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "office", "area"],
                condition=models.Q(ended_on__isnull=True),
                name="people_post_once",
                violation_error_message=_("This user already holds this post."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.office}"


class Token(models.Model):
    """A bearer token for programs; only its digest is kept. *scopes* as in ``people.tokens.SCOPES``."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "people_token"

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
