// Asks again where another try may change the answer: at once when the service says so, and for as long as it takes where nobody answers.
import { ApiProblem } from "../api/problems";
import { isPassing } from "../api/queries";
import { UploadInterrupted } from "./put";

const TRIES = 5;
const FIRST_WAIT_MILLISECONDS = 500;
const UNREACHABLE_WAIT_MILLISECONDS = 5_000;

export class Persistence {
  #again: Promise<void> | null = null;

  /** `onChange` is called when the service is found to be away, and when it is back. */
  constructor(private readonly onChange: () => void) {}

  /** Whether nobody answers. */
  get isWaiting(): boolean {
    return this.#again !== null;
  }

  /** The answer of `request`. Throws what it throws, if that will not pass, and what `signal` was aborted with. */
  async of<Answer>(request: () => Promise<Answer>, signal?: AbortSignal): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      try {
        const answer = await request();
        this.#reached();
        return answer;
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof TypeError) {
          tries = 0;
          await this.#untilAnotherTry();
        } else if (tries < TRIES && (isPassing(error) || error instanceof UploadInterrupted)) {
          const asked = error instanceof ApiProblem ? error.retryAfter : null;
          await passed(asked !== null ? asked * 1000 : FIRST_WAIT_MILLISECONDS * 2 ** tries);
        } else throw error;
        signal?.throwIfAborted();
      }
    }
  }

  #reached(): void {
    if (this.#again === null) return;
    this.#again = null;
    this.onChange();
  }

  /** Who waits goes on after some seconds, or when the browser has a network again. */
  async #untilAnotherTry(): Promise<void> {
    const isFirst = this.#again === null;
    const again = anotherTry();
    this.#again = again;
    if (isFirst) this.onChange();
    await again;
  }
}

function passed(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}

function anotherTry(): Promise<void> {
  return new Promise((done) => {
    const over = () => {
      clearTimeout(timer);
      removeEventListener("online", over);
      done();
    };
    const timer = setTimeout(over, UNREACHABLE_WAIT_MILLISECONDS);
    addEventListener("online", over);
  });
}
