// Markdown as it reads. It becomes elements of this page by name, never HTML: tags in it are shown as they are written, images are not
// loaded, and a link says where it leads.
import { memo, type ReactNode } from "react";
import Markdown, { type Components, type Options } from "react-markdown";
import remarkGfm from "remark-gfm";
import { leadsOut } from "./address";

const SHOWN_CHARACTERS = 200_000;
const HEADING = "mt-4 mb-2 font-semibold first:mt-0";

const COMPONENTS: Components = {
  // The page's own heading is above all of them.
  h1: ({ children }) => <h2 className={`${HEADING} text-xl`}>{children}</h2>,
  h2: ({ children }) => <h3 className={`${HEADING} text-lg`}>{children}</h3>,
  h3: ({ children }) => <h4 className={HEADING}>{children}</h4>,
  h4: ({ children }) => <h5 className={HEADING}>{children}</h5>,
  h5: ({ children }) => <h6 className={HEADING}>{children}</h6>,
  h6: ({ children }) => <h6 className={HEADING}>{children}</h6>,
  p: ({ children }) => <p className="my-2">{children}</p>,
  ul: ({ children }) => <ul className="my-2 list-disc pl-6">{children}</ul>,
  ol: ({ children, start }) => (
    <ol className="my-2 list-decimal pl-6" start={start}>
      {children}
    </ol>
  ),
  blockquote: ({ children }) => (
    <blockquote className="my-2 border-l-4 border-line pl-4 text-soft">{children}</blockquote>
  ),
  pre: ({ children }) => (
    <pre className="my-2 rounded-lg bg-sunk p-3 text-sm break-words whitespace-pre-wrap">{children}</pre>
  ),
  code: ({ children }) => <code className="rounded bg-sunk px-1 text-[0.9em]">{children}</code>,
  hr: () => <hr className="my-4 border-line" />,
  table: ({ children }) => (
    <section
      aria-label="Table"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: one that is too wide is scrolled by keys
      tabIndex={0}
      className="my-2 overflow-x-auto"
    >
      <table className="border-collapse">{children}</table>
    </section>
  ),
  th: ({ children }) => <th className="border border-line bg-sunk px-2 py-1 text-left">{children}</th>,
  td: ({ children }) => <td className="border border-line px-2 py-1">{children}</td>,
  a: ({ href, children }) => <Leading to={href ?? ""}>{children}</Leading>,
  img: ({ src, alt }) => <NotLoaded alt={alt ?? ""} from={typeof src === "string" ? src : ""} />,
  // Of lists of tasks.
  input: ({ checked }) => <span>{checked ? "[done]" : "[to do]"}</span>,
};

function Leading({ to, children }: { to: string; children: ReactNode }) {
  // A footnote leads to somewhere in the text itself.
  if (to.startsWith("#")) return <span>{children}</span>;
  const said = <span className="text-sm break-all text-soft"> ({to})</span>;
  if (!leadsOut(to)) {
    return (
      <span>
        {children}
        {said}
      </span>
    );
  }
  return (
    <>
      <a href={to} target="_blank" rel="noopener noreferrer" className="text-accent underline">
        {children}
      </a>
      {said}
    </>
  );
}

function NotLoaded({ alt, from }: { alt: string; from: string }) {
  return (
    <span className="rounded border border-line bg-sunk px-2 py-0.5 text-sm break-all">
      Image{alt && `: ${alt}`} ({from})
    </span>
  );
}

interface Props {
  text: string;
  /** What stands in the tree beside what Markdown puts there, and how it is shown. */
  more?: { rehypePlugins: NonNullable<Options["rehypePlugins"]>; components: Components };
  /** What an address of the text is, before it is shown or followed. */
  address?(address: string): string;
}

/** Another text is drawn when there is time for it: it may be long. */
const MarkdownText = memo(function MarkdownText({ text, more, address = (given) => given }: Props) {
  return (
    <>
      <Markdown
        remarkPlugins={[remarkGfm]}
        rehypePlugins={more?.rehypePlugins ?? []}
        components={more ? { ...COMPONENTS, ...more.components } : COMPONENTS}
        urlTransform={address}
      >
        {text.slice(0, SHOWN_CHARACTERS)}
      </Markdown>
      {text.length > SHOWN_CHARACTERS && <p className="mt-4 text-soft">It ends here: the text is very long.</p>}
    </>
  );
});
export default MarkdownText;
