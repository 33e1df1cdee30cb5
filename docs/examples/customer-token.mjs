// The token that ties a visitor to a customer, signed by a back end on Node.
import { createHmac, randomUUID } from "node:crypto";

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

export function customerToken(customer, also = []) {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    sub: customer,
    also,
    aud: process.env.ESCALE_SITE,
    iat: now,
    exp: now + 300,
    jti: randomUUID(),
  };
  const unsigned = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${unsigned}.${createHmac("sha256", process.env.ESCALE_IDENTITY_SECRET).update(unsigned).digest("base64url")}`;
}
