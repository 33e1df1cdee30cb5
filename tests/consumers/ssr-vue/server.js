/** Draws the page in plain Node: importing the package reads and needs nothing of a browser. */
import "escale";
import { createSSRApp } from "vue";
import { renderToString } from "vue/server-renderer";
import { Page } from "./page.js";

process.stdout.write(await renderToString(createSSRApp(Page)));
