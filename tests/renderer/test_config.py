"""Settings and the secret of an installation."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from renderer import BOOT_ERROR, create_app
from renderer.config import Settings, from_environment, secret_key
from submissions.errors import SettingError, StoreUnavailableError


def test_the_secret_is_made_once_and_readable_by_its_owner_only(tmp_path):
    settings = Settings(data=tmp_path / "data")

    first, second = secret_key(settings), secret_key(settings)

    assert first == second
    assert len(first) >= 40
    assert [file.name for file in settings.data.iterdir()] == ["secret.key"]
    assert (settings.data / "secret.key").stat().st_mode & 0o777 == 0o600


def test_only_its_owner_can_look_into_a_new_data_folder(tmp_path):
    secret_key(Settings(data=tmp_path / "data"))

    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_servers_that_start_at_once_share_one_secret(tmp_path):
    with ThreadPoolExecutor(8) as servers:
        keys = servers.map(secret_key, [Settings(data=tmp_path)] * 8)

    assert len(set(keys)) == 1


def test_a_data_folder_that_cannot_be_made_is_said_plainly(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreUnavailableError, match="YIBIAO_DATA"):
        secret_key(Settings(data=tmp_path / "file" / "data"))


def test_everything_has_a_default():
    settings = from_environment({})

    assert settings == Settings()
    assert settings.store_url == "sqlite:///data/yibiao.db"


def test_settings_come_from_the_environment():
    settings = from_environment(
        {
            "YIBIAO_DATA": "elsewhere",
            "YIBIAO_DEMO": "people.json",
            "YIBIAO_SECURE_COOKIES": "1",
            "YIBIAO_BASE_URL": "https://yibiao.example/",
        }
    )

    assert settings.demo_people == Path("people.json")
    assert settings.secure_cookies
    assert settings.base_url == "https://yibiao.example"
    assert settings.store_url == "sqlite:///elsewhere/yibiao.db"


def test_how_often_clients_may_call_is_a_setting():
    assert from_environment({}).api_rate == 600
    assert from_environment({"YIBIAO_API_RATE": "30"}).api_rate == 30
    for wrong in ("0", "-1", "many", "1.5"):
        with pytest.raises(SettingError, match=f"YIBIAO_API_RATE is '{wrong}'"):
            from_environment({"YIBIAO_API_RATE": wrong})


def test_a_server_with_a_setting_it_cannot_read_says_so_and_stays_down(
    monkeypatch, caplog
):
    monkeypatch.setenv("YIBIAO_API_RATE", "many")

    with pytest.raises(SystemExit) as stopped:
        create_app()

    assert stopped.value.code == BOOT_ERROR
    assert "YIBIAO_API_RATE is 'many'" in caplog.text
