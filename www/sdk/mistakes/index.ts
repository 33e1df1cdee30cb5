/**
 * Mistakes of a site, in words. In: the code of a mistake, its details. Out: one line on the console with the remedy,
 * which the inspector shows as well. The file is loaded when a page has a mistake. Never: data of the visitor.
 */
import type { Mistake } from "../base/client-types.js";
import { warnOnce } from "../base/warn-once.js";
import { describeConsent } from "./consent.js";
import { describeOptions, isSnippet } from "./options.js";
import { fieldsOf } from "./fields.js";
import { suggest } from "./nearest.js";

/** Reports a mistake. `options` are those of the instance that met it. */
export function report(mistake: Mistake, options: object): void {
  for (const text of describe(mistake, options, isSnippet())) warnOnce(text);
}

/** Describes a mistake. Empty if it is none after all. `isTag` says that the options are attributes of the script. */
export function describe(mistake: Mistake, options: object, isTag: boolean): readonly string[] {
  switch (mistake[0]) {
    case "consent":
      return [describeConsent(mistake[1])];
    case "options":
      return describeOptions(options, isTag);
    case "file":
      return describeFile(mistake[1], describeOptions(options, isTag));
    case "again":
    case "both":
      return describeInstances(mistake[0]);
    case "field":
      return [describeField(mistake[1], mistake[2])];
    case "deadline":
      return [
        `"${mistake[1]}" keeps its default content: the engine came after the deadline. Assert consent earlier, ` +
          `let browsers cache the package, or raise ${isTag ? "data-deadline-ms" : "deadlineMs"}`,
      ];
    default:
      return [
        `the config has no ${mistake[0]} "${mistake[1]}". ${suggest(mistake[1], mistake[2])}`,
      ];
  }
}

/** Describes a file that is missing: its option may be misspelt. */
const describeFile = (file: string, options: readonly string[]): readonly string[] =>
  options.length > 0
    ? options
    : [`${file} could not be loaded. Serve all files of the package from one folder`];

function describeInstances(code: "again" | "both"): readonly string[] {
  if (code === "both")
    return [
      "two instances run on this page: the snippet and init(), or two copies of the package. Keep one",
    ];
  return ["this page has two tags of escale.js. The first one runs: remove the other"];
}

function describeField(field: string, event: string): string {
  return `track("${event}"): the field "${field}" is not read. ${suggest(field, fieldsOf(event))}`;
}
