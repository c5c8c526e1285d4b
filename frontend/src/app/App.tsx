// Who is signed in decides what is shown: the sign-in, or the shell with a page in it.
import { QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useMemo, useSyncExternalStore } from "react";
import { createApi } from "../api/client";
import { createQueryClient } from "../api/queries";
import type { Auth, Person } from "../auth/auth";
import { SessionEnded } from "../auth/SessionEnded";
import { SignIn } from "../auth/SignIn";
import type { Configuration } from "../config/configuration";
import { Button } from "../design/Button";
import { Notices } from "../design/Notices";
import { LiveConnection } from "../live/connection";
import { liveSource } from "../live/source";
import { Withdrawn } from "../live/withdrawn";
import { Routes } from "./Routes";
import { Shell } from "./Shell";
import { type Services, ServicesContext } from "./services";

export function App({ configuration, auth }: { configuration: Configuration; auth: Auth }) {
  const state = useSyncExternalStore(
    (listener) => auth.subscribe(listener),
    () => auth.state(),
  );
  switch (state.is) {
    case "starting":
      return <p className="opening">Signing in</p>;
    case "unreachable":
      return <Unreachable problem={state.problem} />;
    case "signed out":
      return <SignIn auth={auth} place={configuration.place} problem={state.problem} />;
    default:
      return (
        <SignedIn configuration={configuration} auth={auth} person={state.person}>
          {state.is === "ended" && <SessionEnded auth={auth} />}
        </SignedIn>
      );
  }
}

interface SignedInProps {
  configuration: Configuration;
  auth: Auth;
  person: Person;
  children: ReactNode;
}

function SignedIn({ configuration, auth, person, children }: SignedInProps) {
  const { queries, api, live, withdrawn } = useMemo(() => {
    const made = createApi(configuration.api_url, auth);
    const gone = new Withdrawn();
    const connection = new LiveConnection(liveSource(made), (message) => gone.hear(message));
    addEventListener("online", () => connection.hurry());
    return { queries: createQueryClient(), api: made, live: connection, withdrawn: gone };
  }, [configuration, auth]);
  const services: Services = useMemo(
    () => ({ configuration, auth, person, api, live, withdrawn }),
    [configuration, auth, person, api, live, withdrawn],
  );
  return (
    <ServicesContext value={services}>
      <QueryClientProvider client={queries}>
        <Notices>
          <Shell>
            <Routes />
          </Shell>
          {children}
        </Notices>
      </QueryClientProvider>
    </ServicesContext>
  );
}

function Unreachable({ problem }: { problem: string }) {
  return (
    <main className="grid min-h-full place-items-center p-6">
      <div className="grid max-w-md justify-items-center gap-3 text-center">
        <h1 className="text-xl font-semibold">Nobody can sign in at the moment</h1>
        <p className="text-soft">The service that signs people in does not answer.</p>
        <p className="text-sm break-words text-soft">{problem}</p>
        <Button icon="retry" onClick={() => location.reload()}>
          Try again
        </Button>
      </div>
    </main>
  );
}
