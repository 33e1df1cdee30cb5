/** Tags of a test: the numbers of docs/reliability.md (`f44`) and docs/privacy.md (`r8`) that it shows. */
import "node:test";

declare module "node:test" {
  namespace test {
    interface TestOptions {
      readonly tags?: readonly string[];
    }
  }
}
