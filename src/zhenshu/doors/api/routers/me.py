"""Who is calling."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from zhenshu.doors.api.answers import reply
from zhenshu.doors.api.authentication import caller_of, needs
from zhenshu.doors.api.schemas.common import ReferenceSchema
from zhenshu.doors.api.schemas.reference import MeSchema, PostSchema

router = Router(tags=["me"])


@router.get("", response=MeSchema, auth=needs(), operation_id="get_me", summary="Read who the caller is")
def get_me(request: HttpRequest) -> HttpResponse:
    """The posts decide what is seen and done; the token's scopes narrow it further."""
    caller = caller_of(request)
    posts = [
        PostSchema(
            id=post.id,
            role=post.role,
            office=ReferenceSchema(id=post.office_id, name=post.office_name),
            area_id=post.area_id,
            sensitive=post.sensitive,
        )
        for post in caller.scope.posts
    ]
    scopes = None if caller.scopes is None else sorted(caller.scopes)
    user = caller.user
    return reply(MeSchema(id=user.pk, username=user.username, name=user.name, posts=posts, scopes=scopes))
