/**
 * Watches a page from before its first script: errors, refusals of the content policy and complaints on the console go in, a
 * report to the gate comes out. Must never be seen by the page: it stores nothing and throws nothing.
 */
{
  const report = (kind, text) => {
    const body = JSON.stringify({
      kind,
      text: String(text).slice(0, 2_000),
      page: location.pathname,
    });
    navigator.sendBeacon("/e2e/report", body);
  };
  addEventListener("error", (event) => {
    // A file that is missing is an event without a message; the gate sees those itself.
    if (event.message) report("error", `${event.message} at ${event.filename}:${event.lineno}`);
  });
  addEventListener("unhandledrejection", ({ reason }) =>
    report(
      "error",
      reason?.stack ?? (typeof reason === "object" ? JSON.stringify(reason) : reason),
    ),
  );
  document.addEventListener("securitypolicyviolation", (event) =>
    report(
      "policy",
      `${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`,
    ),
  );
  for (const level of ["warn", "error"]) {
    const spoken = console[level];
    console[level] = (...values) => {
      report(
        "console",
        values
          .map((value) =>
            value instanceof Error
              ? value.stack
              : typeof value === "object"
                ? JSON.stringify(value)
                : value,
          )
          .join(" "),
      );
      spoken.apply(console, values);
    };
  }
}
