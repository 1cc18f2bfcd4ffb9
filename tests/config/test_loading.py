from __future__ import annotations

import os
from pathlib import Path

import pytest

from shopctl import config
from shopctl.config import yaml_file
from shopctl.config.settings import Config, keys
from shopctl.errors import ConfigError

PROJECT = Path(__file__).parent.parent.parent


def test_option_beats_environment_beats_file_beats_default(written):
    file = "database: postgresql://file@host/shop\nshop:\n  currency: USD\n"
    variable = {"SHOPCTL_DB": "sqlite:////variable.db"}

    loaded = [
        written("shop: {currency: USD}"),
        written(file),
        written(file, environ=variable),
        written(file, environ=variable, database="sqlite:////option.db"),
    ]

    assert [one.origins["database"] for one in loaded] == ["default", "file", "environment", "option"]
    assert [one.database for one in loaded[1:]] == [
        "postgresql://file@host/shop",
        "sqlite:////variable.db",
        "sqlite:////option.db",
    ]
    assert loaded[0].origins["shop.currency"] == "file"
    assert loaded[0].origins["shop.timezone"] == "default"


def test_empty_variables_count_as_unset(written):
    loaded = written(
        "database: postgresql://file@host/shop", environ={"SHOPCTL_DB": "", "SHOPCTL_PROFILE": "", "SHOPCTL_CONFIG": ""}
    )

    assert loaded.database == "postgresql://file@host/shop"


PROFILES = """
profile: live
shop:
  name: Shop
  address: [1 Market Street, Springfield]
numbering: {order: 'S{seq}'}
profiles:
  live:
    database: postgresql://live@host/shop
  try-out:
    database: sqlite:///try.db
    shop: {name: Try-out, address: [Here]}
"""


def test_profile_lies_over_the_common_settings(written, tmp_path):
    chosen = [
        written(PROFILES),
        written(PROFILES, environ={"SHOPCTL_PROFILE": "try-out"}),
        written(PROFILES, environ={"SHOPCTL_PROFILE": "live"}, profile="try-out"),
    ]

    assert [(one.profile, one.origins["profile"]) for one in chosen] == [
        ("live", "file"),
        ("try-out", "environment"),
        ("try-out", "option"),
    ]
    assert (chosen[0].shop.name, chosen[0].database) == ("Shop", "postgresql://live@host/shop")
    assert (chosen[1].shop.name, chosen[1].shop.address) == ("Try-out", ("Here",))
    assert chosen[1].database == f"sqlite:///{tmp_path}/try.db"
    assert chosen[1].numbering.order == "S{seq}"


@pytest.mark.parametrize("text", [PROFILES, "shop: {name: x}"])
def test_profile_must_exist(written, text):
    with pytest.raises(ConfigError) as refused:
        written(text, profile="tryout")

    assert refused.value.code == "config.profile"
    assert "there is no profile 'tryout' in " in refused.value.message


def test_mistakes_of_every_profile_are_found(mistakes):
    assert mistakes("profiles:\n  a:\n    shop: {currency: x}\n  b:\n    profile: a\n    profiles: {}\n") == [
        "line 3: profiles.a.shop.currency 'X' is not a currency code of three letters such as EUR",
        "line 5: profiles.b.profile belongs to the top",
        "line 6: profiles.b.profiles is not a setting; did you mean profile?",
    ]


def test_relative_files_start_next_to_the_configuration(written, tmp_path):
    loaded = written(
        "database: sqlite:///shop.db\n"
        "email: {smtp: {password_file: ~/secret}}\n"
        "invoicing: {fonts: {regular: fonts/a.ttf, fallback: [/abs.ttf, b.ttf]}}\n"
    )

    assert loaded.database == f"sqlite:///{tmp_path}/shop.db"
    assert loaded.email.smtp.password_file == f"{tmp_path}/home/secret"
    assert loaded.invoicing.fonts.regular == f"{tmp_path}/fonts/a.ttf"
    assert loaded.invoicing.fonts.fallback == ("/abs.ttf", f"{tmp_path}/b.ttf")


def test_home_may_stand_in_a_database_address(written, tmp_path):
    assert written("database: sqlite:///~/shop.db").database == f"sqlite:///{tmp_path}/home/shop.db"


def test_entries_tell_every_setting_with_its_origin(written):
    loaded = written(
        "shop: {address: [a, b]}\nemail: {from: shop@example.com}\n",
        environ={"SHOPCTL_DB": "postgresql://shop:hunter2@host/shop"},
    )

    entries = {entry.key: entry for entry in config.entries(loaded)}

    assert list(entries) == [key for key, _ in keys(Config)]
    assert entries["shop.address"] == ("shop.address", "a, b", "file")
    assert entries["email.from"] == ("email.from", "shop@example.com", "file")
    assert entries["email.smtp.allow_plaintext"] == ("email.smtp.allow_plaintext", "false", "default")
    assert entries["database"] == ("database", "postgresql://shop:****@host/shop", "environment")


def test_template_is_valid_and_holds_every_setting_with_its_default(environ, tmp_path):
    template = PROJECT / "config.example.yaml"

    loaded = config.load(str(template), environ=environ)

    def written_keys(node: yaml_file.Node, prefix: str = ""):
        for name, inner in node.value.items():
            yield from (
                written_keys(inner, f"{prefix}{name}.")
                if isinstance(inner.value, dict) and inner.value
                else [prefix + name]
            )

    assert list(written_keys(yaml_file.read(template))) == [*(key for key, _ in keys(Config)), "profiles"]
    assert [entry[:2] for entry in config.entries(loaded)] == [
        entry[:2] for entry in config.entries(config.load("none", environ=environ))
    ]
    assert config.example() == template.read_text(encoding="utf-8")


def test_configuration_cannot_be_changed_by_accident(written):
    loaded = written("")

    with pytest.raises(AttributeError):
        loaded.shop.name = "other"


def test_unreadable_file_is_refused(environ, tmp_path):
    path = tmp_path / "shop.yaml"
    path.symlink_to("/proc/self/mem")

    with pytest.raises(ConfigError, match=f"{os.fspath(path)} cannot be read: "):
        config.load(str(path), environ=environ)
