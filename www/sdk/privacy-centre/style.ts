/** Style sheet of the privacy centre's contents, in the dialog's shadow root. */
export const STYLE = `
  section, fieldset { margin: 1.5rem 0 0; padding: 0; border: 0; min-width: 0; }
  .escale-centre-heading { margin: 0 0 0.5rem; padding: 0; font-size: 1.05em; font-weight: 600; }
  .escale-centre-list { margin: 0; padding: 0; list-style: none; }
  .escale-centre-list > li { display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: center; padding: 0.4rem 0; border-top: 1px solid var(--line); }
  .escale-centre-how { flex: 1 1 12rem; opacity: 0.85; }
  .escale-centre-choice { display: flex; gap: 0.5rem; align-items: center; min-height: 2rem; }
  .escale-centre-choice input { flex: none; width: 1.15rem; height: 1.15rem; margin: 0; accent-color: var(--accent); }
  .escale-centre-controls, .escale-centre-sure { display: flex; flex-wrap: wrap; gap: 0.75rem; align-items: center; }
  .escale-centre-sure p { margin: 0; }
  .escale-centre-file { position: absolute; width: 1px; height: 1px; margin: 0; opacity: 0; }
  .escale-centre-import { position: relative; }
  .escale-centre-erase, .escale-centre-erase-yes { border-color: light-dark(#b3261e, #f2b8b5); color: light-dark(#b3261e, #f2b8b5); }
  .escale-centre-status { position: sticky; top: 4rem; margin: 0; }
  .escale-centre-paused, .escale-centre-status:not(:empty) { padding: 0.6rem 0.9rem; border-inline-start: 0.3rem solid var(--accent); background: var(--surface); box-shadow: inset 0 0 0 1px var(--line); }
`;
