/** Runs and failures: facets beside a list, an error with its words, small tables whose heads only say what is seen. */
export const RUNS = `
.cols > .card:has(> .facets) { height: auto; align-self: start; }
.says { display: block; min-width: 13rem; } @media (min-width: 75.01rem) { .says { min-width: 18rem; } } .says .mono { overflow-wrap: anywhere; }
table.bars thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
table.bars td:last-child { width: 38%; }
.in > h3, .form > h3 { font-size: var(--t-m); font-weight: 600; }
#act { border-block: 1px solid var(--line); } #act .form { max-width: 44rem; }
.quote code, .sentences li { overflow-wrap: anywhere; } .sentences { display: grid; gap: var(--s2); }
@media (max-width: 75rem) {
  .facets { display: flex; flex-wrap: wrap; gap: var(--s2) var(--s6); padding: var(--s2) var(--s4) var(--s3); } .facets > div { display: flex; flex-wrap: wrap; gap: var(--s1); align-content: start; }
  .facets h2 { flex: 1 1 100%; padding: .25rem 0 0; } .facets a { border: 1px solid var(--line-2); border-radius: 99px; padding: .12rem .6rem; } .facets a b { margin-left: 0; }
}
@media (max-width: 40rem) { .says { min-width: 7.5rem; } table.bars td.n { padding-right: var(--s4); } }
`;
