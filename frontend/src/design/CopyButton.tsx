// Copies a text to the clipboard, and says so.
import { IconButton } from "./Button";
import { useNotice } from "./Notices";

interface Props {
  /** What the text is: `Correlation id`. */
  what: string;
  text: string;
  tabIndex?: 0 | -1;
}

export function CopyButton({ what, text, tabIndex }: Props) {
  const notice = useNotice();
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => notice(`${what} copied`),
      // The browser may ask, and be told no.
      () => notice(`The browser does not let it be copied: ${text}`),
    );
  return (
    <IconButton
      icon="copy"
      label={`Copy the ${what.toLowerCase()} ${text}`}
      tabIndex={tabIndex}
      onClick={() => void copy()}
    />
  );
}
