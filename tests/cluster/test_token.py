"""An embedded Ray has a token of its own, and the user's settings are as before afterwards."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from steepest.cluster import token
from steepest.cluster.token import forget_token, take_token


def test_settings_are_those_of_the_user_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token, "_read_again", lambda: None)
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    monkeypatch.setenv("RAY_AUTH_TOKEN", "mine")
    monkeypatch.delenv("RAY_AUTH_TOKEN_PATH", raising=False)
    before = take_token(tmp_path)
    assert os.environ["RAY_AUTH_MODE"] == "token"
    assert "RAY_AUTH_TOKEN" not in os.environ
    path = Path(os.environ["RAY_AUTH_TOKEN_PATH"])
    assert path.parent == tmp_path
    assert len(path.read_text()) == 64
    assert path.stat().st_mode & 0o077 == 0 or os.name == "nt"
    forget_token(before)
    assert os.environ["RAY_AUTH_MODE"] == "disabled"
    assert os.environ["RAY_AUTH_TOKEN"] == "mine"  # noqa: S105
    assert "RAY_AUTH_TOKEN_PATH" not in os.environ
