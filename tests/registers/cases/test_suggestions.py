"""The small model: it learns from what is here, says how sure it is and why, and runs without its teacher."""

from __future__ import annotations

import random
import subprocess
import sys
import zipfile
from datetime import timedelta

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.routing import Matter, shelf, suggest
from zhenshu.registers.cases.suggestions.features import fold, grams
from zhenshu.registers.cases.suggestions.held import Shelf
from zhenshu.registers.cases.suggestions.model import load_model, save_model
from zhenshu.registers.cases.suggestions.retrain import ENOUGH_NEW, closed_since, read_examples
from zhenshu.registers.cases.suggestions.training import FEWEST_TEXTS, train, train_and_save

PHRASES = {
    "light/dark": ("路灯不亮", "灯坏了一片漆黑", "晚上路灯不开"),
    "road": ("路面坑洼", "水泥路破损开裂", "道路积水难走"),
}


def examples(count=120, seed=1):
    rng = random.Random(seed)
    labels = list(PHRASES)
    return [
        (f"{rng.choice('东西南北')}街{rng.randint(1, 99)}号{rng.choice(PHRASES[label])}", label)
        for label in (labels[n % 2] for n in range(count))
    ]


@pytest.fixture(scope="module")
def model():
    return train(examples())


def test_what_was_learned_is_recognised_in_new_words(model):
    fresh = examples(40, seed=2)
    assert sum(model.guess(text)[0].label == label for text, label in fresh) >= 38


def test_the_words_that_spoke_stand_in_the_text(model):
    [best, other] = model.guess("南街7号路灯不亮")
    assert best.words
    assert all(word in "南街7号路灯不亮" for word in best.words)
    assert any("灯" in word for word in best.words)
    assert best.confidence > other.confidence


@given(st.text())
def test_confidences_are_shares_of_one(model, text):
    shares = [guess.confidence for guess in model.guess(text)]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) <= 1.001


def test_an_empty_text_is_not_guessed(model):
    assert model.guess(" ，。") == []


@pytest.mark.parametrize(
    "few",
    [examples(FEWEST_TEXTS - 1), [("路灯不亮", "one")] * 100, [], [(f"字{n}", f"{n}") for n in range(100)]],
    ids=["few texts", "one label", "none", "labels seen once"],
)
def test_too_little_to_learn_from_makes_no_model(few):
    assert train(few) is None


def test_the_same_examples_make_the_same_model(model):
    assert train(examples()).guess("东街路灯不亮") == model.guess("东街路灯不亮")


def test_a_stored_model_says_the_same_and_holds_no_code(model, tmp_path):
    save_model(tmp_path / "q.npz", model)
    assert load_model(tmp_path / "q.npz").guess("东街路灯不亮") == model.guess("东街路灯不亮")
    with zipfile.ZipFile(tmp_path / "q.npz") as file:
        assert all(b"pickle" not in file.read(name) for name in file.namelist())
    assert [place.name for place in tmp_path.iterdir()] == ["q.npz"]


def test_the_shelf_takes_up_a_newer_model(model, tmp_path, monkeypatch):
    from zhenshu.registers.cases.suggestions import held

    monkeypatch.setattr(held, "LOOK_EVERY", 0)
    books = Shelf(tmp_path)
    assert books.model("q") is None
    save_model(tmp_path / "q.npz", model)
    assert books.model("q").labels == model.labels
    (tmp_path / "q.npz").unlink()
    assert books.model("q") is None


def test_guessing_needs_no_learning_library(model, tmp_path):
    """The web process must not carry scikit-learn or scipy."""
    save_model(tmp_path / "q.npz", model)
    code = (
        "import sys; from pathlib import Path;"
        "from zhenshu.registers.cases.suggestions.model import load_model;"
        f"assert load_model(Path({str(tmp_path / 'q.npz')!r})).guess('路灯不亮');"
        "print([name for name in ('sklearn', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@given(st.text())
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_no_gram_reaches_over_a_break(text):
    assert all(" " not in gram for gram in grams(fold(text)))


# ── from the cases of the system ─────────────────────────────────────────────────────────────────────


@pytest.fixture
def taught(loop):
    """Cases that taught two categories, models trained from them."""
    for text, label in examples(80):
        loop.open(title=text, category=label)
    yield train_and_save(settings.INSTALLATION.models, read_examples())
    for place in settings.INSTALLATION.models.glob("*.npz"):
        place.unlink()


@pytest.fixture
def fresh_shelf():
    shelf.cache_clear()
    yield
    shelf.cache_clear()


def test_the_system_learns_from_its_own_cases(taught, fresh_shelf, town):
    assert taught == {"category.loop.full": 80}
    best = suggest(Matter(text="北街路灯不亮", kind="loop.full")).categories[0]
    assert best.label == "light/dark"


def test_confidential_and_rejected_matters_teach_nothing(loop):
    loop.open("loop.secret", title="保密的事")
    loop.take(loop.open(title="被退掉的"), "reject", by="dispatcher", reason="repeated", opinion="重复")
    texts = [text for pairs in read_examples().values() for text, _label in pairs]
    assert not any("保密" in text or "被退掉" in text for text in texts)


def test_an_office_teaches_only_by_what_it_answered(loop):
    loop.until("dispatched")
    assert "office.loop.full" not in read_examples()
    loop.until("answered")
    assert [label for _text, label in read_examples()["office.loop.full"]] == ["enforcement"]


def test_training_is_due_after_enough_closed_cases(loop, tmp_path):
    case = loop.until("closed")
    assert closed_since(tmp_path) == 1
    (tmp_path / "kind.npz").write_bytes(b"")
    assert closed_since(tmp_path) == 0
    Case.objects.filter(pk=case.pk).update(closed_at=case.closed_at + timedelta(days=36500))
    assert closed_since(tmp_path) == 1 < ENOUGH_NEW
