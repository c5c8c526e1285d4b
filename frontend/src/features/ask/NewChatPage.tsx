// A chat that begins with its first question.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import { useLocation, useSearch } from "wouter";
import { conditionsOf } from "../../conditions/conditions";
import { Empty } from "../../design/States";
import { useKeptText } from "./asking/keptText";
import { QuestionBox } from "./asking/QuestionBox";
import { CHATS, useChatActions } from "./chats";
import { ScopeLine } from "./scope/ScopeLine";
import { askAddress, scopeOf } from "./scope/scope";
import { ChatList } from "./sessions/ChatList";

export default function NewChatPage() {
  const [, go] = useLocation();
  const address = useSearch();
  const scope = useMemo(() => scopeOf(address), [address]);
  const actions = useChatActions();
  const client = useQueryClient();
  const [draft, setDraft] = useKeptText("new chat");
  // A chat whose first question was refused is asked again, and no other one begun.
  const begun = useRef<string | null>(null);
  const asking = useMutation({
    mutationFn: async (question: string) => {
      if (begun.current === null) begun.current = (await actions.open(scope)).chat_id;
      else await actions.limit(begun.current, scope);
      await actions.ask(begun.current, question);
      return begun.current;
    },
    onSuccess: () => setDraft(""),
    onSettled: () => client.invalidateQueries({ queryKey: CHATS }),
  });
  // Who went to another page meanwhile stays there.
  const ask = (question: string) =>
    asking.mutate(question, { onSuccess: (chat) => go(`/ask/${chat}`, { replace: true }) });
  return (
    <div className="flex min-h-0 flex-1 flex-col lg:flex-row">
      <ChatList current={null} />
      <section className="flex min-h-0 min-w-0 flex-1 flex-col">
        <header className="grid grid-cols-1 gap-1 border-b border-line bg-card px-4 py-2">
          <h1 className="text-lg font-semibold">New chat</h1>
          <ScopeLine
            scope={scope}
            hint="What you ask in this chat is looked for there."
            onChange={async ({ folder, filter }) =>
              go(askAddress(folder, conditionsOf(filter) ?? []), { replace: true })
            }
          />
        </header>
        <div className="mx-auto grid w-full max-w-4xl flex-1 content-center gap-4 p-4">
          <Empty icon="ask" title="Ask the documents">
            An answer is made of what they say, with the passages that say so. Your chats are yours alone.
          </Empty>
          <QuestionBox
            takesFocus
            text={draft}
            onText={setDraft}
            onAsk={ask}
            isAsking={asking.isPending}
            waitsFor={null}
            error={asking.error}
          />
        </div>
      </section>
    </div>
  );
}
