"""The tour of docs/tour.md: a played demonstration, seen by one person of each role on the way that they take. `make tour` keeps the pictures."""

import os
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, Page

from district.deployment import free_port
from district.sample.faces import faces
from tests.browser import needs_browser
from tests.district.test_demo import Place, playing

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.servers, pytest.mark.thorough, needs_browser, pytest.mark.timeout(600)]

KEPT = os.environ.get("TOUR")
"""A folder for the pictures."""

PHONE, DESK = (390, 844), (1280, 800)
_GOOD = 72
"""Quality of the pictures: their words can be read, and all of them together stay small."""

Way = Callable[[Page], Awaitable[None]]


@dataclass(frozen=True)
class Stop:
    """One picture. role: who is signed in; empty for a visitor. path: where they begin. way: what they press from there. heading: of the page that is shown."""

    name: str
    role: str
    path: str
    heading: str
    screen: tuple[int, int] = PHONE
    way: Way | None = None


async def the_first_case(page: Page) -> None:
    await page.get_by_role("main").locator(".rows a").first.click()


async def a_service(page: Page) -> None:
    await page.get_by_role("link", name="Catat layanan").first.click()
    await page.get_by_role("main").locator("a[href$='/catat']").first.click()


async def the_question(page: Page) -> None:
    await page.get_by_role("main").locator(".rows a").first.click()


STOPS = (
    Stop("lapor", "", "/intake/lapor", "Lapor atau minta bantuan"),
    Stop("konselor", "counsellor", "/cases/menunggu", "Yang menunggu saya"),
    Stop("kasus", "counsellor", "/cases/menunggu", "", way=the_first_case),
    Stop("catat", "counsellor", "/cases/menunggu", "Catat layanan", way=a_service),
    Stop("guru", "homeroom", "/cases/menunggu", "Jawaban guru", way=the_question),
    Stop("koordinator", "coordinator", "/cases/menunggu", "Yang menunggu saya", DESK),
    Stop("kepala-sekolah", "principal", "/cases/menunggu", "Yang menunggu saya"),
    Stop("piket", "district-duty", "/cases/menunggu", "Yang menunggu saya", DESK),
    Stop("angka", "coordinator", "/cases/angka", "Angka", DESK),
    Stop("auditor", "auditor", "/cases/menunggu", "Yang menunggu saya"),
    Stop("data-sekolah", "school-operator", "/intake/impor", "Data sekolah", DESK),
    Stop("panduan", "counsellor", "/cases/panduan", "Panduan"),
)


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("toured")
    with (
        tempfile.TemporaryDirectory(prefix="tg-", dir="/tmp", ignore_cleanup_errors=True) as temporary,
        playing(Place(home, Path(temporary), free_port())) as running,
    ):
        yield running.origin


async def taken(browser: Browser, origin: str, stop: Stop) -> tuple[str, bytes]:
    """The heading of the page where the way ends, and what is seen of it."""
    width, height = stop.screen
    browsing = await browser.new_context(viewport={"width": width, "height": height}, device_scale_factor=1.5 if stop.screen == PHONE else 1)
    page = await browsing.new_page()
    if stop.role:
        await page.goto(f"{origin}/masuk")
        title = next(face.title[0] for face in faces() if face.role == stop.role)
        await page.get_by_role("button", name=title, exact=True).click()
    await page.goto(f"{origin}{stop.path}")
    if stop.way:
        await stop.way(page)
    heading = await page.get_by_role("heading", level=1).inner_text()
    await page.get_by_role("main").evaluate("each => each.scrollIntoView()")
    picture = await page.screenshot()
    await browsing.close()
    return heading, picture


async def test_each_role_comes_to_the_page_that_the_tour_shows(chromium, origin, tmp_path):
    folder, headings = Path(KEPT) if KEPT else tmp_path, {}
    folder.mkdir(exist_ok=True)
    for stop in STOPS:
        headings[stop.name], picture = await taken(chromium, origin, stop)
        Image.open(BytesIO(picture)).save(folder / f"{stop.name}.webp", quality=_GOOD, method=6)
    assert {stop.name: headings[stop.name] for stop in STOPS if stop.heading} == {stop.name: stop.heading for stop in STOPS if stop.heading}
