// One's chats beside the one that is open: above it, to be opened, where there is no room.
import { useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import { Button, LinkButton } from "../../../design/Button";
import { classes } from "../../../design/classes";
import { CONTROL } from "../../../design/Field";
import { Loading, Problem } from "../../../design/States";
import { Time } from "../../../design/Time";
import { many } from "../../../words/number";
import { useKeptText } from "../asking/keptText";
import { type Chat, titleOf } from "../chats";
import { useChats } from "./useChats";

export function ChatList({ current }: { current: string | null }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <aside
      aria-label="Chats"
      className="flex shrink-0 flex-col border-line bg-card lg:w-72 lg:overflow-y-auto lg:border-r max-lg:border-b"
    >
      <div className="flex items-center justify-between gap-2 px-4 py-2 lg:hidden">
        <Button icon="menu" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? "Close chats" : "Chats"}
        </Button>
        {current !== null && (
          <LinkButton href="/ask" icon="plus">
            New chat
          </LinkButton>
        )}
      </div>
      <div className={classes("max-h-[50dvh] overflow-y-auto p-3 lg:block lg:max-h-none", isOpen ? "block" : "hidden")}>
        <Chats current={current} />
      </div>
    </aside>
  );
}

function Chats({ current }: { current: string | null }) {
  // Each chat is a page of its own, and the list beside it goes on.
  const [search, setSearch] = useKeptText("search of chats");
  const chats = useChats(search);
  return (
    <div className="grid gap-3">
      <div className="max-lg:hidden">
        <LinkButton href="/ask" icon="plus">
          New chat
        </LinkButton>
      </div>
      <input
        type="search"
        aria-label="Search chats by title"
        placeholder="Search by title"
        autoComplete="off"
        className={CONTROL}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      {chats.isPending && <Loading what="chats" />}
      {chats.error !== null && (
        <div className="grid gap-2">
          <Problem error={chats.error} />
          <Button icon="retry" onClick={() => void chats.refetch()}>
            Try again
          </Button>
        </div>
      )}
      {chats.data && !chats.isPlaceholderData && (
        <p role="status" className="text-sm text-soft empty:hidden">
          {chats.title !== ""
            ? foundWords(chats.chats.length, chats.hasNextPage)
            : chats.chats.length === 0 && "You have asked nothing yet."}
        </p>
      )}
      <ul className="grid gap-0.5">
        {chats.chats.map((chat) => (
          <ChatLine key={chat.chat_id} chat={chat} isCurrent={chat.chat_id === current} />
        ))}
      </ul>
      {chats.hasNextPage && (
        <Button busy={chats.isFetchingNextPage} onClick={() => void chats.fetchNextPage()}>
          More chats
        </Button>
      )}
    </div>
  );
}

function foundWords(number: number, isMore: boolean): string {
  if (number === 0) return isMore ? "No chat is found so far" : "No chat is found";
  return isMore ? `${many(number, "chat")} found so far` : `${many(number, "chat")} found`;
}

function ChatLine({ chat, isCurrent }: { chat: Chat; isCurrent: boolean }) {
  const line = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isCurrent) void line.current?.scrollIntoView({ block: "nearest" });
  }, [isCurrent]);
  return (
    <li ref={line}>
      <Link
        href={`/ask/${chat.chat_id}`}
        aria-current={isCurrent ? "page" : undefined}
        className={classes("block rounded-lg px-3 py-1.5", isCurrent ? "bg-accent-tint text-accent" : "hover:bg-sunk")}
      >
        <span className="line-clamp-2 font-medium break-words">{titleOf(chat)}</span>
        <span className="block truncate text-sm text-soft">
          <Time at={chat.active_at} />
          {chat.folder !== null && `, ${chat.folder}`}
        </span>
      </Link>
    </li>
  );
}
