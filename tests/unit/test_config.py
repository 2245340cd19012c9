"""Every setting is known, read, and refused with a sentence to act on where it contradicts another or is unsafe in earnest."""

from __future__ import annotations

import stat
from datetime import date, datetime
from pathlib import Path

import pytest
from freezegun import freeze_time

from pep_admin import config
from pep_admin.config import Environment, MailBackend, Settings, kept_secret, read_settings, settings_table
from pep_admin.exceptions import ConfigError

GOOD_SECRET = "kT3v-9Qd_w2LxZ7mB4cN8rJ1sH6yP0aF"
PRODUCTION = {"PEP_ADMIN_ENVIRONMENT": "production", "PEP_ADMIN_SECRET_KEY": GOOD_SECRET, "PEP_ADMIN_BASE_URL": "https://pep.example.org"}


def test_without_any_setting_it_is_a_developers_machine() -> None:
    settings = read_settings({}, {})
    assert settings == Settings()
    assert settings.environment is Environment.DEVELOPMENT
    assert settings.database == f"sqlite:///{settings.folder / 'pep_admin.db'}"
    assert settings.hosts == ["127.0.0.1", "localhost", "[::1]"]
    assert (settings.session_idle_minutes, settings.session_hours, settings.proxy_hops) == (60, 12, 0)


def test_what_is_given_wins_over_the_environment_and_other_keys_are_not_ours() -> None:
    settings = read_settings({"PEP_ADMIN_DATABASE_URL": "sqlite:///given.db", "TESTING": True},
                             {"PEP_ADMIN_DATABASE_URL": "sqlite:///environment.db", "PEP_ADMIN_PROXY_HOPS": "1", "HOME": "/root"})
    assert settings.database == "sqlite:///given.db" and settings.proxy_hops == 1


def test_every_kind_of_value_is_read() -> None:
    settings = read_settings({}, {
        "PEP_ADMIN_ENVIRONMENT": "DEMO", "PEP_ADMIN_TODAY": "2024-11-18", "PEP_ADMIN_TRUSTED_HOSTS": "a.example, b.example ,",
        "PEP_ADMIN_MAIL_BACKEND": "file", "PEP_ADMIN_MAIL_USE_TLS": "No", "PEP_ADMIN_INSTANCE_FOLDER": "/srv/pep",
        "PEP_ADMIN_BASE_URL": "http://pep.example/", "PEP_ADMIN_MAIL_PORT": "",
    })
    assert settings.environment is Environment.DEMO and settings.today == date(2024, 11, 18)
    assert settings.hosts[:3] == ["pep.example", "a.example", "b.example"] and settings.base_url == "http://pep.example"
    assert settings.mail_backend is MailBackend.FILE and settings.mail_use_tls is False and settings.mail_port == 587
    assert settings.fonts == Path("/srv/pep/fonts")


@pytest.mark.parametrize(("key", "value", "sentence"), [
    ("PEP_ADMIN_PROXY_HOPS", "two", "must be a whole number from 0 to 5"),
    ("PEP_ADMIN_PROXY_HOPS", "６", "must be a whole number"),
    ("PEP_ADMIN_SESSION_HOURS", "0", "from 1 to 72"),
    ("PEP_ADMIN_TODAY", "18/11/2024", "like 2024-11-18"),
    ("PEP_ADMIN_MAIL_USE_TLS", "perhaps", "yes or no"),
    ("PEP_ADMIN_ENVIRONMENT", "live", "development, production, demo"),
    ("PEP_ADMIN_BASE_URL", "pep.example.org", "like https://"),
    ("PEP_ADMIN_BASE_URL", "ftp://pep.example.org", "like https://"),
    ("PEP_ADMIN_TODY", "2024-11-18", "Did you mean PEP_ADMIN_TODAY?"),
    ("PEP_ADMIN_NONSENSE_XYZ", "1", "is not a setting"),
])
def test_what_cannot_be_read_is_refused_by_name(key: str, value: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read_settings({}, {key: value})
    assert key in str(refused.value) and sentence in str(refused.value)


def test_production_with_everything_set_is_accepted() -> None:
    settings = read_settings({}, PRODUCTION)
    assert settings.hosts == ["pep.example.org"]


@pytest.mark.parametrize(("change", "named"), [
    ({"PEP_ADMIN_TODAY": "2024-11-18"}, "PEP_ADMIN_TODAY"),
    ({"PEP_ADMIN_SECRET_KEY": ""}, "PEP_ADMIN_SECRET_KEY"),
    ({"PEP_ADMIN_SECRET_KEY": "short"}, "PEP_ADMIN_SECRET_KEY"),
    ({"PEP_ADMIN_SECRET_KEY": "a" * 64}, "PEP_ADMIN_SECRET_KEY"),
    ({"PEP_ADMIN_SECRET_KEY": "change-me-please-before-you-go-live-1234"}, "PEP_ADMIN_SECRET_KEY"),
    ({"PEP_ADMIN_BASE_URL": "http://pep.example.org"}, "PEP_ADMIN_BASE_URL"),
    ({"PEP_ADMIN_MAIL_BACKEND": "console"}, "PEP_ADMIN_MAIL_BACKEND"),
])
def test_production_refuses_what_is_only_fit_for_trying(change: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        read_settings({}, {**PRODUCTION, **change})


@pytest.mark.parametrize(("one", "all_of_a_child", "fits"), [("10", "10", True), ("11", "10", False), ("50", "5000", True)])
def test_one_document_fits_into_what_a_child_may_have(one: str, all_of_a_child: str, fits: bool) -> None:
    settings = Settings(document_megabytes=int(one), child_documents_megabytes=int(all_of_a_child))
    said = [each for each in config.contradictions(settings) if "PEP_ADMIN_CHILD_DOCUMENTS_MEGABYTES" in each]
    assert bool(said) is not fits


def test_all_contradictions_are_said_at_once() -> None:
    with pytest.raises(ConfigError) as refused:
        read_settings({}, {"PEP_ADMIN_ENVIRONMENT": "production", "PEP_ADMIN_TODAY": "2024-11-18"})
    for key in ("PEP_ADMIN_TODAY", "PEP_ADMIN_SECRET_KEY", "PEP_ADMIN_BASE_URL"):
        assert key in str(refused.value)


@pytest.mark.parametrize(("given", "named"), [
    ({"PEP_ADMIN_MAIL_SERVER": "mail.example"}, "PEP_ADMIN_MAIL_FROM"),
    ({"PEP_ADMIN_MAIL_USERNAME": "pep"}, "PEP_ADMIN_MAIL_PASSWORD"),
    ({"PEP_ADMIN_MAIL_USERNAME": "pep", "PEP_ADMIN_MAIL_PASSWORD": "words", "PEP_ADMIN_MAIL_USE_TLS": "no"}, "in clear"),
])
def test_mail_settings_that_do_not_fit_together_are_refused(given: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        read_settings({}, given)


def test_a_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "instance"
    secret = kept_secret(folder)
    assert kept_secret(folder) == secret and len(secret) >= 32
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert kept_secret(tmp_path / "another") != secret


def test_each_kind_of_secret_has_a_file_of_its_own(tmp_path: Path) -> None:
    assert kept_secret(tmp_path, "second_factor_key") != kept_secret(tmp_path)
    assert stat.S_IMODE((tmp_path / "second_factor_key").stat().st_mode) == 0o600


@pytest.mark.parametrize(("given", "asked"), [
    ({}, True), ({"PEP_ADMIN_ENVIRONMENT": "demo"}, False), (PRODUCTION, True), ({"PEP_ADMIN_SECOND_FACTOR": "no"}, False),
    ({"PEP_ADMIN_ENVIRONMENT": "demo", "PEP_ADMIN_SECOND_FACTOR": "yes"}, True),
])
def test_a_second_factor_is_asked_for_everywhere_but_in_the_demo(given: dict[str, str], asked: bool) -> None:
    assert read_settings({}, given).asks_second_factor is asked


@pytest.mark.parametrize("key", ["short", "x" * 40, "kT3v-9Qd_w2LxZ7mB4cN8rJ1sH6yP0aF, short"])
def test_production_refuses_a_weak_key_of_second_factors(key: str) -> None:
    with pytest.raises(ConfigError, match="PEP_ADMIN_SECOND_FACTOR_KEY is too short or too plain"):
        read_settings({}, {**PRODUCTION, "PEP_ADMIN_SECOND_FACTOR_KEY": key})


def test_the_roles_with_mailed_codes_may_be_none() -> None:
    assert read_settings({}, {}).mailed_code_roles == ("designated_teacher",)
    assert read_settings({}, {"PEP_ADMIN_MAILED_CODE_ROLES": "none"}).mailed_code_roles == ()
    asked = read_settings({}, {"PEP_ADMIN_MAILED_CODE_ROLES": "designated_teacher, social_worker"})
    assert asked.mailed_code_roles == ("designated_teacher", "social_worker")


def test_an_empty_secret_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("\n")
    with pytest.raises(ConfigError, match="is empty"):
        kept_secret(tmp_path)


def test_the_table_for_the_documentation_has_every_setting_with_a_sentence() -> None:
    rows = {key: (default, unit, sentence) for key, default, unit, sentence in settings_table()}
    assert len(rows) == len(Settings.__dataclass_fields__)
    assert rows["PEP_ADMIN_SESSION_IDLE_MINUTES"][:2] == ("60", "minutes")
    assert rows["PEP_ADMIN_MAIL_USE_TLS"][0] == "yes"
    assert all(sentence[0].isupper() or sentence[0].islower() for _, _, sentence in rows.values())
    assert all(sentence.endswith(".") for _, _, sentence in rows.values())


def test_the_clock_follows_a_moved_day_and_comes_back() -> None:
    with freeze_time("2026-11-24 10:30:00"):
        assert config.today() == date(2026, 11, 24)
        config.move_today(date(2024, 6, 3))
        assert config.today() == date(2024, 6, 3)
        assert config.now() == datetime.fromisoformat("2024-06-03T09:30:00+00:00")  # half past ten in England, where it is summer
        config.move_today(None)
        assert config.now() == datetime.fromisoformat("2026-11-24T10:30:00+00:00")


def test_shortly_after_midnight_in_an_english_summer_it_is_the_new_day() -> None:
    with freeze_time("2024-06-30 23:30:00"):
        assert config.today() == date(2024, 7, 1)
