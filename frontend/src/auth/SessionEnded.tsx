// The session has ended while the page was open. What is on the page stays as it is behind this.
import { useState } from "react";
import { Button } from "../design/Button";
import { Dialog, DialogActions } from "../design/Dialog";
import type { Auth } from "./auth";

export function SessionEnded({ auth }: { auth: Auth }) {
  const [problem, setProblem] = useState<string | null>(null);
  return (
    <Dialog title="Your session has ended" onClose={() => {}} closable={false}>
      <p>Sign in again to go on. What you were typing is still there, and what you were about to save is saved then.</p>
      {problem && (
        <p role="alert" className="mt-2 text-bad">
          {problem}
        </p>
      )}
      <DialogActions>
        <Button
          look="main"
          onClick={() => {
            setProblem(null);
            auth.signInAgain().catch(() => setProblem("That did not work. A window for it has to be allowed to open."));
          }}
        >
          Sign in again
        </Button>
      </DialogActions>
    </Dialog>
  );
}
