from __future__ import annotations

from pathlib import Path

import pytest

from shopctl import config
from shopctl.config import places
from shopctl.errors import ConfigError


def test_without_a_file_everything_has_its_default(environ, tmp_path, monkeypatch):
    monkeypatch.setattr(places, "SYSTEM_FILE", tmp_path / "none.yaml")

    loaded = config.load(environ=environ)

    assert loaded.source is None
    assert loaded.database == f"sqlite:///{tmp_path}/home/.local/share/shopctl/shop.db"
    assert (loaded.shop.currency, loaded.shop.timezone, loaded.security.session_hours) == ("EUR", "UTC", 12)
    assert loaded.numbering.invoice == "INV/{year}/{seq:05d}"
    assert set(loaded.origins.values()) == {"default"}


def test_first_file_found_is_the_only_one_used(environ, tmp_path, monkeypatch):
    def shop(path: Path, name: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"shop: {{name: {name}}}")
        return path

    monkeypatch.setattr(places, "SYSTEM_FILE", shop(tmp_path / "etc/config.yaml", "system"))
    names = [config.load(environ=environ).shop.name]
    shop(tmp_path / "home/.config/shopctl/config.yaml", "home")
    names.append(config.load(environ=environ).shop.name)
    shop(tmp_path / "xdg/shopctl/config.yaml", "xdg")
    environ["XDG_CONFIG_HOME"] = str(tmp_path / "xdg")
    names.append(config.load(environ=environ).shop.name)
    environ["SHOPCTL_CONFIG"] = str(shop(tmp_path / "variable.yaml", "variable"))
    names.append(config.load(environ=environ).shop.name)
    names.append(config.load(str(shop(tmp_path / "option.yaml", "option")), environ=environ).shop.name)

    assert names == ["system", "home", "xdg", "variable", "option"]


@pytest.mark.parametrize("name", ["config.yaml", "shopctl.yaml", ".shopctl.yaml", "config.example.yaml"])
def test_current_directory_is_not_searched(environ, tmp_path, monkeypatch, name):
    monkeypatch.setattr(places, "SYSTEM_FILE", tmp_path / "none.yaml")
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text("shop: {name: stray}")

    assert config.load(environ=environ).shop.name == ""


def test_relative_xdg_directories_are_ignored(environ, tmp_path):
    environ |= {"XDG_DATA_HOME": "data", "XDG_STATE_HOME": "../state", "XDG_CACHE_HOME": ""}

    assert config.data_directory(environ) == tmp_path / "home/.local/share/shopctl"
    assert config.state_directory(environ) == tmp_path / "home/.local/state/shopctl"
    assert config.cache_directory(environ) == tmp_path / "home/.cache/shopctl"


@pytest.mark.parametrize("named", ["option", "variable"])
def test_none_ignores_every_file(environ, tmp_path, named):
    home = tmp_path / "home/.config/shopctl/config.yaml"
    home.parent.mkdir(parents=True)
    home.write_text("shop: {name: home}")

    loaded = (
        config.load("none", environ=environ)
        if named == "option"
        else config.load(environ=environ | {"SHOPCTL_CONFIG": "none"})
    )

    assert (loaded.source, loaded.shop.name) == (None, "")


def test_file_that_was_named_must_exist(environ, tmp_path):
    with pytest.raises(ConfigError) as refused:
        config.load(str(tmp_path / "gone.yaml"), environ=environ)

    assert refused.value.code == "config.missing"
    assert refused.value.message == f"there is no configuration file {tmp_path}/gone.yaml (--config)"


def test_directory_instead_of_a_file_is_refused(environ, tmp_path):
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        config.load(str(tmp_path), environ=environ)
