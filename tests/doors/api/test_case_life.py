"""A matter goes through the whole loop by API alone."""

import pytest

pytestmark = pytest.mark.django_db


def test_a_matter_lives_its_whole_life(as_, opened, offices):
    dispatcher, officer = as_("dispatcher"), as_("officer")
    path = f"/cases/{opened}/steps"
    steps = (
        (dispatcher, "dispatch", {"office": offices["enforcement"].pk}, "dispatched"),
        (officer, "accept", {}, "handling"),
        (officer, "answer", {"opinion": "已清运"}, "answered"),
        (dispatcher, "verify", {}, "verified"),
        (dispatcher, "call_back", {"solved": "yes", "satisfied": "yes"}, "called_back"),
        (dispatcher, "close", {}, "closed"),
        (dispatcher, "archive", {}, "archived"),
    )
    for client, action, given, stage in steps:
        response = client.post(f"{path}/{action}", given)
        assert response.status_code == 200, response.content.decode()
        assert response.json()["stage"] == stage
    story = dispatcher.get(f"/cases/{opened}/story").json()["items"]
    assert [line["action"] for line in story] == ["opened", *(action for _, action, _, _ in steps)]
    whole = dispatcher.get(f"/cases/{opened}").json()
    assert (whole["is_open"], whole["outcome"], whole["answer"]) == (False, "resolved", "已清运")
    assert [clock["state"] for clock in whole["clocks"]] == ["met"]
