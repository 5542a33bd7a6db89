import pytest

from stroke_training.model_card import ATTRIBUTES, TRIPOD, Card, Table, model_card


def card(**more):
    given = {
        "title": "A model",
        "version": "1.0.0",
        "summary": "What it says.",
        "warning": "Informs only.",
        "tables": [Table("Performance", ["measure", "value"], [["AUROC | all", "0.8"]])],
        "pictures": {"calibration.svg": "Calibration"},
        "attributes": dict.fromkeys(ATTRIBUTES, "said"),
        "tripod": dict.fromkeys(TRIPOD, "said"),
        "command": "python -m x",
    }
    return Card(**{**given, **more})


def test_all_31_attributes_and_27_items_are_on_the_card():
    text = model_card(card())
    assert len(ATTRIBUTES) == 31 and len({k.rstrip("abcdefg") for k in TRIPOD}) == 27
    for number, title in ATTRIBUTES.items():
        assert f"| {number} | {title} | said |" in text
    for item, title in TRIPOD.items():
        assert f"| {item} | {title} | said |" in text
    assert "![Calibration](pictures/calibration.svg)" in text
    assert r"AUROC \| all" in text


@pytest.mark.parametrize("empty", ["", "   ", None])
def test_an_item_without_answer_is_refused(empty):
    with pytest.raises(ValueError, match="attribute 24 is not answered"):
        model_card(card(attributes={**dict.fromkeys(ATTRIBUTES, "said"), 24: empty} if empty is not None else {k: "said" for k in ATTRIBUTES if k != 24}))
    with pytest.raises(ValueError, match="item 8a is not answered"):
        model_card(card(tripod={k: "said" for k in TRIPOD if k != "8a"}))
