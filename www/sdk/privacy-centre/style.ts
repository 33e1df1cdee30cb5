/** Style sheet of the privacy centre. `:where` gives it no specificity, so that any rule of the site overrides it. */
export const STYLE = `
  :where(.escale-centre) { box-sizing: border-box; width: min(44rem, calc(100vw - 2rem)); max-height: calc(100dvh - 2rem); overflow: auto; border: 0; border-radius: 0.75rem; padding: 1.5rem; color: #1b1b1b; background: #fff; font: inherit; }
  :where(.escale-centre)::backdrop { background: rgb(0 0 0 / 45%); }
  :where(.escale-centre-header) { display: flex; gap: 1rem; align-items: start; justify-content: space-between; }
  :where(.escale-centre-title) { margin: 0; font-size: 1.4rem; }
  :where(.escale-centre-heading) { margin: 0 0 0.5rem; padding: 0; font-size: 1.05rem; font-weight: 600; }
  :where(.escale-centre-body) > :where(*) { margin-top: 1.5rem; }
  :where(.escale-centre-list) { margin: 0; padding: 0; list-style: none; }
  :where(.escale-centre-taste, .escale-centre-struck, .escale-centre-fact, .escale-centre-trip) { display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: center; padding: 0.4rem 0; border-top: 1px solid #d0d0d0; }
  :where(.escale-centre-how) { flex: 1; color: #4a4a4a; }
  :where(.escale-centre-often) { border: 0; margin: 0; padding: 0; }
  :where(.escale-centre-choice) { display: flex; gap: 0.5rem; padding: 0.25rem 0; }
  :where(.escale-centre-controls, .escale-centre-sure) { display: flex; flex-wrap: wrap; gap: 0.75rem; align-items: center; }
  :where(.escale-centre-import) { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; }
  :where(.escale-centre-status) { position: sticky; top: 0; margin: 0; }
  :where(.escale-centre-paused, .escale-centre-status:not(:empty)) { padding: 0.6rem 0.9rem; border-left: 0.3rem solid #1f5f8b; background: #eef4f8; }
  :where(.escale-centre) :where(button) { min-height: 2.5rem; padding: 0.4rem 0.9rem; border: 1px solid #767676; border-radius: 2rem; font: inherit; background: #fff; color: inherit; cursor: pointer; }
  :where(.escale-centre) :where(button:disabled) { color: #595959; cursor: default; }
  :where(.escale-centre) :where(:focus-visible) { outline: 3px solid #1f5f8b; outline-offset: 2px; }
`;
