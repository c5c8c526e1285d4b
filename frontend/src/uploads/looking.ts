// Looks at files a hundred at a time: which documents they are, what is in them, and which of them the service has as they are.
import { ApiProblem } from "../api/problems";
import { inTurns } from "../library/inTurns";
import { noSuchFolder, sameDocument, UNREADABLE } from "../words/uploads";
import { bytesOf } from "./deliver";
import { lookAt } from "./look";
import type { Persistence } from "./persistence";
import type { RowStore } from "./rowStore";
import { knownAs, nameOf } from "./rows";
import type { UploadService } from "./service";
import { sourceOf, type Target } from "./source";

/** Of one comparison: the API takes no more. */
const AT_A_TIME = 100;
/** The API does not compare them, since one of them is not right; each is judged when it is sent. */
const REFUSED_TOGETHER = new Set([400, 413, 415, 422]);

export interface Unlooked {
  key: number;
  file: File;
  type: string;
  target: Target;
}

interface Needs {
  rows: RowStore;
  service: UploadService;
  persistence: Persistence;
  /** Takes rows off the list that others take the place of. */
  remove(keys: number[]): void;
  /** Has them sent. */
  send(keys: number[]): void;
}

export class Looking {
  #waiting: Unlooked[] = [];
  #atWork = false;

  constructor(private readonly needs: Needs) {}

  take(files: readonly Unlooked[]): void {
    this.#waiting.push(...files);
    if (!this.#atWork) void this.#work();
  }

  async #work(): Promise<void> {
    this.#atWork = true;
    for (let some = this.#next(); some.length > 0; some = this.#next()) {
      // One after the other, so that of two with the same id the first one keeps it.
      for (const each of some) await this.#identify(each);
      await inTurns(some, (each) => this.#inspect(each));
      for (const each of some) this.#findTwin(each);
      await this.#compare(some.map(({ key }) => key));
    }
    this.#atWork = false;
  }

  #next(): Unlooked[] {
    return this.#waiting.splice(0, AT_A_TIME);
  }

  async #identify({ key, type, target }: Unlooked): Promise<void> {
    const { rows, remove } = this.needs;
    const row = rows.get(key);
    if (row === undefined) return;
    try {
      const source = await sourceOf(row.path, type, target);
      const others = rows.ofDocument(source.doc_hash);
      const first = others.find((other) => other.drop === row.drop);
      if (first) return rows.become(key, { is: "left out", why: sameDocument(nameOf(first)) });
      remove(others.filter(({ state }) => state.is !== "sending").map((other) => other.key));
      rows.change(key, { source });
    } catch (error) {
      const why = noSuchFolder(error instanceof Error ? error.message : String(error));
      rows.become(key, { is: "left out", why });
    }
  }

  async #inspect({ key, file, type }: Unlooked): Promise<void> {
    const { rows } = this.needs;
    const row = rows.get(key);
    if (row?.state.is !== "looking") return;
    let looked: Awaited<ReturnType<typeof lookAt>>;
    try {
      looked = await lookAt(await bytesOf(file), type);
    } catch {
      return rows.become(key, { is: "left out", why: UNREADABLE });
    }
    if ("what" in looked) return rows.become(key, { is: "left out", why: looked });
    rows.change(key, looked);
  }

  /** Note whether an earlier file of the same drop has the same content. */
  #findTwin({ key }: Unlooked): void {
    const { rows } = this.needs;
    const row = rows.get(key);
    if (!row?.sha256) return;
    const twin = rows.all().find(({ drop, sha256 }) => drop === row.drop && sha256 === row.sha256);
    if (twin !== undefined && twin.key !== key) rows.change(key, { twin: nameOf(twin) });
  }

  async #compare(keys: number[]): Promise<void> {
    const { rows, service, persistence, send } = this.needs;
    const looked = keys.flatMap((key) => {
      const row = rows.get(key);
      if (row?.state.is !== "looking" || row.source === null || row.sha256 === null) return [];
      return [{ key, document: { ...row.source, content_sha256: row.sha256 } }];
    });
    if (looked.length === 0) return;
    const all = looked.map(({ key }) => key);
    try {
      const compared = await persistence.of(() => service.compare(looked.map(({ document }) => document)));
      const changed: number[] = [];
      all.forEach((key, index) => {
        const known = compared[index];
        if (known?.unchanged) rows.become(key, knownAs(known));
        else changed.push(key);
      });
      send(changed);
    } catch (error) {
      if (error instanceof ApiProblem && REFUSED_TOGETHER.has(error.status)) send(all);
      else for (const key of all) rows.become(key, { is: "not sent", error });
    }
  }
}
