"""The background worker: its tasks are registered, safe to run twice, and really run."""

import pytest

from zhenshu import worker
from zhenshu.ground.ledger.models import Entry, Seal


@pytest.mark.django_db(transaction=True)
def test_every_task_can_run_twice(town):
    for periodic in (*worker.PERIODIC, *worker.PERIODIC):
        periodic.task()
    assert sum(Seal.objects.values_list("count", flat=True)) == Entry.objects.count()


def test_every_task_is_scheduled_once():
    names = sorted(type(task).__name__ for task in worker.huey._registry.periodic_tasks)
    assert len(names) == len(worker.PERIODIC) == len(set(names))
