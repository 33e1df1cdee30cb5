/**
 * The demo's stories with its real server, in Chromium, Firefox and WebKit.
 * Usage: `node tests/e2e/run.mjs [--engine NAME] [--only TEXT]`.
 */
import { rm } from "node:fs/promises";
import { runSuite } from "../browser/runner.mjs";
import { OUT } from "./out.mjs";
import { startDemo } from "./demo.mjs";
import { blockStories } from "./stories/block.mjs";
import { lifeCatalogue } from "./stories/catalogue-life.mjs";
import { pageCatalogue } from "./stories/catalogue-page.mjs";
import { storageCatalogue } from "./stories/catalogue-storage.mjs";
import { centreStories } from "./stories/centre.mjs";
import { consentStories } from "./stories/consent.mjs";
import { edgeStories } from "./stories/edge.mjs";
import { faultStories } from "./stories/faults.mjs";
import { hostilePageStories } from "./stories/hostile-pages.mjs";
import { inspectorStories } from "./stories/inspector.mjs";
import { layerStories } from "./stories/layer.mjs";
import { loadingStories } from "./stories/loading.mjs";
import { appearanceStories } from "./stories/appearance.mjs";
import { memoryStories } from "./stories/memory.mjs";
import { mistakeStories } from "./stories/mistakes.mjs";
import { orderStories } from "./stories/orders.mjs";
import { pageStories } from "./stories/pages.mjs";
import { preparedStories } from "./stories/prepared.mjs";
import { privacyStories } from "./stories/privacy.mjs";
import { reportStories } from "./stories/report.mjs";
import { slotStories } from "./stories/slots.mjs";
import { sourceStories } from "./stories/sources.mjs";
import { syncStories } from "./stories/sync.mjs";
import { tabStories } from "./stories/tabs.mjs";
import { tasteStories } from "./stories/taste.mjs";

await rm(OUT, { recursive: true, force: true });
await runSuite({
  title: "the demo, end to end",
  limitMs: Number(process.env["ESCALE_LIMIT_MS"] ?? 240_000),
  out: OUT,
  stories: (engine) => [
    ...consentStories,
    ...sourceStories,
    ...hostilePageStories,
    ...layerStories,
    ...mistakeStories,
    ...inspectorStories,
    ...orderStories,
    ...tasteStories,
    ...memoryStories,
    ...syncStories,
    ...blockStories,
    ...appearanceStories,
    ...slotStories,
    ...centreStories,
    ...edgeStories,
    ...pageStories,
    ...preparedStories,
    ...privacyStories,
    ...faultStories,
    ...storageCatalogue,
    ...lifeCatalogue,
    ...pageCatalogue,
    ...tabStories,
    ...reportStories,
    ...(engine === "chromium" ? loadingStories : []),
  ],
  enter: startDemo,
  exit: (world) => world?.stop(),
});
