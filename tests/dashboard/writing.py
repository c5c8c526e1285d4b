"""The editor, as hands use it: its text is a text box in a shadow root."""

from playwright.sync_api import Locator, Page, expect


def text_box(page: Page) -> Locator:
    """The text that is edited."""
    return page.get_by_role("textbox", name="Text", exact=True).or_(page.get_by_role("textbox", name="Text of "))


def write(page: Page, text: str) -> None:
    """Put this text in the place of what is there."""
    box = text_box(page)
    expect(box).to_be_visible()
    box.focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def written(page: Page) -> str:
    """The text in the editor, line by line."""
    return "\n".join(text_box(page).locator(".cm-line").all_inner_texts())
