import { expect, it } from "vitest";
import { ApiProblem } from "../../../api/problems";
import { planOf, type Sent, type Step } from "../model/plan";
import { cellIn, withCell, withoutRow } from "../model/rows";
import { csv, FOLDER, idOf, people } from "../model/samples";
import { accepted } from "./accepted";
import { compared } from "./compare";
import { heard, type RowState, type Sender, sendAll, summed } from "./sending";

const isSent = (step: Step): step is Sent => step.kind !== "unchanged";

async function sent(steps: readonly Step[], answer: Sender) {
  const said: string[] = [];
  const states = new Map<string, RowState>();
  await sendAll(
    (step, version) => {
      said.push(`${step.kind} ${step.key}, expecting ${version}`);
      return answer(step, version);
    },
    steps.filter(isSent),
    new Map(steps.map(({ docHash }) => [docHash, 1])),
    (step, state) => states.set(step.docHash, state),
  );
  return { said, states };
}

const taken: Sender = async ({ docHash }, version) => ({
  doc_hash: docHash,
  version: version + 1,
  operation: "UPDATE",
  status: "queued",
});
const refusing =
  (kind: Step["kind"]): Sender =>
  (step, version) =>
    step.kind === kind ? Promise.reject(new ApiProblem(409, "newer")) : taken(step, version);

it("what is changed is sent with the version that is expected, deletions last", async () => {
  let table = csv(await people(), "id,name\nada,Countess\nalan,Alan\n");
  table = withoutRow(table, idOf(table, 1));
  const { said, states } = await sent(await planOf(FOLDER, table), taken);
  expect(said).toEqual(["updated ada, expecting 1", "created alan, expecting 1", "deleted grace, expecting 1"]);
  expect(summed(states.values())).toMatchObject({ underWay: 3, notSent: 0 });
});

it("who is refused keeps nobody back", async () => {
  const table = csv(await people(), "id,name\nada,Countess\nalan,Alan\n");
  const { states } = await sent(await planOf(FOLDER, table), refusing("updated"));
  expect(summed(states.values())).toMatchObject({ underWay: 1, notSent: 1 });
});

it("a record with another key is kept until the new one is taken", async () => {
  let table = await people();
  table = withCell(table, idOf(table, 0), "id", "lovelace");
  const steps = await planOf(FOLDER, table);
  const { said, states } = await sent(steps, refusing("created"));
  expect(said).toEqual(["created lovelace, expecting 1"]);
  expect(summed(states.values())).toMatchObject({ notSent: 2 });
  for (const step of steps.filter(isSent)) table = accepted(table, FOLDER, step, 1);
  expect(table.rows.map((row) => [cellIn(row, "id"), cellIn(row, "name")])).toEqual([
    ["lovelace", "Ada"],
    ["grace", "Grace"],
  ]);
});

it("a row is as it was sent once it was accepted, and nothing of it is a change", async () => {
  let table = csv(await people(), "id,name\nada,Countess\n");
  const [step] = (await planOf(FOLDER, table)).filter(isSent);
  if (step) table = accepted(table, FOLDER, step, 2);
  expect(table.rows[0]).toMatchObject({ entry: { version: 2, said: { title: "T", metadata: { a: 1 } } } });
  expect((await planOf(FOLDER, table)).every(({ kind }) => kind === "unchanged")).toBe(true);
});

it("what the service has is not sent, and what somebody else has changed is held back", async () => {
  const table = csv(await people(), "id,name\nada,Countess\nalan,Alan\nemmy,Emmy\nkurt,Kurt\n");
  const known = [
    { unchanged: false, version: 5, status: "indexed" },
    { unchanged: true, version: 1, status: "indexed" },
    { unchanged: false, version: 7, status: "deleted" },
    { unchanged: false, version: 1, status: "indexed" },
  ] as const;
  const { steps, expected, overtaken } = await compared(
    async (documents) => documents.map(({ doc_hash }, index) => ({ doc_hash, ...(known[index] ?? known[0]) })),
    FOLDER,
    await planOf(FOLDER, table),
  );
  expect(steps.map(({ kind, key }) => `${kind} ${key}`)).toEqual([
    "updated ada",
    "unchanged grace",
    "unchanged alan",
    "created emmy",
    "created kurt",
  ]);
  const keys = steps.filter(({ docHash }) => overtaken.has(docHash)).map(({ key }) => key);
  expect(keys).toEqual(["ada", "kurt"]);
  expect(steps.map(({ docHash }) => expected.get(docHash))).toEqual([1, undefined, undefined, 7, 1]);
});

it("an older version's message says nothing of a newer one", () => {
  const now = { version: 3, status: "queued", error: null } as const;
  const state: RowState = { is: "sent", version: 3, now };
  expect(heard(state, { version: 2, status: "indexed", error: null })).toBe(state);
  expect(heard(state, { version: 3, status: "indexed", error: null })).toMatchObject({ now: { status: "indexed" } });
  expect(heard(undefined, now)).toBeUndefined();
});
