from __future__ import annotations

import copy
import pickle

import pytest

from shopctl import config
from shopctl.errors import ConfigError


def smtp(written, line):
    return written(f"email: {{smtp: {{{line}}}}}").email.smtp


def test_no_password_is_set_by_default(written):
    assert smtp(written, "host: localhost").password() is None


def test_password_is_the_first_line_of_its_file(written, tmp_path):
    (tmp_path / "secret").write_bytes(b"correct horse \r\nsecond line\n")

    password = smtp(written, "password_file: secret").password()

    assert password.reveal() == "correct horse "


def test_password_is_the_first_line_that_its_command_prints(written):
    password = smtp(written, "password_command: printf 'hunter2\\nmore'").password()

    assert password.reveal() == "hunter2"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("password_command: 'false'", "the command of email.smtp.password_command failed with status 1 (false)"),
        (
            "password_command: 'true'",
            "the command of email.smtp.password_command holds no password in its first line (true)",
        ),
        (
            "password_command: no-such-program x",
            "the command of email.smtp.password_command cannot be run: No such file or directory (no-such-program)",
        ),
    ],
)
def test_command_without_a_password_is_told(written, line, message):
    with pytest.raises(ConfigError) as refused:
        smtp(written, line).password()

    assert (refused.value.code, refused.value.message) == ("config.secret", message)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"", "holds no password in its first line"),
        (b"\nsecond", "holds no password in its first line"),
        (b"x" * 5000, "holds more than a password"),
        (b"caf\xe9", "holds a password that is not UTF-8"),
    ],
)
def test_file_without_a_password_is_told(written, tmp_path, content, problem):
    if content is not None:
        (tmp_path / "secret").write_bytes(content)

    with pytest.raises(ConfigError) as refused:
        smtp(written, "password_file: secret").password()

    assert refused.value.code == "config.secret"
    assert refused.value.message.startswith(f"the file of email.smtp.password_file {problem}")


def test_secret_does_not_show_itself():
    secret = config.Secret("hunter2")

    assert [repr(secret), str(secret), f"{secret}", f"{secret!r:>6}", f"{[secret]}"] == [
        "****",
        "****",
        "****",
        "  ****",
        "[****]",
    ]
    with pytest.raises(TypeError, match="not copied"):
        pickle.dumps(secret)
    with pytest.raises(TypeError, match="not copied"):
        copy.deepcopy(secret)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:////var/lib/shop:a@b.db", "sqlite:////var/lib/shop:a@b.db"),
        ("postgresql://shop@host/shop", "postgresql://shop@host/shop"),
        ("postgresql://shop:hunter2@host:5432/shop", "postgresql://shop:****@host:5432/shop"),
        ("postgresql://shop:p@ss@host/shop", "postgresql://shop:****@host/shop"),
        ("postgresql://:hunter2@host/shop", "postgresql://:****@host/shop"),
        ("postgresql://host/shop?user=a&password=hunter2&x=1", "postgresql://host/shop?user=a&password=****&x=1"),
    ],
)
def test_address_is_shown_without_its_password(url, shown):
    assert config.masked(url) == shown
