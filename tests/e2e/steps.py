"""What people do in front of the pages, in their own words."""

import os
import re
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from django.utils.translation import gettext, override
from playwright.sync_api import Locator, Page, Response, expect

from tests.e2e.demonstration import Demonstration

HTTP_REFUSAL = (
    "the server responded with a status of"  # the browser's own note on every 4xx: the status is tested apart
)
PICTURES = os.environ.get("E2E_PICTURES")  # a folder for a picture of every page looked at

FOCUS_IS_SEEN = """() => {
  const held = document.activeElement, box = held.getBoundingClientRect();
  if (held === document.body) return true;
  return held.matches(":focus-visible") && box.width > 0 && box.bottom > 0 && box.top < innerHeight;
}"""


class Visitor:
    """
    Somebody with a browser window.

    `presses` and `fields` count what they pressed, and what they filled or ticked; `status` is that of the last page;
    `faults` what no page may do.
    """

    def __init__(self, page: Page, demonstration: Demonstration, *, language: str = "fr", diary: str = "") -> None:
        self.page = page
        self.demonstration = demonstration
        self.language = language
        self.diary = diary
        self.status = 0
        self.presses = self.fields = 0
        self.faults: list[str] = []
        self.pictures = 0
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        page.on("console", lambda said: self._hear(said.type, said.text))
        page.on("response", self._see)

    def _hear(self, kind: str, text: str) -> None:
        if kind == "error" and HTTP_REFUSAL not in text:
            self.faults.append(f"{self.page.url}: {text}")

    def _see(self, response: Response) -> None:
        if response.request.is_navigation_request() and response.frame == self.page.main_frame:
            self.status = response.status

    def another_tab(self) -> "Visitor":
        """The same person, in a second tab."""
        return Visitor(self.page.context.new_page(), self.demonstration, language=self.language, diary=self.diary)

    # --- Looking ---------------------------------------------------------------------------------------------------

    def open(self, path: str) -> None:
        """Go to a page of the demonstration, in the visitor's language."""
        prefix = "/en" if self.language == "en" else ""
        self.page.goto(f"{self.demonstration.address}{prefix}{path}")

    def words(self, message: str, **values: object) -> str:
        """Return what the pages say for a message of the code."""
        with override(self.language):
            return gettext(message) % values if values else gettext(message)

    def reads(self, message: str, **values: object) -> None:
        expect(self.page.get_by_text(self.words(message, **values)).first).to_be_visible()

    def look_closely(self, *, status: int = 200) -> None:
        """The page answered well, did nothing wrong, fits its window, and axe finds nothing on it."""
        self.page.wait_for_load_state("networkidle")
        assert self.status == status, self.page.url
        assert not self.faults, self.faults
        self._keep_picture()
        assert self.page.evaluate("document.documentElement.scrollWidth") == self.page.viewport_size["width"], (
            self.page.url
        )
        found = Axe().run(self.page).response["violations"]
        self.faults.clear()  # axe itself asks for style sheets at odd addresses and tries inline styles
        faults = [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in found]
        assert not faults, f"{self.page.url}: {faults}"

    def tabs_to(self, target: Locator, *, most: int = 150) -> None:
        """Press Tab until the keyboard is there; every stop on the way shows that it has it."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            assert self.page.evaluate(FOCUS_IS_SEEN), self.page.evaluate(
                "document.activeElement.outerHTML.slice(0, 200)"
            )
            if target.evaluate("element => element === document.activeElement"):
                return
        raise AssertionError(f"{target} is not reached by {most} presses of Tab")

    def _keep_picture(self) -> None:
        if PICTURES:
            self.pictures += 1
            name = re.sub(r"\W+", "-", f"{self.diary}-{self.pictures:02d}")
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)

    # --- Acting ----------------------------------------------------------------------------------------------------

    def press(self, what: Locator | str, **values: object) -> None:
        """Press a control, or the first button or link that a message of the code names."""
        target = self.named(what, **values) if isinstance(what, str) else what
        self.presses += 1
        target.click()

    def named(self, message: str, **values: object) -> Locator:
        name = self.words(message, **values)
        return self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name)).first

    def fill(self, field: str, text: str) -> None:
        self.fields += 1
        self.page.locator(f"[name={field}]").fill(text)

    # --- What is wrong ---------------------------------------------------------------------------------------------

    def points_at(self, part: str) -> None:
        """Touch a part of the drawing."""
        self.press(self.page.locator(f"svg a#{part} .dot"))

    def names_trouble(self, symptom: str) -> None:
        self.press(self.page.locator(f"a.answer[href*={symptom}]").first)

    def answers(self, *, most: int = 6, closely: bool = True) -> int:
        """Give the first answer to every question until the result is there; return how many there were."""
        for asked in range(most):
            if "/resultat/" in self.page.url:
                return asked
            if closely:
                self.look_closely()
            self.press(self.page.locator("button.answer").first)
        raise AssertionError(f"more than {most} questions")

    def tells_more(self, comment: str, photo: Path) -> None:
        self.page.locator("#comment").fill(comment)
        self.page.locator("#photos").set_input_files(photo)

    def knows_what(self, code: str) -> None:
        """Take the short way: a piece of work by its name."""
        self.open(f"/creneaux/?i={code}")

    # --- Where and when --------------------------------------------------------------------------------------------

    def looks_near(self, place: str) -> None:
        self.fill("lieu", place)
        self.press("Search")
        expect(self.page.locator("#found [role=status]")).to_contain_text("km")

    def slots_of(self, workshop: str) -> Locator:
        return self.page.locator(f"form:has([name=atelier][value={workshop}]) button.slot")

    def takes_slot(self, workshop: str, *, number: int = 0) -> str:
        """Press one of a workshop's slots; return the hold's token, which its address tells."""
        self.press(self.slots_of(workshop).nth(number))
        self.page.wait_for_url("**/option/*/")
        return self.hold_token

    @property
    def hold_token(self) -> str:
        return self.page.url.rstrip("/").rpartition("/")[2]

    # --- Who comes, and paying -------------------------------------------------------------------------------------

    def says_who(self, email: str, *, phone: str = "06 12 34 56 78") -> None:
        self.fill("email", email)
        self.fill("phone", phone)
        early = self.page.locator("[name=work_may_begin_early]")
        if early.count():
            self.fields += 1
            early.check()

    def orders(self) -> None:
        self.press("Order with obligation to pay")
        self.page.wait_for_url(re.compile(r"/c/pay/|/rendez-vous/"))

    def at_the_payment_page(self, outcome: str = "pay") -> None:
        """Press one of the simulated payment page's buttons: pay, authenticate, decline, fail, abandon."""
        self.press(self.page.locator(f"button[name=outcome][value={outcome}]"))

    def pays(self) -> None:
        self.at_the_payment_page("pay")
        self.page.wait_for_url("**/rendez-vous/**")

    def books(self, workshop: str, email: str, *, code: str = "BRK-ADJ-RIM", number: int = 0) -> str:
        """Go the short way to a paid appointment, without looking around; return its number."""
        self.knows_what(code)
        self.looks_near("Lille")
        self.takes_slot(workshop, number=number)
        self.says_who(email)
        address = self.page.locator("[name=address]")
        if address.count():
            address.fill("5 rue de Paris, 59000 Lille")
        self.orders()
        self.pays()
        return self.number

    @property
    def number(self) -> str:
        """What the appointment's page calls it: M00042."""
        found = re.search(r"M\d{5}", self.page.locator("main").inner_text())
        assert found, self.page.url
        return found[0]

    # --- Those at work ---------------------------------------------------------------------------------------------

    def becomes(self, persona: str) -> None:
        """Become one of the demonstration's people, by the bar on top."""
        self.open("/")
        self.page.locator(f".demobar button[value={persona}]").click()
        self.page.wait_for_load_state()

    def visit(self, number: str) -> Locator:
        """Find an appointment on the workshop's own list."""
        return self.page.locator(".visit, .in-hand, #waiting li").filter(has_text=number).first
