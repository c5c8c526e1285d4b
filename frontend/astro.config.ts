// One static page with one island; the server answers every path of its router with it.
import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "astro/config";

export default defineConfig({
  output: "static",
  devToolbar: { enabled: false },
  vite: {
    plugins: [tailwindcss()],
    // Nothing stands in the page itself: the policy takes no script and no style from there.
    build: { assetsInlineLimit: 0 },
  },
  build: { inlineStylesheets: "never", format: "file" },
});
