import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type AnswerMessage,
  type ChatMessage,
  LiveConnection,
  type LiveSource,
  type Message,
  type Watcher,
} from "./connection";

class FakeSocket {
  readyState = 0;
  sent: { action: string; topic?: string; after?: string; ticket?: string }[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor(readonly url: string) {}

  send(text: string) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose?.();
  }

  open() {
    this.readyState = 1;
    this.onopen?.();
  }

  hears(frame: object) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

const message = (doc_hash: string, revision: number, given: Partial<Message> = {}): Message => ({
  topic: "documents",
  type: "document",
  at: "2026-01-01T00:00:00+00:00",
  revision,
  doc_hash,
  title: doc_hash,
  folder: "/",
  status: "indexed",
  operation: "CREATE",
  version: 1,
  indexed_version: 1,
  error: null,
  ...given,
});

const sockets: FakeSocket[] = [];
const last = () => sockets.at(-1) as FakeSocket;
const actions = (socket: FakeSocket) => socket.sent.map(({ action, topic }) => (topic ? `${action} ${topic}` : action));
let refuses = false;
const changes = vi.fn<LiveSource["changes"]>();
const source: LiveSource = {
  ticket: async () => {
    if (refuses) throw new TypeError("no network");
    return { url: "ws://live", ticket: "t/1", expires_at: "" };
  },
  changes,
  open: (url) => {
    const socket = new FakeSocket(url);
    sockets.push(socket);
    return socket as unknown as WebSocket;
  },
};

function watcher() {
  const told: Message[] = [];
  let reloads = 0;
  const made: Watcher = { onMessage: (one) => told.push(one), onReload: () => reloads++ };
  return { made, told, reloads: () => reloads };
}

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

beforeEach(() => {
  vi.useFakeTimers();
  sockets.length = 0;
  refuses = false;
  changes.mockReset().mockResolvedValue({ messages: [], cursor: "c", reload: false });
});
afterEach(() => vi.useRealTimers());

async function opened() {
  const live = new LiveConnection(source);
  const watching = watcher();
  live.watch("documents", watching.made);
  await pass(0);
  last().open();
  return { live, ...watching };
}

describe("an open connection", () => {
  it("watches what is asked for, and asks for what came before it", async () => {
    const { live } = await opened();
    expect(last().url).toBe("ws://live?ticket=t%2F1");
    expect(live.state()).toBe("live");
    last().hears({ answer: "subscribe", cursor: "one" });
    await pass(1);
    expect(last().sent).toEqual([
      { action: "subscribe", topic: "documents" },
      { action: "ping", after: "one" },
    ]);
  });

  it("tells each change once, and only what is newer", async () => {
    const { told } = await opened();
    last().hears({ messages: [message("a", 2), message("a", 2), message("a", 1), message("b", 1)] });
    last().hears({ messages: [message("a", 3)] });
    expect(told.map((one) => [one.doc_hash, one.revision])).toEqual([
      ["a", 2],
      ["b", 1],
      ["a", 3],
    ]);
  });

  it("tells how far something is, though its record stays as it is", async () => {
    const { told } = await opened();
    const at = (step: number) => message("a", 2, { progress: { step } as NonNullable<Message["progress"]> });
    last().hears({ messages: [message("a", 2), at(1), at(3), at(2), at(3)] });
    last().hears({ messages: [message("a", 3)] });
    expect(told.map((one) => [one.revision, one.progress?.step ?? 0])).toEqual([
      [2, 0],
      [2, 1],
      [2, 3],
      [3, 0],
    ]);
  });

  it("tells who watches a topic, and nobody else", async () => {
    const { live, told } = await opened();
    const other = watcher();
    const stop = live.watch("document:x", other.made);
    last().hears({ messages: [message("x", 1, { topic: "document:x" })] });
    stop();
    last().hears({ messages: [message("x", 2, { topic: "document:x" })] });
    expect(other.told.length).toBe(1);
    expect(told).toEqual([]);
    expect(actions(last())).toEqual(["subscribe documents", "subscribe document:x", "unsubscribe document:x"]);
  });

  it("asks once a minute, at once if there is more, and soon if it is stalled", async () => {
    await opened();
    await pass(60_000);
    expect(actions(last())).toEqual(["subscribe documents", "ping"]);
    last().hears({ messages: [], cursor: "two", more: true });
    await pass(1);
    expect(last().sent.at(-1)).toEqual({ action: "ping", after: "two" });
    last().hears({ error: { code: "stalled" } });
    await pass(5_000);
    expect(actions(last()).filter((action) => action === "ping").length).toBe(3);
  });

  it("says that all is to be loaded anew when too much changed", async () => {
    const { reloads } = await opened();
    last().hears({ messages: [], cursor: "new", reload: true });
    expect(reloads()).toBe(1);
  });

  it("is renewed before its token ends", async () => {
    await opened();
    last().hears({ answer: "subscribe", cursor: "c", ends_at: new Date(Date.now() + 100_000).toISOString() });
    await pass(74_000);
    expect(actions(last())).not.toContain("renew");
    await pass(2_000);
    expect(last().sent.find((each) => each.action === "renew")?.ticket).toBe("t/1");
  });
});

describe("a connection that is cut", () => {
  it("is followed by another one that goes on from the cursor", async () => {
    const { live } = await opened();
    last().hears({ messages: [], cursor: "here" });
    last().close();
    expect(live.state()).toBe("connecting");
    await pass(600);
    last().open();
    expect(sockets.length).toBe(2);
    expect(last().sent).toEqual([{ action: "subscribe", topic: "documents", after: "here" }]);
    expect(live.state()).toBe("live");
  });

  it("is replaced by asking, until there is one again", async () => {
    const { live, told } = await opened();
    changes.mockResolvedValueOnce({ messages: [], cursor: "c1", reload: false });
    changes.mockResolvedValue({ messages: [message("a", 4)], cursor: "c2", reload: false });
    refuses = true;
    last().close();
    await pass(7_000);
    expect(live.state()).toBe("asking");
    expect(changes.mock.calls.slice(0, 2)).toEqual([
      ["documents", null],
      ["documents", "c1"],
    ]);
    expect(told.map((one) => one.revision)).toEqual([4]);
    refuses = false;
    await pass(31_000);
    last().open();
    expect(live.state()).toBe("live");
    changes.mockClear();
    await pass(20_000);
    expect(changes).not.toHaveBeenCalled();
  });

  it("is replaced by asking at once where it was one too many", async () => {
    const { live } = await opened();
    last().hears({ messages: [], error: { code: "too_many_connections" } });
    await pass(1_500);
    expect(live.state()).toBe("asking");
    expect(sockets.length).toBe(1);
    await pass(1_000);
    expect(sockets.length).toBe(2);
  });

  it("says that nothing is live where nobody answers", async () => {
    const { live } = await opened();
    changes.mockRejectedValue(new TypeError("no network"));
    refuses = true;
    last().close();
    await pass(7_000);
    expect(live.state()).toBe("lost");
  });

  it("is not opened again once it was stopped", async () => {
    const { live } = await opened();
    live.stop();
    await pass(100_000);
    expect(sockets.length).toBe(1);
    expect(live.state()).toBe("idle");
  });
});

describe("an answer of a chat", () => {
  const answer = (message_id: string, revision: number, text: string): AnswerMessage => ({
    topic: "chat:c",
    type: "answer",
    at: "2026-01-01T00:00:00+00:00",
    revision,
    message_id,
    status: "running",
    text,
  });

  it("is told by revision to who watches the chat, and to nobody who waits for documents", async () => {
    const heard = vi.fn();
    const live = new LiveConnection(source, heard);
    const texts: (string | null)[] = [];
    const { made, told } = watcher();
    live.watch("chat:c", { ...made, onAnswer: (message) => texts.push(message.text) });
    live.watch("documents", watcher().made);
    await pass(0);
    last().open();
    const first = [answer("000001", 4, "The tide"), answer("000001", 3, "The"), answer("000001", 4, "The tide")];
    last().hears({ messages: [...first, answer("000002", 2, "Another")] });
    last().hears({
      messages: [answer("000001", 5, "The tide tables"), { ...answer("000001", 9, "x"), topic: "chat:d" }],
    });
    expect(texts).toEqual(["The tide", "Another", "The tide tables"]);
    expect(told).toEqual([]);
    expect(heard).not.toHaveBeenCalled();
  });
});

describe("a chat", () => {
  const chat = (topic: string, revision: number | null): ChatMessage => ({
    topic,
    type: "chat",
    at: "2026-01-01T00:00:00+00:00",
    revision,
    chat_id: "c",
    status: revision === null ? "deleted" : "open",
  });

  it("is told under each topic by revision, and nothing after its deletion", async () => {
    const live = new LiveConnection(source);
    const listed: ChatMessage[] = [];
    const open: ChatMessage[] = [];
    const { made, told } = watcher();
    live.watch("chats", { ...made, onChat: (message) => listed.push(message) });
    live.watch("chat:c", { ...watcher().made, onChat: (message) => open.push(message) });
    await pass(0);
    last().open();
    last().hears({ messages: [chat("chats", 2), chat("chat:c", 2), chat("chats", 2), chat("chats", 1)] });
    last().hears({ messages: [chat("chats", null), chat("chats", 3), chat("chats", null)] });
    expect(listed.map((each) => [each.revision, each.status])).toEqual([
      [2, "open"],
      [null, "deleted"],
    ]);
    expect(open.map((each) => each.revision)).toEqual([2]);
    expect(told).toEqual([]);
  });
});
