/** Folder for the screenshots of the stories. Git ignores it. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const OUT = fileURLToPath(new URL("out", import.meta.url));

/** @param {string} engine @param {string} subject */
export const picture = (engine, subject) => join(OUT, `${subject}-${engine}.png`);
