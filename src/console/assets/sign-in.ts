/** Pages of one card: signing in, setting a password. */
export const SIGN_IN = `
.bare { display: grid; place-items: start center; min-height: 100vh; }
.door { width: min(26rem, 100%); padding: 12vh var(--s4) 3rem; display: grid; gap: var(--s5); }
.door .brand { padding: 0; justify-self: center; } .door h1 { margin: 0 0 var(--s4); font-size: var(--t-xl); line-height: 1.25; } .door .in { padding: var(--s5); }
.door p { margin: 0 0 var(--s4); color: var(--ink-2); } .door .form .btn { justify-content: center; padding: .6rem .75rem; }
.door .say { margin: 0 0 var(--s4); } .door p.hint { margin: var(--s4) 0 0; color: var(--ink-3); }
`;
