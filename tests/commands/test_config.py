"""`config init`, `path`, `show` and `validate`."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent.parent


def own_file(shopctl):
    return shopctl.home / ".config" / "shopctl" / "config.yaml"


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_init_writes_the_template_for_its_owner_only(shopctl):
    run = shopctl("config", "init", "--format", "table")

    file = own_file(shopctl)
    assert (run.status, run.out) == (0, f"✓ created  {file}\n")
    assert run.err == "  NEXT  shopctl config validate      after filling it in\n        shopctl db init\n"
    assert file.read_bytes() == (PROJECT / "config.example.yaml").read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.parent.parent.stat().st_mode) == 0o700


def test_init_again_changes_nothing(shopctl):
    shopctl("config", "init")

    run = shopctl("config", "init", "--json")

    assert run.status == 0
    assert json.loads(run.out)["data"][0]["result"] == "unchanged"


def test_init_refuses_a_file_with_settings_unless_told(shopctl):
    file = write(own_file(shopctl), "shop: {name: Deco}\n")

    run = shopctl("config", "init")

    assert (run.status, run.out) == (2, "")
    assert run.err == (
        f"error: there is a configuration file already: {file} [config.exists]\n"
        "hint:  edit it, or add --force-overwrite to write a fresh one\n"
    )
    assert file.read_text() == "shop: {name: Deco}\n"
    assert shopctl("config", "init", "--force-overwrite").status == 0
    assert file.read_text() != "shop: {name: Deco}\n"


def test_init_dry_run_writes_nothing(shopctl):
    run = shopctl("config", "init", "--dry-run", "--json")

    assert (run.status, json.loads(run.out)["data"][0]["result"]) == (0, "would_create")
    assert list(shopctl.home.iterdir()) == []


@pytest.mark.parametrize("words", [["config", "init", "-o"], ["config", "init", "--config"]])
def test_init_writes_where_it_is_told(shopctl, tmp_path, words):
    file = tmp_path / "new" / "shop.yaml"

    run = shopctl(*words, file, "--format", "table")

    assert (run.status, run.out) == (0, f"✓ created  {file}\n")
    assert run.err == f"  NEXT  shopctl --config {file} config validate      after filling it in\n"
    assert shopctl("--config", file, "config", "validate").status == 0


def test_init_needs_a_place_that_can_be_written(shopctl, tmp_path):
    (tmp_path / "file").write_text("")

    run = shopctl("config", "init", "-o", tmp_path / "file" / "shop.yaml")

    assert (run.status, run.out) == (1, "")
    assert run.err.startswith(f"error: {tmp_path / 'file'} cannot be made: ")
    assert "[file.unwritable]" in run.err


def test_init_does_not_write_to_standard_output(shopctl):
    run = shopctl("config", "init", "-o", "-")

    assert (run.status, run.out) == (2, "")


def test_path_tells_where_the_file_would_be(shopctl):
    run = shopctl("config", "path")

    assert (run.status, run.out) == (0, f"{own_file(shopctl)}\n")
    assert run.err == "It does not exist yet, so the defaults are used. To write it: shopctl config init\n"


@pytest.mark.parametrize(
    ("words", "environ", "origin"),
    [([], {}, "user"), (["--config", "{other}"], {}, "option"), ([], {"SHOPCTL_CONFIG": "{other}"}, "environment")],
)
def test_path_tells_which_file_counts(shopctl, tmp_path, words, environ, origin):
    other = write(tmp_path / "other.yaml", "")
    own = write(own_file(shopctl), "")
    shopctl.use({name: value.format(other=other) for name, value in environ.items()})

    run = shopctl("config", "path", *[word.format(other=other) for word in words], "--json")

    expected = own if origin == "user" else other
    assert json.loads(run.out)["data"] == {"path": str(expected), "exists": True, "origin": origin}
    assert run.err == ""


def test_path_of_a_named_file_that_is_missing(shopctl, tmp_path):
    run = shopctl("config", "path", "--config", tmp_path / "none.yaml")

    assert (run.status, run.out) == (78, "")
    assert "[config.missing]" in run.err


def test_path_without_any_file(shopctl):
    run = shopctl("config", "path", "--config", "none")

    assert (run.status, run.out, run.err) == (0, "", "No file is used: --config none\n")


def test_show_prints_every_setting_with_its_origin(shopctl):
    write(own_file(shopctl), "shop:\n  name: Deco\nprofiles:\n  two:\n    shop: {name: Two}\n")
    shopctl.use({"SHOPCTL_DB": "postgresql://anna:secret@db/shop"})

    run = shopctl("config", "show", "--origin", "-P", "two", "--format", "csv")

    lines = run.out.splitlines()
    assert (run.status, lines[0]) == (0, "key,value,origin")
    assert "profile,two,option" in lines
    assert "database,postgresql://anna:****@db/shop,environment" in lines
    assert "shop.name,Two,file" in lines
    assert "security.session_hours,12,default" in lines
    assert "secret" not in run.out + run.err


def test_show_leaves_the_origin_out_unless_asked(shopctl):
    assert "shop.currency\tEUR\n" in shopctl("config", "show").out
    shown = json.loads(shopctl("config", "show", "--json").out)["data"]
    assert {"key": "shop.currency", "value": "EUR", "origin": "default"} in shown


def test_validate_tells_all_mistakes_of_all_profiles_at_once(shopctl):
    file = write(
        own_file(shopctl),
        "shop:\n  curency: EUR\n  timezone: Mars/Olympus\n"
        "profiles:\n  two:\n    email: {smtp: {host: mail.example.com, security: none}}\n",
    )

    run = shopctl("config", "validate")

    assert (run.status, run.out) == (78, "")
    assert run.err == (
        f"error: {file} has 3 mistakes [config.invalid]\n"
        "       line 2: shop.curency is not a setting; did you mean currency?\n"
        "       line 3: shop.timezone 'Mars/Olympus' is not a time zone such as Europe/Berlin\n"
        "       line 6: email.smtp.security none sends everything unencrypted; use starttls or tls, or set "
        "allow_plaintext: true\n"
        "hint:  every setting is explained in config.example.yaml\n"
    )


def test_validate_for_scripts(shopctl):
    file = write(own_file(shopctl), "shop: {nmae: x}\n")

    run = shopctl("config", "validate", "--json")

    assert (run.status, run.out) == (78, "")
    error = json.loads(run.err)["error"]
    assert error["details"]["mistakes"] == ["line 1: shop.nmae is not a setting; did you mean name?"]
    assert error["details"]["path"] == str(file)


def test_validate_a_file_that_is_not_yaml(shopctl):
    write(own_file(shopctl), "shop: [\n")

    run = shopctl("config", "validate")

    assert run.status == 78
    assert run.err.startswith(f"error: {own_file(shopctl)} has 1 mistake [config.invalid]\n       line 2: ")


def test_validate_a_sound_file(shopctl):
    file = write(own_file(shopctl), "profiles:\n  one: {}\n  two: {}\n")

    run = shopctl("config", "validate")

    assert (run.status, run.err) == (0, "")
    # A long path of the test's own is broken over two lines.
    assert "".join(run.out.split()) == "".join(f"✓ {file} has no mistakes; profiles: one, two".split())


def test_validate_without_a_file(shopctl):
    run = shopctl("config", "validate")

    assert (run.status, run.out) == (0, "  ✓ There is no configuration file; the defaults are used\n")
