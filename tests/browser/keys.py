"""A person without a pointer: everything by Tab, Enter, space, arrows and typing. What has the focus is seen, and the focus goes on as one reads."""

from dataclasses import dataclass

from playwright.async_api import ElementHandle, Locator

from tests.browser.counting import Counting

MOST_STEPS = 150
"""So many times Tab is pressed at most until something is reached."""

_HAS_FOCUS = "each => document.activeElement === each || (each.type === 'radio' && document.activeElement.name === each.name)"
_FAULT = """() => {
  const at = document.activeElement, told = at.outerHTML.slice(0, 120);
  if (at === document.body) return '';
  const box = (at.type === 'radio' || at.type === 'checkbox' ? at.closest('.choice') || at : at).getBoundingClientRect();
  if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth) return 'outside of what is seen: ' + told;
  const ring = getComputedStyle(at);
  if (!at.matches(':focus-visible, :focus-within')) return 'focus not shown: ' + told;
  if ((ring.outlineStyle === 'none' || parseFloat(ring.outlineWidth) === 0) && ring.boxShadow === 'none') return 'without a ring: ' + told;
  const seen = document.elementFromPoint(Math.max(box.left, 0) + 2, Math.min(Math.max(box.top, 0) + box.height / 2, innerHeight - 1));
  if (seen && !at.contains(seen) && !seen.contains(at) && !at.closest('.choice')) return 'behind ' + seen.outerHTML.slice(0, 80) + ': ' + told;
  const before = window.wasAt;
  window.wasAt = at;
  if (before && before.isConnected && before !== at && before.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_PRECEDING
      && !(at.type === 'radio' && before.name === at.name)) return 'goes back: ' + told;
  return '';
}"""
"""What is wrong with where the focus is."""

_BEGINS = "() => { window.wasAt = null; }"
_PARTS = 6
"""Of a field for day and time, at most."""

_SEGMENTED = ("date", "datetime-local", "time")


@dataclass
class Keys(Counting):
    """What one person did. steps: how often a key was pressed that only leads somewhere."""

    steps: int = 0

    @property
    def by_the_way(self) -> str:
        return f", {self.steps} keys on the way"

    async def press(self, target: Locator) -> None:
        self.interactions += 1
        await self._reach(target)
        await self.page.keyboard.press("Enter")
        await self.page.wait_for_load_state()

    async def tick(self, target: Locator) -> None:
        self.interactions += 1
        reached = await self._reach(target)
        for _ in range(MOST_STEPS):
            if await reached.is_checked():
                return
            here = await reached.evaluate("each => document.activeElement === each")
            await self._step("Space" if here else "ArrowDown")
        raise AssertionError(f"not ticked by keys: {target}")

    async def write(self, target: Locator, text: str) -> None:
        self.interactions += 1
        reached = await self._reach(target)
        kind = await reached.get_attribute("type")
        await self.page.keyboard.press("ControlOrMeta+a")
        if kind in _SEGMENTED:
            await self._moment(reached, text)
        else:
            await self.page.keyboard.type(text)

    async def choose(self, target: Locator, label: str) -> None:
        self.interactions += 1
        reached = await self._reach(target)
        for _ in range(MOST_STEPS):
            if await reached.evaluate("each => each.selectedOptions[0].label") == label:
                return
            await self._step("ArrowDown")
        raise AssertionError(f"not chosen by keys: {label}")

    async def _moment(self, field: ElementHandle, text: str) -> None:
        """Part by part. A browser asks for day and month in the order of its own language, which the page does not know."""
        day, _, time = text.partition("T")
        year, month, of_month = day.split("-")
        for first, second in ((of_month, month), (month, of_month)):
            for _ in range(_PARTS):
                await self.page.keyboard.press("ArrowLeft")
            await self.page.keyboard.type(f"{first}{second}{year}")
            if time:
                await self._step("ArrowRight")
                await self.page.keyboard.type(time.replace(":", ""))
            if await field.input_value() == text:
                return
        raise AssertionError(f"{text} is not taken by keys")

    async def _reach(self, target: Locator) -> ElementHandle:
        """Tab until it has the focus; each stop on the way is looked at."""
        await target.wait_for(state="attached")
        wanted = await target.element_handle()
        await self.page.evaluate(_BEGINS)
        for _ in range(MOST_STEPS):
            if await wanted.evaluate(_HAS_FOCUS):
                return wanted
            await self._step("Tab")
            fault = await self.page.evaluate(_FAULT)
            assert not fault, f"{self.page.url}: {fault}"
        raise AssertionError(f"not reached by keys on {self.page.url}: {target}")

    async def _step(self, key: str) -> None:
        self.steps += 1
        await self.page.keyboard.press(key)
