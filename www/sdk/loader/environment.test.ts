/** Machines and persons by their user agents. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isMachine } from "./environment.js";

const phone = (model: string): string =>
  `Mozilla/5.0 (Linux; Android 13; ${model}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36`;

test("phones that are called bots are persons", { tags: ["f23"] }, () => {
  for (const model of [
    "CUBOT NOTE 50",
    "CUBOT_X30",
    "CUBOT",
    "M BOT TAB 101 Build/MOB30R",
    "Pixel 9",
  ])
    assert.equal(isMachine(phone(model)), false, model);
});

test("machines are machines, on phones too", { tags: ["f23"] }, () => {
  for (const name of [
    "Googlebot/2.1",
    "bingbot/2.0",
    "AhrefsBot/7.0",
    "Bytespider",
    "DuckDuckBot/1.1",
  ])
    for (const userAgent of [
      `Mozilla/5.0 (compatible; ${name}; +http://a.example/)`,
      `${phone("CUBOT NOTE 50")} (compatible; ${name}; +http://a.example/)`,
    ])
      assert.equal(isMachine(userAgent), true, userAgent);
  assert.equal(isMachine(phone("Pixel 9").replace("Chrome", "HeadlessChrome")), true);
});
