"""Decisions of the Flemish government: follow, advise, decide, sign, verify, send.

This module is the shop window: it names what an application embeds and loads
none of it before the name is used. `import digivl` loads no third-party module.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digivl.app import Digivl
    from digivl.dispatch.model import Channel, Recipient
    from digivl.errors import DigivlError
    from digivl.kernel.identifiers import INSZ, EnterpriseNumber, OVOCode
    from digivl.kernel.money import Euro
    from digivl.kernel.parties import Party, Role
    from digivl.settings import Settings

__all__ = [
    "INSZ",
    "Channel",
    "Digivl",
    "DigivlError",
    "EnterpriseNumber",
    "Euro",
    "OVOCode",
    "Party",
    "Recipient",
    "Role",
    "Settings",
]

_HOMES = {
    "Channel": "digivl.dispatch.model",
    "Digivl": "digivl.app",
    "DigivlError": "digivl.errors",
    "EnterpriseNumber": "digivl.kernel.identifiers",
    "Euro": "digivl.kernel.money",
    "INSZ": "digivl.kernel.identifiers",
    "OVOCode": "digivl.kernel.identifiers",
    "Party": "digivl.kernel.parties",
    "Recipient": "digivl.dispatch.model",
    "Role": "digivl.kernel.parties",
    "Settings": "digivl.settings",
}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    if name == "__version__":
        from importlib.metadata import version

        return version("digivl")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
