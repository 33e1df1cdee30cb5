/** Which addresses an offer may carry into a page. What is built of them is looked at in browsers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { allowed } from "./render.js";

test("web and relative addresses pass", () => {
  for (const address of [
    "/city/lisbonne",
    "lisbonne.html?at=12:30",
    "https://example.com/a",
    "HTTP://example.com",
    "#offer",
    "//cdn.example/a",
  ]) {
    assert.equal(allowed(address), address);
  }
  assert.equal(allowed("  /a "), "/a");
});

test("everything that could run is refused", { tags: ["f47"] }, () => {
  const rejected = [
    "javascript:alert(1)",
    " JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "java\tscript:alert(1)",
    "\u0001javascript:alert(1)",
    "\u00a0javascript:alert(1)",
    "data:text/html,<script>",
    "vbscript:x",
    "blob:https://example.com/1",
    "file:///etc/passwd",
    "/\\evil.example",
    "",
    "   ",
  ];
  for (const address of rejected)
    assert.equal(allowed(address), undefined, JSON.stringify(address));
});
