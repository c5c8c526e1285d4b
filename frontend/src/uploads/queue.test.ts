import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ApiProblem } from "../api/problems";
import type { Message, Watcher } from "../live/connection";
import type { Delivery } from "./deliver";
import type { Gathered } from "./gather";
import { UploadQueue } from "./queue";
import { canRetry, counted, groupOf, progressOf } from "./rows";
import type { UploadService } from "./service";

const TARGET = { folder: "/", prefix: "", language: "" };

class FakeService implements UploadService {
  compare = vi.fn<UploadService["compare"]>(async (documents) =>
    documents.map(({ doc_hash }) => ({ doc_hash, unchanged: false, version: 0, status: null })),
  );
  deliver = vi.fn<UploadService["deliver"]>(async ({ source }) => accepted(source.doc_hash));
  standing = vi.fn<UploadService["standing"]>(async () => ({ version: 1, status: "indexed", error: null }));
}

const accepted = (doc_hash: string, version = 1) =>
  ({ doc_hash, version, operation: "CREATE", status: "queued" }) as const;

const events = new EventTarget();
let service: FakeService;
let watcher: Watcher;
let queue: UploadQueue;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("addEventListener", events.addEventListener.bind(events));
  vi.stubGlobal("removeEventListener", events.removeEventListener.bind(events));
  service = new FakeService();
  const watch = (_: string, made: Watcher) => {
    watcher = made;
    return () => {};
  };
  queue = new UploadQueue(service, { watch });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const file = (path: string, content = path, root: string | null = null): Gathered => ({
  path,
  root,
  file: new File([content], path),
});

const realTimeout = globalThis.setTimeout;

async function pass(milliseconds = 50) {
  await vi.advanceTimersByTimeAsync(milliseconds);
}

/** Files are read and digests made outside of the clock that stands still here. */
async function until(holds: () => boolean) {
  for (let round = 0; round < 2_000; round++) {
    await pass();
    if (holds()) return;
    await new Promise((done) => realTimeout(done, 1));
  }
  throw new Error(`it did not come so; the rows are ${JSON.stringify(rows())}`);
}

const rows = () => queue.uploads().rows;
const states = () => rows().map(({ state }) => state.is);
const idOf = (path: string) => rows().find((row) => row.path === path)?.source?.doc_hash ?? "";
const told = (path: string, given: Partial<Message>): Message => ({
  topic: "documents",
  type: "document",
  at: "2026-01-01T00:00:00+00:00",
  revision: 1,
  doc_hash: idOf(path),
  title: null,
  folder: "/",
  status: "indexed",
  operation: "CREATE",
  version: 1,
  indexed_version: 1,
  error: null,
  ...given,
});

it("a file is looked at, compared, sent, and followed until it is indexed", async () => {
  queue.add([file("a.md")], TARGET);
  await until(() => states()[0] === "sent");
  expect(service.compare.mock.calls[0]?.[0]).toMatchObject([{ title: "a.md", content_sha256: expect.any(String) }]);
  expect(rows().map(groupOf)).toEqual(["under way"]);
  watcher.onMessage(told("a.md", { status: "processing" }));
  watcher.onMessage(told("a.md", { status: "indexed" }));
  await pass();
  expect(rows().map(groupOf)).toEqual(["indexed"]);
});

it("what was told before the answer came is not lost, and an older version says nothing", async () => {
  let answer = (_: ReturnType<typeof accepted>) => {};
  service.deliver.mockImplementation(() => new Promise((done) => (answer = done)));
  queue.add([file("a.md")], TARGET);
  await until(() => states()[0] === "sending");
  watcher.onMessage(told("a.md", { version: 2, status: "indexed" }));
  answer(accepted(idOf("a.md"), 2));
  await pass();
  expect(rows().map(groupOf)).toEqual(["indexed"]);
  watcher.onMessage(told("a.md", { version: 1, status: "failed" }));
  watcher.onMessage(told("b.md", { doc_hash: "another", version: 3, status: "failed" }));
  await pass();
  expect(rows().map(groupOf)).toEqual(["indexed"]);
});

it("what is unchanged is not sent", async () => {
  service.compare.mockImplementation(async (documents) =>
    documents.map(({ doc_hash, title }) => ({ doc_hash, unchanged: title === "a.md", version: 4, status: "indexed" })),
  );
  queue.add([file("a.md"), file("b.md")], TARGET);
  await until(() => states().includes("sent"));
  expect(states()).toEqual(["unchanged", "sent"]);
  expect(service.deliver.mock.calls.map(([{ source }]) => source.title)).toEqual(["b.md"]);
});

it("what the service has and is still at work on is followed, not sent", async () => {
  service.compare.mockImplementation(async (documents) =>
    documents.map(({ doc_hash }) => ({ doc_hash, unchanged: true, version: 4, status: "processing" })),
  );
  queue.add([file("a.md")], TARGET);
  await until(() => states()[0] === "sent");
  expect(rows().map(groupOf)).toEqual(["under way"]);
  watcher.onMessage(told("a.md", { version: 4 }));
  await pass();
  expect(rows().map(groupOf)).toEqual(["indexed"]);
  expect(service.deliver).not.toHaveBeenCalled();
});

it("files are compared a hundred at a time and sent four at a time", async () => {
  let atWork = 0;
  let most = 0;
  service.deliver.mockImplementation(async ({ source }) => {
    most = Math.max(most, ++atWork);
    await Promise.resolve();
    atWork -= 1;
    return accepted(source.doc_hash);
  });
  queue.add(
    Array.from({ length: 250 }, (_, number) => file(`${number}.md`)),
    TARGET,
  );
  await until(() => counted(rows())["under way"] === 250 && states().every((state) => state === "sent"));
  expect(service.compare.mock.calls.map(([documents]) => documents.length)).toEqual([100, 100, 50]);
  expect(most).toBe(4);
  expect(progressOf(rows())).toEqual({ through: 250, all: 250 });
});

it("two files of a drop with one id are named, and so are two with one content", async () => {
  queue.add([file("a.md", "x", "one"), file("a.md", "y", "other"), file("b.md", "x", "one")], TARGET);
  await until(() => states().filter((state) => state === "sent").length === 2);
  const [first, second, third] = rows();
  expect(first?.state.is).toBe("sent");
  expect(second?.state).toMatchObject({ is: "left out", why: { what: "It would be the same document as one/a.md" } });
  expect([first?.twin, third?.twin]).toEqual([null, "one/a.md"]);
});

it("a file that is dropped again stands in the list once, and is sent as it is now", async () => {
  queue.add([file("a.md", "old"), file("x.png")], TARGET);
  await until(() => states().includes("sent"));
  queue.add([file("a.md", "new"), file("x.png")], TARGET);
  await until(() => service.deliver.mock.calls.length === 2 && states()[0] === "sent");
  expect(states()).toEqual(["sent", "left out"]);
});

it("nothing is sent while it is paused, and all of it then", async () => {
  queue.pause();
  queue.add([file("a.md"), file("b.md")], TARGET);
  await until(() => states().every((state) => state === "waiting") && states().length === 2);
  await pass(60_000);
  expect(service.deliver).not.toHaveBeenCalled();
  queue.resume();
  await until(() => states().every((state) => state === "sent"));
});

it("where nobody answers it is tried until somebody does, and nothing is lost", async () => {
  service.deliver.mockRejectedValue(new TypeError("Failed to fetch"));
  queue.add([file("a.md")], TARGET);
  await until(() => queue.uploads().unreachable);
  await pass(60_000);
  expect(states()).toEqual(["sending"]);
  service.deliver.mockImplementation(async ({ source }) => accepted(source.doc_hash));
  events.dispatchEvent(new Event("online"));
  await until(() => states()[0] === "sent");
  expect(queue.uploads().unreachable).toBe(false);
});

it("what passes is tried again after as long as the service says, and at last it is said", async () => {
  const busy = new ApiProblem(503, "busy", [], 7);
  service.deliver.mockRejectedValue(busy);
  queue.add([file("a.md")], TARGET);
  await until(() => service.deliver.mock.calls.length === 1);
  await pass(5_000);
  expect(service.deliver).toHaveBeenCalledTimes(1);
  await pass(40_000);
  expect(service.deliver).toHaveBeenCalledTimes(5);
  expect(rows()[0]?.state).toEqual({ is: "not sent", error: busy });
  expect(progressOf(rows())).toEqual({ through: 0, all: 1 });
  service.deliver.mockImplementation(async ({ source }) => accepted(source.doc_hash));
  queue.retry(rows().map(({ key }) => key));
  await until(() => states()[0] === "sent");
});

it("what is refused is said at once, and keeps nobody back", async () => {
  const refused = new ApiProblem(422, "language", []);
  service.deliver.mockImplementation(async ({ source }) => {
    if (source.title === "a.md") throw refused;
    return accepted(source.doc_hash);
  });
  service.compare.mockRejectedValue(refused);
  queue.add([file("a.md"), file("b.md")], TARGET);
  await until(() => states().includes("sent"));
  expect(states()).toEqual(["not sent", "sent"]);
  expect(service.deliver).toHaveBeenCalledTimes(2);
});

it("a document that failed can be sent again, one that is indexed not", async () => {
  queue.add([file("a.md"), file("b.md")], TARGET);
  await until(() => states().every((state) => state === "sent") && states().length === 2);
  watcher.onMessage(told("a.md", { status: "failed", error: { type: "ExtractionFailed", message: "broken" } }));
  watcher.onMessage(told("b.md", {}));
  await pass();
  expect(rows().map(canRetry)).toEqual([true, false]);
  service.deliver.mockImplementation(async ({ source }) => accepted(source.doc_hash, 2));
  queue.retry(rows().map(({ key }) => key));
  await until(() => service.deliver.mock.calls.length === 3 && states().every((state) => state === "sent"));
  expect(rows()[0]?.state).toMatchObject({ version: 2, now: { status: "queued", error: null } });
});

it("what is taken off the list while it is sent is ended", async () => {
  let given: Delivery | undefined;
  service.deliver.mockImplementation((delivery) => {
    given = delivery;
    return new Promise((_, failed) => {
      delivery.signal.addEventListener("abort", () => failed(delivery.signal.reason));
    });
  });
  queue.add([file("a.md")], TARGET);
  await until(() => states()[0] === "sending");
  queue.remove(rows().map(({ key }) => key));
  await until(() => rows().length === 0);
  expect(given?.signal.aborted).toBe(true);
});

it("after more changes than can be told, where documents stand is asked", async () => {
  queue.add([file("a.md")], TARGET);
  await until(() => states()[0] === "sent");
  watcher.onReload();
  await until(() => rows().map(groupOf)[0] === "indexed");
});

it("who leaves while something is unsent is asked, and nobody else", async () => {
  const leaves = () => !events.dispatchEvent(new Event("beforeunload", { cancelable: true }));
  expect(leaves()).toBe(false);
  queue.pause();
  queue.add([file("a.md")], TARGET);
  await pass();
  expect(leaves()).toBe(true);
  queue.resume();
  await until(() => states()[0] === "sent");
  expect(leaves()).toBe(false);
  expect(queue.uploads().rows.length).toBe(1);
  queue.clear();
  await pass();
  expect(rows().length).toBe(1);
});
