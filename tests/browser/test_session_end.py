"""Two minutes before a session ends its page says so, keeps what was typed, and works without scripts, too (people.md, Signing in)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response

from shared.access import Identity, Principal, asked_by
from shared.clock import FixedClock
from shared.pages import Frame
from shared.pages.assets import ASSETS
from tests.browser import needs_browser
from tests.browser.looking import View, context, is_well
from tests.browser.serving import on_a_port
from tests.sessions import session

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.servers, needs_browser]

NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)
FORM = """
{% extends "page.html" %}{% import "components.html" as ui %}
{% block title %}Uji{% endblock %}
{% block content %}<h1>Uji</h1><form method="post">{{ ui.text_input("name", "Nama") }}</form>{% endblock %}
"""


def paged(folder: Path, begun: datetime) -> FastAPI:
    """A page with a form, in a session that began then."""
    (folder / "templates").mkdir()
    (folder / "templates" / "form.html").write_text(FORM, encoding="utf-8")
    app, frame = FastAPI(), Frame("intake", folder, "Asia/Jakarta", FixedClock(NOW))
    who = Identity("ani", "person")

    @app.get("/uji")
    async def form(request: Request) -> HTMLResponse:
        asked_by(request, Principal("ani", "person", session=session("ani", who, begun)))
        return frame.page(request, "form.html")

    @app.get("/intake/static/{name}")
    async def asset(name: str) -> Response:
        return Response(ASSETS[name].content, media_type=ASSETS[name].media_type)

    return app


async def test_the_page_warns_two_minutes_before_the_end_and_keeps_what_was_typed(chromium, tmp_path):
    async with on_a_port(paged(tmp_path, NOW)) as origin:
        browsing = await context(chromium, View(320, "light"))
        page = await browsing.new_page()
        await page.clock.install()
        await page.goto(f"{origin}/uji")
        warning = page.get_by_role("alert")
        await page.get_by_label("Nama").fill("Kenari")
        await page.clock.fast_forward((27 * 60 + 50) * 1000)
        assert not await warning.is_visible()
        await page.clock.fast_forward(15_000)
        assert await warning.is_visible()
        assert await page.get_by_role("link", name="Tetap masuk").get_attribute("target") == "_blank"
        assert await page.get_by_label("Nama").input_value() == "Kenari"
        await is_well(page, "session-end")
        stays = page.get_by_role("link", name="Tetap masuk")
        await stays.evaluate("each => each.addEventListener('click', event => event.preventDefault())")
        await stays.focus()
        await page.keyboard.press("Enter")
        assert (await warning.is_visible(), await page.evaluate("document.activeElement.id")) == (False, "name"), (
            "whoever stays goes on where they were"
        )
        await browsing.close()


async def test_after_twelve_hours_it_says_to_save_first(chromium, tmp_path):
    async with on_a_port(paged(tmp_path, NOW - timedelta(hours=11, minutes=50))) as origin:
        browsing = await context(chromium, View(1280, "light"))
        page = await browsing.new_page()
        await page.clock.install()
        await page.goto(f"{origin}/uji")
        await page.clock.fast_forward(8 * 60_000 + 1000)
        assert await page.get_by_text("Simpan dulu yang Anda ketik").is_visible()
        assert await page.get_by_role("link", name="Tetap masuk").count() == 0
        await browsing.close()


async def test_without_scripts_the_page_says_when_it_ends(chromium, tmp_path):
    async with on_a_port(paged(tmp_path, NOW)) as origin:
        browsing = await chromium.new_context(java_script_enabled=False, locale="id-ID")
        page = await browsing.new_page()
        await page.goto(f"{origin}/uji")
        assert await page.get_by_text("Sesi ini berakhir pukul 10.30 bila halaman tidak dipakai lagi.").is_visible()
        await browsing.close()
