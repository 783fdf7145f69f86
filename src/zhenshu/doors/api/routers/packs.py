"""Packs: what each business line declares, its kinds, fields and deadlines with their basis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import Field

from zhenshu.doors.api.answers import reply
from zhenshu.doors.api.authentication import caller_of, needs
from zhenshu.doors.api.schemas.common import Code
from zhenshu.doors.api.schemas.reference import (
    CaseKindSchema,
    CategorySchema,
    DeadlineSchema,
    DossierKindSchema,
    FieldSchema,
    PackProblemSchema,
    PackSchema,
    PacksSchema,
    PackSummarySchema,
    SeriesSchema,
)
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import CaseKind, ClockKind, DossierKind, FieldKind, Pack

router = Router(tags=["packs"])
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]


@router.get(
    "", response=PacksSchema, auth=needs("reference:read"), operation_id="list_packs",
    summary="List the packs in force",
)  # fmt: skip
def list_packs(request: HttpRequest) -> HttpResponse:
    """Also what is wrong in pack files that are not in force."""
    problems = [
        PackProblemSchema(
            file=problem.file, line=problem.line, place=problem.place, severity=problem.severity,
            message=problem.message,
        )
        for problem in library().problems
    ]  # fmt: skip
    items = [PackSummarySchema(**_summary(pack)) for pack in library().packs.values()]
    return reply(PacksSchema(items=items, problems=problems))


@router.get(
    "/{key}", response=PackSchema, auth=needs("reference:read"), operation_id="get_pack",
    summary="Read a pack with all its kinds",
)  # fmt: skip
def get_pack(request: HttpRequest, key: Path[Key]) -> HttpResponse:
    """Return what its matters and dossiers ask, and their deadlines with the basis."""
    pack, roles = library().pack(key), caller_of(request).scope.roles
    return reply(
        PackSchema(
            **_summary(pack),
            cases=[case_kind_schema(kind, roles) for kind in pack.cases.values()],
            dossiers=[dossier_kind_schema(kind) for kind in pack.dossiers.values()],
        )
    )


@router.get(
    "/kinds/cases/{code}", response=CaseKindSchema, auth=needs("reference:read"),
    operation_id="get_case_kind", summary="Read what a kind of matter asks",
)  # fmt: skip
def get_case_kind(request: HttpRequest, code: Path[Code]) -> HttpResponse:
    """Fields, categories, stages, reasons, and deadlines with their basis."""
    return reply(case_kind_schema(library().case_kind(code), caller_of(request).scope.roles))


@router.get(
    "/kinds/dossiers/{code}", response=DossierKindSchema, auth=needs("reference:read"),
    operation_id="get_dossier_kind", summary="Read what a kind of dossier holds",
)  # fmt: skip
def get_dossier_kind(request: HttpRequest, code: Path[Code]) -> HttpResponse:
    """Fields, series of readings, relations."""
    return reply(dossier_kind_schema(library().dossier_kind(code)))


def _summary(pack: Pack) -> dict[str, Any]:
    return {
        "pack": pack.pack,
        "name": pack.name,
        "line": pack.line,
        "basis": pack.basis,
        "effective": pack.effective,
        "case_kinds": [kind.full_code for kind in pack.cases.values()],
        "dossier_kinds": [kind.full_code for kind in pack.dossiers.values()],
    }


def case_kind_schema(kind: CaseKind, roles: Iterable[str]) -> CaseKindSchema:
    """Return a kind of matter; *may_open* tells whether somebody with these roles may take one in."""
    reasons = {
        str(use): {key: reason.name for key, reason in listed.items()} for use, listed in kind.reasons.items()
    }
    return CaseKindSchema(
        code=kind.full_code,
        name=kind.name,
        pack=kind.pack,
        basis=kind.basis,
        stages=[str(stage) for stage in kind.stages],
        stage_names={str(stage): name for stage, name in kind.stage_names.items()},
        channels=kind.channels,
        priorities=kind.priorities,
        categories=[
            CategorySchema(path=path, name=one.name, filing=one.filing, closing=one.closing)
            for path, one in kind.category_paths()
        ],
        fields=field_schemas(kind.fields),
        deadlines=[_deadline(clock, key) for key, clock in kind.clocks.items()],
        reasons=reasons,
        opened_by=list(kind.opened_by),
        may_open=bool(set(roles) & set(kind.opened_by)),
    )


def _deadline(clock: ClockKind, key: str) -> DeadlineSchema:
    return DeadlineSchema(
        code=key,
        name=clock.name or key,
        limit=str(clock.limit),
        extend=str(clock.extend) if clock.extend else None,
        scope=str(clock.scope),
        start=str(clock.start),
        until=str(clock.until),
        promise=clock.promise,
        basis=clock.basis,
    )


def dossier_kind_schema(kind: DossierKind) -> DossierKindSchema:
    """Return a kind of dossier with its series and relations."""
    return DossierKindSchema(
        code=kind.full_code,
        name=kind.name,
        pack=kind.pack,
        basis=kind.basis,
        title=kind.title,
        identity=list(kind.identity),
        sensitive=kind.sensitive,
        fields=field_schemas(kind.fields),
        readings=[
            SeriesSchema(code=key, name=one.name, every=one.every, fields=field_schemas(one.fields))
            for key, one in kind.readings.items()
        ],
        relations={key: one.to for key, one in kind.relations.items()},
    )


def field_schemas(kinds: Mapping[str, FieldKind]) -> list[FieldSchema]:
    """Return fields in the order of their pack."""
    plain = set(FieldSchema.model_fields) - {"code", "type"}
    return [
        FieldSchema(code=key, type=str(kind.type), **{name: getattr(kind, name) for name in plain})
        for key, kind in kinds.items()
    ]
