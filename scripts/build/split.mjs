/**
 * Splitter of a wasm module into two that share a memory. Input: the module's text, and the exports of the second
 * half. Output: two texts; the second imports from the first what both use. Invariant: the first half never calls
 * the second. `tests/browser/golden-node.mjs` merges both and compares them with the whole.
 */

/** Module name of the first half in the second's imports. */
const FIRST = "b";

const NAME = String.raw`\$(?:"(?:[^"\\]|\\.)*"|[^\s()"]+)`;
const CALLED = new RegExp(String.raw`\((?:call|return_call|ref\.func) (${NAME})`, "g");
const EXPORT = new RegExp(String.raw`^ \(export "([^"]+)" \((\w+) (${NAME})\)\)$`);

/**
 * @typedef {{ kind: string, name: string | undefined, text: string }} Form part of a module's text
 * @typedef {{ name: string, kind: string, what: string, text: string }} Export
 */

/** Returns the parts of a module. Each begins on a line with one space of indentation. @param {string} text @returns {Form[]} */
function formsOf(text) {
  const body = text.slice(text.indexOf("\n") + 1, text.lastIndexOf(")"));
  return body.split(/\n(?= \()/).map((form) => {
    const [, kind = "", name] = new RegExp(String.raw`^ \((\w+)(?: (${NAME}))?`).exec(form) ?? [];
    return {
      kind,
      text: form.trimEnd(),
      name: kind === "import" ? new RegExp(String.raw`\(\w+ (${NAME})`).exec(form)?.[1] : name,
    };
  });
}

/** @param {string} text @param {RegExp} pattern */
const named = (text, pattern) => Array.from(text.matchAll(pattern), ([, name]) => name);

/** Returns true if a text contains a name. @param {string} text @param {string} name */
const mentions = (text, name) =>
  text
    .split(name)
    .slice(1)
    .some((after) => /^[\s)]/.test(after));

/** Returns the functions that calls from the roots can reach. @param {Map<string, Form>} functions @param {Iterable<string>} roots */
function reachable(functions, roots) {
  const found = new Set();
  const open = [...roots];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    open.push(...named(functions.get(name)?.text ?? "", CALLED));
  }
  return found;
}

/** Returns the import of a function of the first half. @param {Form} form */
function asImport({ name, text }, exported) {
  const [header] = text.split("\n");
  const signature = Array.from(
    header.matchAll(/\((param|result) ([^()]*)\)/g),
    ([, kind, types]) => `(${kind} ${types.replace(/^\$\S+ /, "")})`,
  );
  return ` (import "${FIRST}" "${exported}" (func ${name} ${signature.join(" ")}))`;
}

/** Returns the import of a memory, a table or a global of the first half. @param {Form} form */
function stateAsImport({ kind, name, text }, exported) {
  const type = text.slice(text.indexOf(name) + name.length, -1).trim();
  // The first value of a global is not part of its type.
  const bare = kind === "global" ? (/^\(mut \w+\)|^\w+/.exec(type)?.[0] ?? "") : type;
  return ` (import "${FIRST}" "${exported}" (${kind} ${name} ${bare}))`;
}

/** Splits a module. @param {string} text @param {readonly string[]} later exports of the second half */
export function split(text, later) {
  const forms = formsOf(text);
  const of = (...kinds) => forms.filter(({ kind }) => kinds.includes(kind));
  const functions = new Map(of("func").map((form) => [form.name, form]));
  const exported = of("export").map(readExport);
  const [kept, moved] = [
    exported.filter(({ name }) => !later.includes(name)),
    exported.filter(({ name }) => later.includes(name)),
  ];
  if (moved.length < later.length)
    throw new Error(
      `not exported: ${later.filter((name) => !moved.some((one) => one.name === name)).join(", ")}`,
    );
  // Functions in a table can be called indirectly, so they stay in the first half.
  const inTables = of("elem").flatMap((form) => named(form.text, new RegExp(`(${NAME})`, "g")));
  const inFirst = reachable(functions, [
    ...kept.filter(({ kind }) => kind === "func").map(({ what }) => what),
    ...inTables,
  ]);
  const own = of("func").filter(({ name }) => !inFirst.has(name));
  const rest = [...own, ...of("import")];
  const body = own.map((form) => form.text).join("\n");
  const shared = new Set([...named(body, CALLED), ...moved.map(({ what }) => what)]);
  const lent = of("func").filter(({ name }) => inFirst.has(name) && shared.has(name));
  const state = of("memory", "table", "global").filter(
    ({ kind, name }) => kind === "memory" || mentions(body, name),
  );
  const lentAs = new Map([...state, ...lent].map((form, at) => [form, `_${at.toString(36)}`]));
  const lend = [...lentAs].map(([{ kind, name }, as]) => ` (export "${as}" (${kind} ${name}))`);
  const borrow = [...lentAs].map(([form, as]) =>
    form.kind === "func" ? asImport(form, as) : stateAsImport(form, as),
  );
  const types = of("type", "rec");
  const all = (...parts) =>
    `(module\n${parts
      .flat()
      .map((part) => part.text ?? part)
      .join("\n")}\n)\n`;
  const first = forms.filter(
    (form) => !own.includes(form) && !moved.some((one) => one.text === form.text),
  );
  return {
    first: all(first, lend),
    second: all(
      types,
      rest.filter(({ kind }) => kind === "import"),
      borrow,
      own,
      moved,
    ),
  };
}

/** @param {Form} form @returns {Export} */
function readExport({ text }) {
  const [, name, kind, what] = EXPORT.exec(text) ?? [];
  if (name === undefined) throw new Error(`an export of an unknown form: ${text}`);
  return { name, kind, what, text };
}
