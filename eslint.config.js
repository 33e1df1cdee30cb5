// What the TypeScript of www/sdk is held to: strict types, no `any`, small functions.
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["pkg/", "target/", "node_modules/", "**/*.d.ts"] },
  {
    files: ["www/sdk/**/*.ts", "fuzz/web/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "max-lines": ["error", 320],
      "max-lines-per-function": ["error", { max: 60, skipComments: true, skipBlankLines: true }],
      "max-params": ["error", 4],
      complexity: ["error", 14],
      "no-console": ["error", { allow: ["warn", "error"] }],
      eqeqeq: "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
    },
  },
  {
    // Code that runs in pages beside any other script.
    files: ["www/sdk/**/*.ts"],
    ignores: ["www/sdk/**/*.test.ts"],
    rules: {
      "no-restricted-properties": [
        "error",
        {
          object: "Array",
          property: "from",
          message: "MooTools and Prototype replace it by one without a mapper: spread the value.",
        },
      ],
    },
  },
  {
    // One story a test: longer than a function of the library may be.
    files: ["www/sdk/**/*.test.ts"],
    rules: {
      "max-lines": ["error", 350],
      "max-lines-per-function": "off",
      "@typescript-eslint/no-floating-promises": "off",
    },
  },
);
