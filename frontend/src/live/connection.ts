// What changes, as it does: over a WebSocket, and by `GET /changes` where there is none. docs/live.md has the rules. One
// connection for the whole page; who shows something watches a topic.
import type { Schemas } from "../api/client";

export type Message = Omit<Schemas["DocumentMessage"], "progress"> & { progress?: Schemas["Progress"] | null };
/** A message of a chat has changed. docs/live.md has what each field says. */
export interface AnswerMessage {
  topic: string;
  type: "answer";
  at: string;
  revision: number;
  message_id: string;
  status: Schemas["MessageStatus"];
  /** What there is so far; null where the message is to be read. */
  text: string | null;
}
/** A chat has changed, and is to be read. */
export interface ChatMessage {
  topic: string;
  type: "chat";
  at: string;
  /** Null of a deleted one, after which nothing comes. */
  revision: number | null;
  chat_id: string;
  status: "open" | "deleted";
}
type Told = Message | AnswerMessage | ChatMessage;
export type LiveState = "idle" | "connecting" | "live" | "asking" | "lost";

export interface Watcher {
  onMessage(message: Message): void;
  /** Under `chat:ID` alone. */
  onAnswer?(message: AnswerMessage): void;
  /** Under `chats` and `chat:ID` alone. */
  onChat?(message: ChatMessage): void;
  /** What is shown is to be loaded anew: more changed than can be told. */
  onReload(): void;
}

/** Where messages come from. */
export interface LiveSource {
  ticket(): Promise<Schemas["LiveTicket"]>;
  changes(topic: string, after: string | null): Promise<{ messages: Message[]; cursor: string; reload: boolean }>;
  open(url: string): WebSocket;
}

const PING_MILLISECONDS = 60_000;
const STALLED_MILLISECONDS = 5_000;
const ASK_MILLISECONDS = 5_000;
const RETRY_MILLISECONDS = [500, 1_000, 2_000, 5_000, 10_000, 30_000];
/** After so many failures in a row the changes are asked for. */
const FAILURES_TO_ASK = 2;
const KNOWN_AT_MOST = 5_000;

interface Frame {
  messages?: Told[];
  cursor?: string;
  answer?: string;
  more?: boolean;
  reload?: boolean;
  ends_at?: string;
  error?: { code: string };
  message?: string;
}

/** Of two messages about the same the one with the greater revision is newer, of equal ones that with the greater step. */
interface Age {
  revision: number;
  step: number;
}

interface Topic {
  watchers: Set<Watcher>;
  /** Of `GET /changes`; a list's cursor is its own. */
  cursor: string | null;
  /** The newest that was told, by document, message or chat. */
  known: Map<string, Age>;
}

function aboutOf(message: Told): string {
  if (message.type === "answer") return message.message_id;
  return message.type === "chat" ? message.chat_id : message.doc_hash;
}

function ageOf(message: Told): Age {
  if (message.type === "document") return { revision: message.revision, step: message.progress?.step ?? 0 };
  return { revision: message.revision ?? Number.MAX_SAFE_INTEGER, step: 0 };
}

export class LiveConnection {
  #state: LiveState = "idle";
  #listeners = new Set<() => void>();
  #topics = new Map<string, Topic>();
  #socket: WebSocket | null = null;
  #cursor: string | null = null;
  #failures = 0;
  #timers = new Map<"ping" | "renew" | "retry" | "ask", ReturnType<typeof setTimeout>>();

  /** `hear` gets every message, whoever watches. */
  constructor(
    private readonly source: LiveSource,
    private readonly hear: (message: Message) => void = () => {},
  ) {}

  state(): LiveState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Be told what changes under `topic`. Returns what ends that. */
  watch(topic: string, watcher: Watcher): () => void {
    const found = this.#topics.get(topic) ?? { watchers: new Set(), cursor: null, known: new Map() };
    found.watchers.add(watcher);
    if (!this.#topics.has(topic)) {
      this.#topics.set(topic, found);
      this.#say({ action: "subscribe", topic });
    }
    if (this.#state === "idle") void this.#connect();
    return () => {
      found.watchers.delete(watcher);
      if (found.watchers.size > 0 || this.#topics.get(topic) !== found) return;
      this.#topics.delete(topic);
      this.#say({ action: "unsubscribe", topic });
    };
  }

  /** Close the connection, and tell nothing more. */
  stop(): void {
    for (const name of [...this.#timers.keys()]) this.#clear(name);
    this.#topics.clear();
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#become("idle");
  }

  /** Try at once: the network is there again. */
  hurry(): void {
    if (this.#socket !== null || this.#state === "idle" || this.#state === "connecting") return;
    void this.#connect();
  }

  async #connect(): Promise<void> {
    this.#clear("retry");
    if (this.#failures < FAILURES_TO_ASK) this.#become("connecting");
    try {
      const { url, ticket } = await this.source.ticket();
      if (this.#socket !== null || this.#state === "idle") return;
      this.#attach(this.source.open(`${url}?ticket=${encodeURIComponent(ticket)}`));
    } catch {
      this.#failed();
    }
  }

  #attach(socket: WebSocket): void {
    this.#socket = socket;
    socket.onopen = () => {
      this.#failures = 0;
      this.#clear("ask");
      this.#become("live");
      for (const topic of this.#topics.keys()) this.#say({ action: "subscribe", topic });
      this.#pingIn(PING_MILLISECONDS);
    };
    socket.onmessage = ({ data }) => this.#heard(data);
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      this.#clear("ping");
      this.#clear("renew");
      this.#failed();
    };
  }

  #failed(): void {
    if (this.#state === "idle") return;
    this.#failures += 1;
    if (this.#failures >= FAILURES_TO_ASK && !this.#timers.has("ask")) this.#ask();
    else if (this.#failures < FAILURES_TO_ASK) this.#become("connecting");
    const wait = RETRY_MILLISECONDS[Math.min(this.#failures, RETRY_MILLISECONDS.length) - 1] ?? 0;
    this.#in("retry", wait, () => void this.#connect());
  }

  /** Ask for what changed, again and again, until a connection is open. */
  #ask(): void {
    this.#in("ask", ASK_MILLISECONDS, () => this.#ask());
    const asked = [...this.#topics].map(async ([name, topic]) => {
      const list = await this.source.changes(name, topic.cursor);
      topic.cursor = list.cursor;
      if (list.reload) this.#reload(topic);
      for (const message of list.messages) this.#tell(topic, message);
    });
    Promise.all(asked).then(
      () => this.#timers.has("ask") && this.#become("asking"),
      () => this.#timers.has("ask") && this.#become("lost"),
    );
  }

  #heard(data: unknown): void {
    let frame: Frame;
    try {
      frame = JSON.parse(String(data)) as Frame;
    } catch {
      this.#socket?.close();
      return;
    }
    for (const message of frame.messages ?? []) {
      const topic = this.#topics.get(message.topic);
      if (topic) this.#tell(topic, message);
    }
    this.#cursor = frame.cursor ?? this.#cursor;
    if (frame.reload) for (const topic of this.#topics.values()) this.#reload(topic);
    if (frame.ends_at) this.#renewBefore(frame.ends_at);
    const code = frame.error?.code;
    // Another one, opened at once, would be one too many again.
    if (code === "too_many_connections") this.#failures = FAILURES_TO_ASK;
    if (code === "over" || code === "too_many_connections") this.#socket?.close();
    else if (code === "stalled" || (frame.message && !frame.messages)) this.#pingIn(STALLED_MILLISECONDS);
    // What changed in the half minute before the cursor: a change between loading and watching.
    else if (frame.answer === "subscribe" || frame.more) this.#pingIn(0);
  }

  #tell(topic: Topic, message: Told): void {
    const about = aboutOf(message);
    const age = ageOf(message);
    const before = topic.known.get(about);
    if (before && (age.revision - before.revision || age.step - before.step) <= 0) return;
    topic.known.delete(about);
    topic.known.set(about, age);
    const oldest = topic.known.keys().next();
    if (topic.known.size > KNOWN_AT_MOST && !oldest.done) topic.known.delete(oldest.value);
    if (message.type === "document") this.hear(message);
    for (const watcher of [...topic.watchers]) {
      if (message.type === "answer") watcher.onAnswer?.(message);
      else if (message.type === "chat") watcher.onChat?.(message);
      else watcher.onMessage(message);
    }
  }

  #reload(topic: Topic): void {
    for (const watcher of [...topic.watchers]) watcher.onReload();
  }

  #pingIn(milliseconds: number): void {
    this.#in("ping", milliseconds, () => {
      this.#say({ action: "ping" });
      this.#pingIn(PING_MILLISECONDS);
    });
  }

  #renewBefore(end: string): void {
    if (this.#timers.has("renew")) return;
    this.#in("renew", Math.max(0, 0.75 * (Date.parse(end) - Date.now())), async () => {
      const socket = this.#socket;
      try {
        const { ticket } = await this.source.ticket();
        socket?.send(JSON.stringify({ action: "renew", ticket }));
      } catch {
        socket?.close();
      }
    });
  }

  #say(action: { action: string; topic?: string }): void {
    if (this.#socket?.readyState !== 1) return;
    const after = this.#cursor !== null && action.action !== "unsubscribe" ? { after: this.#cursor } : {};
    this.#socket.send(JSON.stringify({ ...action, ...after }));
  }

  #in(name: "ping" | "renew" | "retry" | "ask", milliseconds: number, then: () => void): void {
    this.#clear(name);
    const timer = setTimeout(() => {
      this.#timers.delete(name);
      then();
    }, milliseconds);
    this.#timers.set(name, timer);
  }

  #clear(name: "ping" | "renew" | "retry" | "ask"): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }

  #become(state: LiveState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }
}
