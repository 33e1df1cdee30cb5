// The token that ties a visitor to a customer, signed by a back end on Node.
import { createHmac } from "node:crypto";

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

export function customerToken(customer, also = []) {
  const expires = Math.floor(Date.now() / 1000) + 300;
  const claims = { sub: customer, also, aud: process.env.ESCALE_SITE, exp: expires };
  const unsigned = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${unsigned}.${createHmac("sha256", process.env.ESCALE_IDENTITY_SECRET).update(unsigned).digest("base64url")}`;
}
