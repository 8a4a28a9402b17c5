import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  build: {
    outDir: "../src/lianzhang/web/static/bundle",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    // A data: font or image would need a wider content policy than ours.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: "src/main.ts" },
  },
  css: { preprocessorOptions: { scss: { quietDeps: true, loadPaths: ["node_modules"] } } },
});
