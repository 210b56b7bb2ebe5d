"""The installation of Erlang and Elixir on an Ubuntu image."""

from __future__ import annotations

from ._install_step import install_step
from .cache import forever

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._step import Step

# Makes Erlang read file names as UTF-8, whatever the image's locale.
ELIXIR_ENV = {"ELIXIR_ERL_OPTIONS": "+fnu"}
_PACKAGES = "curl ca-certificates git unzip build-essential autoconf libncurses-dev libssl-dev".split()


def elixir_installed(elixir_version: str, otp_version: str, ground: dict[str, Any]) -> Step:
    """Returns the step that installs Erlang from builds.hex.pm and Elixir from its releases."""
    erlang = install_step("ex", _PACKAGES, "erlang-install", _erlang(otp_version), **ground)
    command = _elixir(elixir_version, otp_version.split(".")[0])
    return erlang.sh(command, label=":ex: elixir-install", cache=forever(), env=ELIXIR_ENV)


def _erlang(version: str) -> str:
    build = f"OTP-{version}" if "." in version else f"maint-{version}"
    directory = "$(dpkg --print-architecture)/$(. /etc/os-release && echo $ID-$VERSION_ID)"
    tools = " ".join(f"/usr/local/otp/bin/{tool}" for tool in ("erl", "erlc", "escript"))
    return (
        f"curl -fsSL https://builds.hex.pm/builds/otp/{directory}/{build}.tar.gz -o /tmp/otp.tgz"
        " && rm -rf /usr/local/otp && mkdir -p /usr/local/otp"
        " && tar -xzf /tmp/otp.tgz -C /usr/local/otp --strip-components=1"
        " && (cd /usr/local/otp && ./Install -minimal /usr/local/otp)"
        f" && ln -sf {tools} /usr/local/bin/"
    )


def _elixir(version: str, otp: str) -> str:
    releases = "https://github.com/elixir-lang/elixir/releases/download"
    tools = ("elixir", "mix", "iex")
    links = " && ".join(f"ln -sf /usr/local/elixir/bin/{tool} /usr/local/bin/{tool}" for tool in tools)
    return (
        f"curl -fsSL {releases}/v{version}/elixir-otp-{otp}.zip -o /tmp/elixir.zip"
        f" && unzip -q /tmp/elixir.zip -d /usr/local/elixir && {links}"
        " && mix local.hex --force && mix local.rebar --force && elixir --version"
    )
