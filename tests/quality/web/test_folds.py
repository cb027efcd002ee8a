"""No outlet is on both sides."""

from quality.folds import N_FOLDS, fold_of, left_out, predict_left_out

OUTLETS = [f"outlet-{number % 17}.example" for number in range(60)]


def test_an_outlet_is_always_in_one_fold_however_it_is_spelt() -> None:
    assert fold_of("The Harbour Post") == fold_of("harbour post") == fold_of(" Harbour  Post ")
    assert fold_of("www.harbour.example") == fold_of("harbour.example")
    assert {fold_of(outlet) for outlet in OUTLETS} <= set(range(N_FOLDS))
    # Written down, so that the folds of a training script and of a figure made years apart are the same.
    assert [fold_of(name) for name in ("harbour post", "hill courier", "dale echo")] == [2, 3, 1]


def test_each_place_is_measured_once_and_never_beside_its_outlet() -> None:
    measured = []
    for learn, measure in left_out(OUTLETS):
        assert not {OUTLETS[at] for at in learn} & {OUTLETS[at] for at in measure}
        assert sorted(learn + measure) == list(range(len(OUTLETS)))
        measured += measure
    assert sorted(measured) == list(range(len(OUTLETS)))


def test_a_model_never_predicts_for_an_outlet_that_it_saw() -> None:
    seen = predict_left_out(OUTLETS, str, fit=set, predict=lambda model, outlet: outlet in model)
    assert seen == [False] * len(OUTLETS)
