/** Style sheet of the inspector, inside its shadow root. */
export const STYLE = `
  :host { all: initial; position: fixed; inset: auto 0 0 auto; z-index: 2147483647; font: 13px/1.4 system-ui, sans-serif; }
  section { box-sizing: border-box; width: min(40rem, 100vw); max-height: 60vh; overflow: auto; padding: 0.75rem 1rem; color: #1b1b1b; background: #fff; border: 1px solid #595959; }
  h2 { margin: 0; font-size: 1.1em; } h3 { margin: 0.9em 0 0.2em; font-size: 1em; } p { margin: 0.2em 0; }
  header { display: flex; gap: 0.5rem; align-items: center; } header h2 { flex: 1; }
  button { font: inherit; } table { border-collapse: collapse; width: 100%; }
  th, td { padding: 0.1rem 0.4rem; text-align: left; border-bottom: 1px solid #d0d0d0; vertical-align: top; } td.number, th.number { text-align: right; }
  meter { width: 6rem; } header { flex-wrap: wrap; } textarea { display: block; width: 100%; height: 8em; } textarea[hidden] { display: none; } ol { margin: 0; padding-left: 1.5em; }
`;
