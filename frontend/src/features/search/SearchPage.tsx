// Search as one types.
import { useEffect, useState } from "react";
import { useSearch as useAddress, useLocation } from "wouter";
import { Conditions } from "../../conditions/Conditions";
import { withCondition } from "../../conditions/conditions";
import { Button, LinkButton } from "../../design/Button";
import { classes } from "../../design/classes";
import { CONTROL } from "../../design/Field";
import { Empty, Failed, Loading } from "../../design/States";
import { many } from "../../words/number";
import { askAddress } from "../ask/scope/scope";
import { AnswerLine } from "./AnswerLine";
import { HitCard } from "./HitCard";
import { Missing } from "./Missing";
import { Options } from "./Options";
import { addressOf, type Question, questionOf } from "./question";
import { useSearch } from "./useSearch";

const TYPING_MILLISECONDS = 180;

export default function SearchPage() {
  const [, go] = useLocation();
  const address = useAddress();
  const question = questionOf(address);
  const change = (changed: Partial<Question>) => go(addressOf({ ...question, ...changed }));
  return (
    <div className="mx-auto grid w-full max-w-5xl grid-cols-1 gap-4 p-4">
      <h1 className="sr-only">Search</h1>
      <search className="grid gap-3">
        <QueryBox
          query={question.query}
          onChange={(query) => go(addressOf({ ...question, query }), { replace: true })}
        />
        <div className="flex flex-wrap items-center gap-x-5 gap-y-2">
          <Options question={question} onChange={change} />
          {(question.folder !== "" || question.conditions.length > 0) && (
            <LinkButton icon="ask" href={askAddress(question.folder, question.conditions)}>
              Ask these documents
            </LinkButton>
          )}
        </div>
        <Conditions conditions={question.conditions} onChange={(conditions) => change({ conditions })} />
      </search>
      {question.query.trim() === "" ? (
        <Empty icon="search" title="Ask something">
          By meaning and by words at once. What stands in quotation marks is looked for word for word.
        </Empty>
      ) : (
        <Hits question={question} onChange={go} />
      )}
    </div>
  );
}

function QueryBox({ query, onChange }: { query: string; onChange(query: string): void }) {
  const [typed, setTyped] = useState(query);
  useEffect(() => setTyped(query), [query]);
  useEffect(() => {
    if (typed === query) return;
    const soon = setTimeout(() => onChange(typed), TYPING_MILLISECONDS);
    return () => clearTimeout(soon);
  });
  return (
    <input
      type="search"
      aria-label="Search for"
      placeholder="What are you looking for?"
      maxLength={8192}
      autoComplete="off"
      // biome-ignore lint/a11y/noAutofocus: it is what the page is for
      autoFocus
      className={classes(CONTROL, "min-h-12 text-lg")}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
    />
  );
}

function Hits({ question, onChange }: { question: Question; onChange(address: string): void }) {
  const search = useSearch(question);
  if (search.error !== null && search.hits.length === 0) {
    return <Failed error={search.error} onRetry={() => void search.refetch()} />;
  }
  if (search.answer === undefined) return <Loading what="hits" />;
  const best = Math.max(0, ...search.hits.map((hit) => hit.explain?.keyword?.score ?? 0));
  return (
    <>
      <AnswerLine
        answer={search.answer}
        hits={search.hits.length}
        changes={search.changes}
        isWorking={search.isFetching}
        onAgain={() => void search.refetch()}
      />
      <Missing answer={search.answer} />
      {search.hits.length === 0 && (
        <Empty icon="search" title="Nothing is found">
          {question.conditions.length > 0 || question.folder !== ""
            ? "Ask in other words, or take away a condition or the folder."
            : "Ask in other words."}
        </Empty>
      )}
      <ol className="grid grid-cols-1 gap-3" aria-label="Hits" aria-busy={search.isPlaceholderData}>
        {search.hits.map((hit, index) => (
          <HitCard
            key={`${hit.doc_hash} ${hit.chunk_id}`}
            hit={hit}
            rank={index + 1}
            bestByWords={best}
            why={question.why}
            onCondition={(condition) =>
              onChange(addressOf({ ...question, conditions: withCondition(question.conditions, condition) }))
            }
          />
        ))}
      </ol>
      {search.hasNextPage && (
        <Button
          className="justify-self-center"
          busy={search.isFetchingNextPage}
          onClick={() => void search.fetchNextPage()}
        >
          More hits
        </Button>
      )}
      {!search.hasNextPage && search.answer.bounded && search.hits.length > 0 && (
        <p className="text-center text-sm text-soft">
          These are the best {many(search.hits.length, "hit")}; there may be more. Ask for something narrower to see
          them.
        </p>
      )}
    </>
  );
}
