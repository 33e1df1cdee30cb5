/** Draws the page in plain Node: importing the package reads and needs nothing of a browser. */
import "escale";
import "escale/element";
import "escale/inspector";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { Page } from "./page.js";

process.stdout.write(renderToString(createElement(Page)));
