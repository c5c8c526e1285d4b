// The same for many, a few at a time.

export interface Outcome<Item> {
  done: Item[];
  failed: { item: Item; error: unknown }[];
}

const AT_A_TIME = 4;

/** Do `work` for each item. Who fails keeps nobody back. `onProgress` is told how many are over. */
export async function inTurns<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<unknown>,
  onProgress: (over: number) => void = () => {},
): Promise<Outcome<Item>> {
  const outcome: Outcome<Item> = { done: [], failed: [] };
  const waiting = [...items];
  const turn = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      try {
        await work(item);
        outcome.done.push(item);
      } catch (error) {
        outcome.failed.push({ item, error });
      }
      onProgress(outcome.done.length + outcome.failed.length);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, turn));
  return outcome;
}
