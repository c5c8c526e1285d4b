// Asks again where another try may change the answer: some times where the service says so, and for as long as it takes where nobody
// answers.
import { ApiProblem } from "../api/problems";
import { isPassing } from "../api/queries";
import { UploadInterrupted } from "./put";

const TRIES = 5;
const FIRST_WAIT_MILLISECONDS = 500;
const UNREACHABLE_WAIT_MILLISECONDS = 5_000;

export class Persistence {
  #unanswered = false;

  /** `onChange` is called when the service is found to be away, and when it is back. */
  constructor(private readonly onChange: () => void) {}

  /** Whether nobody answers. */
  get isWaiting(): boolean {
    return this.#unanswered;
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
          this.#missed();
          await anotherTry();
        } else if (tries < TRIES && (isPassing(error) || error instanceof UploadInterrupted)) {
          const asked = error instanceof ApiProblem ? error.retryAfter : null;
          await passed(asked !== null ? asked * 1000 : FIRST_WAIT_MILLISECONDS * 2 ** tries);
        } else throw error;
        signal?.throwIfAborted();
      }
    }
  }

  #reached(): void {
    if (!this.#unanswered) return;
    this.#unanswered = false;
    this.onChange();
  }

  #missed(): void {
    if (this.#unanswered) return;
    this.#unanswered = true;
    this.onChange();
  }
}

function passed(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}

/** After some seconds, or when the browser has a network again. */
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
