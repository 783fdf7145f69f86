"""Other systems hear of what happened: in the transaction, signed, tried again, visible."""

import hashlib
import hmac
import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import transaction
from django.utils import timezone
from tests.doors.api.conftest import assert_problem

from zhenshu.doors.api.models import Delivery, Webhook
from zhenshu.doors.api.webhooks.delivery import RETRY_AFTER, deliver_waiting
from zhenshu.registers.cases.drafts import Draft
from zhenshu.registers.cases.loop import open_case

pytestmark = pytest.mark.django_db


class Receiver(ThreadingHTTPServer):
    """Another system on this machine; *status* is what it answers."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.received = 200, []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/hook"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((dict(self.headers), body))
        self.send_response(self.server.status)
        if self.server.status in (301, 307):
            self.send_header("Location", self.server.url)
        self.end_headers()

    def log_message(self, *_arguments):
        """Stay silent."""


@pytest.fixture
def receiver():
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture
def api(as_):
    return as_("dispatcher")


@pytest.fixture
def listen(api, django_capture_on_commit_callbacks):
    """Set up a webhook and return what was answered."""

    def set_up(url="http://10.1.2.3/hook", events=("case.*",), **more):
        with django_capture_on_commit_callbacks(execute=True):
            response = api.post("/webhooks", {"name": "县平台", "url": url, "events": list(events), **more})
        assert response.status_code == 201, response.content.decode()
        return response.json()

    return set_up


def test_a_message_is_written_with_the_change(api, listen, draft):
    hook = listen()
    number = api.post("/cases", draft).json()["number"]
    api.post(f"/cases/{number}/steps/comment", {"opinion": "秘密的话"})
    items = api.get(f"/webhooks/{hook['id']}/deliveries").json()["items"]
    assert [(item["event"], item["send_state"]) for item in items] == [
        ("case.comment", "waiting"),
        ("case.opened", "waiting"),
    ]
    told = items[-1]["payload"]
    assert told["subject"] == {"id": number, "url": f"/api/v1/cases/{number}"}
    assert (told["state"]["stage"], told["state"]["kind"]) == ("accepted", "trial.event")


def test_no_message_without_the_change(people, scope_for, listen, town):
    listen()
    by = scope_for(people["dispatcher"])
    with transaction.atomic():
        open_case(Draft(kind="trial.event", title="路灯不亮", area=town.town.pk), by=by)
        assert Delivery.objects.count() == 1
        transaction.set_rollback(True)
    assert Delivery.objects.count() == 0


def test_no_word_or_name_of_a_person_leaves_the_house(api, listen, draft):
    listen()
    draft |= {"reporter_name": "王小明", "reporter_phone": "13800001234", "description": "家住三组"}
    api.post("/cases", draft)
    said = json.dumps(Delivery.objects.get().payload, ensure_ascii=False)
    assert not any(word in said for word in ("王小明", "13800001234", "家住三组", draft["title"]))


@pytest.mark.parametrize(
    ("events", "heard"),
    [(["case.*"], 2), (["case.comment"], 1), (["case.closed"], 0), (["dossier.*"], 0)],
    ids=["all", "one", "another", "another family"],
)
def test_only_the_events_asked_for(api, listen, draft, events, heard):
    listen(events=events)
    number = api.post("/cases", draft).json()["number"]
    api.post(f"/cases/{number}/steps/comment", {"opinion": "到"})
    assert Delivery.objects.count() == heard


def test_only_the_area_asked_for(api, listen, draft, town):
    listen(area=town.villages[1].pk)
    api.post("/cases", draft)
    assert Delivery.objects.count() == 0
    api.post("/cases", draft | {"area": town.micro_grids[-1].pk})
    assert Delivery.objects.count() == 1


def test_only_what_the_owner_may_see(as_, people, draft, listen, town):
    hook = Webhook.objects.get(pk=listen()["id"])
    people["dispatcher"].posts.update(area=town.villages[1])
    as_("grid_worker").post("/cases", draft)
    assert Delivery.objects.count() == 0
    people["dispatcher"].posts.update(area=town.town)
    as_("grid_worker").post("/cases", draft)
    assert hook.deliveries.count() == 1


def test_a_webhook_that_is_switched_off_hears_nothing(api, listen, draft, django_capture_on_commit_callbacks):
    hook = listen()
    with django_capture_on_commit_callbacks(execute=True):
        assert api.patch(f"/webhooks/{hook['id']}", {"active": False}).json()["active"] is False
    api.post("/cases", draft)
    assert Delivery.objects.count() == 0


def test_a_message_is_signed_and_its_state_seen(api, listen, draft, receiver):
    hook = listen(url=receiver.url)
    api.post("/cases", draft)
    assert deliver_waiting().sent == 1
    headers, body = receiver.received[0]
    stamp, signature = (part.partition("=")[2] for part in headers["Zhenshu-Signature"].split(","))
    expected = hmac.new(hook["secret"].encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert signature == expected
    delivery = api.get(f"/webhooks/{hook['id']}/deliveries", send_state="sent").json()["items"][0]
    assert json.loads(body)["id"] == delivery["message_id"] == headers["Zhenshu-Delivery"]
    assert api.get(f"/webhooks/{hook['id']}").json()["messages"] == {
        "waiting": 0, "sent": 1, "failed": 0, "gave_up": 0,
    }  # fmt: skip
    assert deliver_waiting().sent == 0
    assert len(receiver.received) == 1


def test_a_failed_message_is_tried_again_and_given_up_at_last(api, listen, draft, receiver):
    hook = listen(url=receiver.url)
    receiver.status = 500
    api.post("/cases", draft)
    at = timezone.now()
    for pause in RETRY_AFTER:
        assert deliver_waiting(at=at).failed == 1
        assert deliver_waiting(at=at).failed == 0
        at += pause
    assert deliver_waiting(at=at).gave_up == 1
    delivery = api.get(f"/webhooks/{hook['id']}/deliveries").json()["items"][0]
    assert (delivery["send_state"], delivery["last_error"]) == ("gave_up", "HTTP 500")
    assert deliver_waiting(at=at + timedelta(days=30)).gave_up == 0


def test_a_message_that_was_given_up_can_be_sent_again(api, listen, draft, receiver):
    hook = listen(url=receiver.url)
    api.post("/cases", draft)
    Delivery.objects.update(send_state="gave_up", next_try_at=None, attempts=7)
    seq = Delivery.objects.get().seq
    assert api.post(f"/webhooks/{hook['id']}/deliveries/{seq}/retry").json()["send_state"] == "waiting"
    assert deliver_waiting().sent == 1
    assert_problem(api.post(f"/webhooks/{hook['id']}/deliveries/999999/retry"), 404, "not-found")


def test_no_redirect_is_followed(api, listen, draft, receiver):
    listen(url=receiver.url)
    receiver.status = 307
    api.post("/cases", draft)
    assert deliver_waiting().failed == 1
    assert len(receiver.received) == 1


def test_a_receiver_that_is_not_there_holds_up_nobody_else(api, listen, draft, receiver):
    listen(url="http://127.0.0.1:9/")
    listen(url=receiver.url)
    for _one in range(3):
        api.post("/cases", draft)
    result = deliver_waiting()
    assert (result.sent, result.failed) == (3, 1)
    assert len(receiver.received) == 3


@pytest.mark.parametrize(
    "url",
    [
        "ftp://10.1.2.3/", "http://", "http:///path", "http://u:p@10.1.2.3/", "http://169.254.169.254/latest/",
        "http://[fe80::1]/", "http://[::ffff:169.254.169.254]/", "http://0.0.0.0/", "http://224.0.0.1/",
        "http://10.1.2.3:99999/", "http://10.1.2.3/#x", "http://10.1.2.3/a b",
    ],
)  # fmt: skip
def test_addresses_that_nothing_is_sent_to(api, url):
    body = {"name": "县平台", "url": url, "events": ["case.*"]}
    problem = assert_problem(api.post("/webhooks", body), 422, "invalid")
    assert list(problem["problems"]) == ["url"]


def test_a_name_that_leads_to_such_an_address(api, listen, draft, receiver):
    hook = listen(url=receiver.url)
    Webhook.objects.filter(pk=hook["id"]).update(url="http://169.254.1.1/")
    api.post("/cases", draft)
    assert deliver_waiting().failed == 1
    assert receiver.received == []


def test_the_secret_is_shown_once_and_stands_in_no_list(api, listen):
    hook = listen()
    assert hook["secret"]
    for path in ("/webhooks", f"/webhooks/{hook['id']}"):
        assert hook["secret"] not in api.get(path).content.decode()


def test_a_removed_webhook_is_remembered_by_the_ledger(api, listen):
    from zhenshu.ground.ledger.models import Entry

    hook = listen()
    assert api.delete(f"/webhooks/{hook['id']}").status_code == 204
    assert_problem(api.get(f"/webhooks/{hook['id']}"), 404, "not-found")
    actions = (
        Entry.objects.filter(subject_kind="api.webhook").order_by("seq").values_list("action", flat=True)
    )
    assert list(actions) == ["webhook.created", "webhook.removed"]
    assert hook["secret"] not in str(Entry.objects.values())
