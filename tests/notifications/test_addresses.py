"""Webhooks never reach an internal address: every address of a name is checked, and the checked one is dialled."""

import pytest

from services.notifications.senders.addresses import AddressRefused, allowed, checked_address

pytestmark = [pytest.mark.anyio, pytest.mark.servers]  # names are resolved


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
        "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001::1",
    ],
)  # fmt: skip
def test_an_address_that_leads_inside_is_closed(address):
    assert not allowed(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111"])
def test_a_public_address_is_open(address):
    assert allowed(address)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::ffff:7f00:1]/",
        "https://[::1]/",
        "https://169.254.169.254/",
    ],
)
async def test_names_and_spellings_of_this_machine_are_refused(url):
    with pytest.raises(AddressRefused):
        await checked_address(url, loopback=False)


@pytest.mark.parametrize("url", ["http://8.8.8.8/", "https://8.8.8.8:22/", "https://user@8.8.8.8/"])
async def test_only_https_on_a_known_port_without_credentials(url):
    with pytest.raises(AddressRefused):
        await checked_address(url, loopback=False)


async def test_a_demonstration_may_call_this_machine_and_nothing_else_inside():
    assert await checked_address("http://127.0.0.1:9/", loopback=True) == "127.0.0.1"
    with pytest.raises(AddressRefused):
        await checked_address("https://10.0.0.1/", loopback=True)
