"""The editor and the cells of records, as hands use them. The editor's text is a text box in a shadow root."""

from playwright.sync_api import Locator, Page, expect

_PASTE = """(element, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


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


def paste(target: Locator, text: str) -> None:
    """Paste a text there, as the clipboard of a spreadsheet has it."""
    target.focus()
    target.evaluate(_PASTE, text)
