// Opens the dashboard: reads where it is, finds out who is signed in, and shows what is theirs.
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { followTheme } from "./app/theme";
import { OidcAuth } from "./auth/oidc";
import { loadConfiguration } from "./config/configuration";
import { Failed } from "./design/States";

async function open(place: HTMLElement): Promise<void> {
  followTheme();
  const root = createRoot(place);
  try {
    const configuration = await loadConfiguration();
    const auth = new OidcAuth(configuration.sign_in);
    root.render(<App configuration={configuration} auth={auth} />);
    await auth.start();
  } catch (error) {
    root.render(<Failed error={error} onRetry={() => location.reload()} />);
  }
}

const place = document.getElementById("dashboard");
if (place) void open(place);
