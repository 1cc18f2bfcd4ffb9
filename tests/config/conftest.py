from __future__ import annotations

import pytest

from shopctl import config
from shopctl.errors import ConfigError, ExitStatus


@pytest.fixture
def environ(tmp_path):
    return {"HOME": str(tmp_path / "home")}


@pytest.fixture
def written(tmp_path, environ):
    """Write a file and load it."""

    def load(text: str, **options):
        path = tmp_path / "shop.yaml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return config.load(str(path), environ=environ | options.pop("environ", {}), **options)

    return load


@pytest.fixture
def mistakes(written):
    """Write a file with mistakes and list them."""

    def load(text: str, **options):
        with pytest.raises(ConfigError) as refused:
            written(text, **options)
        assert (refused.value.code, refused.value.status) == ("config.invalid", ExitStatus.CONFIG)
        assert "\n" not in refused.value.message
        return refused.value.details["mistakes"]

    return load
