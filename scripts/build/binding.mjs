/**
 * The hand-written binding of the runtime, as the build sees it. Input: `runtime-binding.ts`, and the declarations
 * that wasm-bindgen writes. Output: the declared exports, and an esbuild plugin that shortens their names.
 * Invariant: a difference between the binding and the module ends the build.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { transform } from "esbuild";
import ts from "typescript";
import { SDK } from "./tools.mjs";

const BINDING = join(SDK, "engine", "runtime-binding.ts");

/** @typedef {Map<string, string>} Signatures signatures by the name of the export */

/** Returns the exports that the binding declares for each half. @returns {{ first: Signatures, second: Signatures }} */
export function declaredExports() {
  const source = parse(BINDING);
  const members = (/** @type {string} */ name) => {
    const found = source.statements.find(
      (s) => ts.isInterfaceDeclaration(s) && s.name.text === name,
    );
    if (!found) throw new Error(`${BINDING}: the interface ${name} is missing`);
    return new Map(found.members.map((member) => [member.name.getText(source), signature(member)]));
  };
  return { first: members("FirstExports"), second: members("SecondExports") };
}

/**
 * Compares the declared exports with those of the module, as wasm-bindgen declares them.
 *
 * @param {string} declarations path of `escale_bg.wasm.d.ts`
 * @param {Signatures} declared
 */
export function checkExports(declarations, declared) {
  const actual = new Map(
    parse(declarations)
      .statements.filter(ts.isVariableStatement)
      .flatMap(({ declarationList }) => declarationList.declarations)
      .map((declaration) => [declaration.name.getText(), signature(declaration)]),
  );
  const differs = (/** @type {string} */ name) => declared.get(name) !== actual.get(name);
  // Exports of wasm-bindgen itself may go unused; those of the engine may not.
  const ofEngine = [...actual.keys()].filter((name) => name.startsWith("runtime_"));
  const wrong = [...new Set([...declared.keys(), ...ofEngine])].filter(differs);
  if (wrong.length === 0) return;
  const lines = wrong.map(
    (name) => `  ${name}: declared ${declared.get(name)}, in the module ${actual.get(name)}`,
  );
  throw new Error(`${BINDING} does not fit the module:\n${lines.join("\n")}`);
}

/** @param {string} file */
function parse(file) {
  return ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
}

/** Returns the types of a member without its parameters' names. @param {ts.Node} node */
function signature(node) {
  const type = node.type && ts.isFunctionTypeNode(node.type) ? node.type : node;
  const parameters = type.parameters?.map((parameter) => parameter.type.getText());
  return (parameters ? `(${parameters.join(", ")}) => ` : "") + type.type.getText();
}

/** Replaces the names of the exports in the binding by their short ones. @param {Readonly<Record<string, string>>} names */
export const shortNames = (names) => ({
  name: "short names",
  setup({ onLoad }) {
    const mangleProps = new RegExp(`^(?:${Object.keys(names).join("|")})$`);
    onLoad({ filter: /[\\/]runtime-binding\.ts$/ }, async ({ path }) => {
      const source = readFileSync(path, "utf8");
      const { code } = await transform(source, {
        loader: "ts",
        target: "es2022",
        mangleProps,
        mangleCache: names,
      });
      return { contents: code, loader: "js" };
    });
  },
});
