"""The one loader of the weights in this folder."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray


def load_weights(name: str) -> dict[str, NDArray[Any]]:
    """Read a file of weights; whoever asks keeps what is made of them.

    Args:
        name: of the file in `pipeline/models`, with its folder: "quotes/tagger.npz". Write it as a literal:
            the version of the code is computed from the names that modules ask for.

    Returns:
        Its arrays by name, in the precision that they are stored in, mostly half.

    Raises:
        FileNotFoundError: there is no file of that name.
    """
    path = files(__package__).joinpath(*name.split("/"))
    with path.open("rb") as file, np.load(file) as arrays:
        return {key: arrays[key] for key in arrays.files}
