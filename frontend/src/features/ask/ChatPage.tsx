// A chat: its questions with their answers, and where the next one is typed.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { Link, useLocation } from "wouter";
import { ApiProblem, answered } from "../../api/problems";
import { useServices } from "../../app/services";
import { IconButton } from "../../design/Button";
import { useNotice } from "../../design/Notices";
import { Empty, Failed, Loading } from "../../design/States";
import { useLiveChats } from "../../live/useLive";
import { MessageView } from "./answer/MessageView";
import { lookedWords } from "./answer/states";
import { useMessages } from "./answer/useMessages";
import { useKeptText } from "./asking/keptText";
import { QuestionBox } from "./asking/QuestionBox";
import { CHATS, type Chat, chatKey, titleOf, useChatActions } from "./chats";
import { chatMarkdown, fileName, saveText } from "./copies";
import { ScopeLine } from "./scope/ScopeLine";
import { ChatList } from "./sessions/ChatList";
import { useFollow } from "./useFollow";

const RenameDialog = lazy(() => import("./sessions/RenameDialog"));
const DeleteChatDialog = lazy(() => import("./sessions/DeleteChatDialog"));

/** On a telephone the keyboard would cover what is read. */
const HAS_KEYS = matchMedia("(hover: hover)").matches;

export default function ChatPage({ params }: { params: Record<string, string> }) {
  const id = params.chat ?? "";
  return (
    <div className="flex min-h-0 flex-1 flex-col lg:flex-row">
      <ChatList current={id} />
      <section className="flex min-h-0 min-w-0 flex-1 flex-col">
        <Opened key={id} chatId={id} />
      </section>
    </div>
  );
}

function chatOf(chatId: string) {
  return [...chatKey(chatId), "chat"];
}

function Opened({ chatId }: { chatId: string }) {
  const { api } = useServices();
  const chat = useQuery({
    queryKey: chatOf(chatId),
    queryFn: ({ signal }) => answered(api.GET("/chats/{id}", { params: { path: { id: chatId } }, signal })),
  });
  // It was renamed, limited or deleted in another window, or asked for the first time.
  const look = () => void chat.refetch();
  useLiveChats(`chat:${chatId}`, look, look);
  if (isGone(chat.error)) return <Gone />;
  if (chat.data !== undefined) return <Open chat={chat.data} />;
  return (
    <>
      <h1 className="sr-only">Chat</h1>
      {chat.error === null ? (
        <Loading what="the chat" />
      ) : (
        <Failed error={chat.error} onRetry={() => void chat.refetch()} />
      )}
    </>
  );
}

function isGone(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 404;
}

function Gone() {
  return (
    <Empty isPage icon="ask" title="There is no such chat">
      <p>It was deleted, its time is over, or it is somebody else's.</p>
      <Link href="/ask" className="text-accent underline">
        Ask something new
      </Link>
    </Empty>
  );
}

function Open({ chat }: { chat: Chat }) {
  const id = chat.chat_id;
  const actions = useChatActions();
  const client = useQueryClient();
  const notice = useNotice();
  const messages = useMessages(id);
  const [draft, setDraft] = useKeptText(id);
  const { scroller, content, toEnd } = useFollow(id);
  const isRunning = messages.messages.some((each) => each.status === "running");
  const changed = (now: Chat) => {
    client.setQueryData(chatOf(id), now);
    void client.invalidateQueries({ queryKey: CHATS });
  };
  const asking = useMutation({
    mutationFn: async (question: string) => {
      const { message_id } = await actions.ask(id, question);
      setDraft("");
      toEnd();
      await messages.read(message_id).catch(messages.reload);
    },
    onError: (error) => {
      // It was asked in another window.
      if (error instanceof ApiProblem && error.status === 409) messages.reload();
    },
    onSuccess: () => {
      // The first question gives it its title, and each puts it to the head of the list.
      void client.invalidateQueries({ queryKey: chatOf(id) });
      void client.invalidateQueries({ queryKey: CHATS });
    },
  });
  if (isGone(messages.error)) return <Gone />;
  return (
    <>
      <Header
        chat={chat}
        onChanged={changed}
        mayExport={messages.isWhole}
        onExport={() => saveText(chatMarkdown(chat, messages.messages, location.origin), fileName(chat))}
      >
        <ScopeLine
          scope={{ folder: chat.folder ?? "", filter: chat.filter }}
          hint="It holds for what is asked from now on."
          onChange={async (scope) => {
            changed(await actions.limit(id, scope));
            notice("What is asked from now on is looked for there");
          }}
        />
      </Header>
      <section
        ref={scroller}
        aria-label="Questions and answers"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keys
        tabIndex={0}
        className="min-h-40 flex-1 overflow-y-auto"
      >
        <div ref={content} className="mx-auto grid max-w-4xl grid-cols-1 gap-6 p-4">
          {!messages.isWhole && messages.error === null && <Loading what="questions and answers" />}
          {messages.isWhole && messages.messages.length === 0 && (
            <Empty icon="ask" title="Nothing is asked yet">
              Answers are made of what the documents say, with the passages that say so.
            </Empty>
          )}
          <ol aria-label="Messages" className="grid grid-cols-1 gap-8 empty:hidden">
            {messages.messages.map((answer) => (
              <MessageView
                key={answer.message_id}
                answer={answer}
                isBusy={isRunning}
                looked={answer.status === "running" ? lookedWords(messages.isLive, messages.lookError) : null}
                put={messages.put}
                read={messages.read}
              />
            ))}
          </ol>
          {messages.error !== null && <Failed error={messages.error} onRetry={messages.reload} />}
        </div>
      </section>
      <div className="border-t border-line bg-card py-3">
        <div className="mx-auto max-w-4xl px-4">
          <QuestionBox
            takesFocus={HAS_KEYS}
            text={draft}
            onText={setDraft}
            onAsk={asking.mutate}
            isAsking={asking.isPending}
            waitsFor={isRunning ? "An answer is being made. Wait for it, or stop it, to ask the next question." : null}
            error={asking.error}
          />
        </div>
      </div>
    </>
  );
}

interface HeaderProps {
  chat: Chat;
  onChanged(chat: Chat): void;
  /** All of it is there. */
  mayExport: boolean;
  onExport(): void;
  children: React.ReactNode;
}

function Header({ chat, onChanged, mayExport, onExport, children }: HeaderProps) {
  const [, go] = useLocation();
  const client = useQueryClient();
  const notice = useNotice();
  const [asked, setAsked] = useState<"rename" | "delete" | null>(null);
  const close = () => setAsked(null);
  const removed = () => {
    notice("The chat is deleted");
    go("/ask", { replace: true });
    client.removeQueries({ queryKey: chatKey(chat.chat_id) });
    void client.invalidateQueries({ queryKey: CHATS });
  };
  return (
    <header className="grid grid-cols-1 gap-1 border-b border-line bg-card px-4 py-2">
      <div className="flex min-w-0 items-center gap-1">
        <h1 className="min-w-0 flex-1 truncate text-lg font-semibold" title={titleOf(chat)}>
          {titleOf(chat)}
        </h1>
        <IconButton icon="edit" label="Rename the chat" onClick={() => setAsked("rename")} />
        <IconButton icon="download" label="Export the chat as Markdown" disabled={!mayExport} onClick={onExport} />
        <IconButton icon="trash" label="Delete the chat" onClick={() => setAsked("delete")} />
      </div>
      {children}
      <Suspense>
        {asked === "rename" && <RenameDialog chat={chat} onDone={onChanged} onClose={close} />}
        {asked === "delete" && <DeleteChatDialog chat={chat} onDone={removed} onClose={close} />}
      </Suspense>
    </header>
  );
}
