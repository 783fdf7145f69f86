"""Addresses of other machines that something is sent to: what they may look like, where they may lead."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext as _


def url_problems(url: str) -> dict[str, str]:
    """Return a sentence when *url* cannot be a receiver.

    A government intranet is private address space, so private addresses are fine; the link-local ones,
    behind which clouds keep their machines' credentials, are not.
    """
    parts = _split(url)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        return {"url": _("Give an address that starts with http:// or https://.")}
    if parts.username or parts.password or parts.fragment:
        return {"url": _("The address carries no user name, password or fragment.")}
    if is_forbidden(parts.hostname):
        return {"url": _("Nothing is sent to this address.")}
    return {}


def _split(url: str) -> SplitResult | None:
    """Return the parts of an address, None when it has none that hang together."""
    if not url.isascii() or any(character <= " " for character in url):
        return None
    try:
        parts = urlsplit(url)
        return parts if parts.port != 0 else None
    except ValueError:
        return None


def is_forbidden(host: str) -> bool:
    """Tell whether *host* is a number that no receiver has: link-local, multicast, unspecified, reserved."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_link_local or mapped.is_multicast or mapped.is_unspecified or mapped.is_reserved)


def leads_astray(url: str) -> bool:
    """Tell whether the name in *url* stands for an address that nothing is sent to; raise OSError when it
    stands for none."""
    parts = urlsplit(url)
    return any(is_forbidden(address) for address in addresses_of(parts.hostname or "", parts.port or 80))


def addresses_of(host: str, port: int) -> Iterable[str]:
    return {
        str(found[4][0]).partition("%")[0]
        for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    }
