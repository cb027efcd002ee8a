"""The one loader of weights."""

import numpy as np
import pytest

from pipeline.models.weights import load_weights


def test_arrays_come_as_they_are_stored() -> None:
    arrays = load_weights("factuality/weights.npz")
    assert {name: array.dtype for name, array in arrays.items()} == {
        "coefficients": np.float16,
        "bias": np.float32,
    }


def test_a_name_that_is_not_there_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        load_weights("factuality/none.npz")
