"""What is left out of imports, and that who asks for it later gets it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pipeline.children.light import leaving_out, refusing

START = """
import sys
from pipeline.children.light import import_spacy
import_spacy()
import pipeline.ingest.urls, pipeline.settings
print(*(name for name in sys.argv[1:] if name in sys.modules))
"""


def test_a_start_loads_no_http_client_no_event_loop_and_nothing_for_a_gpu() -> None:
    names = [
        "urllib3",
        "urllib.request",
        "asyncio",
        "ssl",
        "thinc.backends._custom_kernels",
        "Cython",
        "spacy.cli",
    ]
    done = subprocess.run([sys.executable, "-c", START, *names], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_addresses_are_cleaned_without_the_client_that_was_left_out() -> None:
    code = "from pipeline.ingest.urls import canonical_url; print(canonical_url('https://a.example/b?utm_source=c'))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "https://a.example/b"


def test_what_was_left_out_can_be_called_and_imported_afterwards() -> None:
    sys.modules.pop("colorsys", None)
    with leaving_out("colorsys"):
        from colorsys import rgb_to_hls
    assert "colorsys" not in sys.modules
    assert rgb_to_hls(0, 0, 0) == (0, 0, 0)
    import colorsys

    assert colorsys.rgb_to_hls is not rgb_to_hls


def test_a_refused_module_is_as_good_as_missing_until_the_end() -> None:
    sys.modules.pop("colorsys", None)
    with refusing("colorsys"), pytest.raises(ImportError):
        import colorsys
    import colorsys

    assert colorsys.__name__ in sys.modules
