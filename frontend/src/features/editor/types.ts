// The contents that are edited as text, and what each is called.

export const TEXT_TYPES = ["text/markdown", "text/plain", "text/html", "application/json"] as const;
export type TextType = (typeof TEXT_TYPES)[number];

export const TYPE_NAMES: Record<TextType, string> = {
  "text/markdown": "Markdown",
  "text/plain": "Plain text",
  "text/html": "HTML",
  "application/json": "JSON",
};

/** The content type without its parameters, if it is one that is edited as text; else null. */
export function textType(contentType: string | null): TextType | null {
  const bare = (contentType ?? "").split(";")[0]?.trim();
  return TEXT_TYPES.find((type) => type === bare) ?? null;
}

export const EDITOR = "/documents/:doc/edit";

export function editorOf(docHash: string): string {
  return `/documents/${docHash}/edit`;
}
