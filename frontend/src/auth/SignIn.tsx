// What is shown while nobody is signed in.
import { Button } from "../design/Button";
import type { Auth } from "./auth";

export function SignIn({ auth, place, problem }: { auth: Auth; place: string; problem: string | null }) {
  return (
    <main className="grid min-h-full place-items-center p-6">
      <div className="grid w-full max-w-sm gap-4 text-center">
        <img src="/icon.svg" alt="" className="mx-auto size-12" />
        <h1 className="text-2xl font-semibold">Bloomweaver</h1>
        <p className="text-soft">Documents, search and what becomes of them, on {place}.</p>
        {problem && (
          <p role="alert" className="rounded-lg border border-bad bg-bad-tint px-4 py-3 text-left">
            You were not signed in: {problem}
          </p>
        )}
        <Button look="main" className="min-h-11" onClick={() => void auth.signIn()}>
          Sign in
        </Button>
      </div>
    </main>
  );
}
