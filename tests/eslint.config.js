// What the JavaScript of the test harness is held to: no leftovers, small functions, nothing left unawaited.
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["**/subjects/growthbook.mjs"] },
  {
    files: ["**/*.mjs", "www/report/*.js"],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "max-lines": ["error", 350],
      "max-lines-per-function": ["error", { max: 61, skipComments: true, skipBlankLines: true }],
      "max-params": ["error", 5],
      complexity: ["error", 12],
      eqeqeq: "error",
      // What a page answers to a driver has no type.
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/no-unsafe-function-type": "off",
    },
  },
);
