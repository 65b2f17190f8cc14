/** The look of /docs: the reader's own fonts, light or dark as the reader's system is, legible from 320 pixels on. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --raised: #f5f5f2; --text: #1d1d1b; --quiet: #5c5c57; --line: #dcdcd6; --link: #0b57a4;
  --get: #0b6b3a; --post: #8a4b00; --patch: #6a2fa0; --delete: #a31621;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #161614; --raised: #21211e; --text: #ecece6; --quiet: #a9a9a1; --line: #3a3a36; --link: #8cc0ff;
    --get: #6fd6a0; --post: #f2b56b; --patch: #cda4f5; --delete: #ff9a9a;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body {
  margin: 0 auto; max-width: 84rem; display: grid; grid-template-columns: 19rem minmax(0, 1fr); gap: 0 2.5rem;
  padding: 0 1.5rem; background: var(--ground); color: var(--text);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
a { color: var(--link); text-underline-offset: .25em; }
a:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--ground); padding: .5rem; z-index: 1; }
nav {
  position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; padding: 1.75rem 0;
  font-size: .875rem; line-height: 1.4;
}
nav ul { list-style: none; margin: 0; padding: 0; }
nav > ul > li { margin-bottom: .9rem; font-weight: 600; }
nav li li { margin-top: .35rem; font-weight: 400; }
nav a { display: block; text-decoration: none; }
nav a:hover { text-decoration: underline; }
nav li li a:has(.method) { display: grid; grid-template-columns: 3.3rem minmax(0, 1fr); align-items: baseline; }
nav .path { background: none; padding: 0; font-size: .8125rem; overflow-wrap: break-word; color: var(--link); }
main { min-width: 0; padding: 1.25rem 0 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 1rem; }
h2 { font-size: 1.3rem; line-height: 1.35; margin: 0 0 .75rem; }
h3 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; }
p, ul { margin: .5rem 0; max-width: 46rem; }
p.answer code { white-space: nowrap; }
section { margin-top: 2.5rem; padding-top: 2rem; border-top: 1px solid var(--line); }
.version, .optional { color: var(--quiet); font-weight: 400; }
.version { font-size: 1rem; }
.required { font-weight: 600; }
code, pre { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .875em; }
code { background: var(--raised); border-radius: 4px; padding: .1em .3em; overflow-wrap: anywhere; }
.path { font-size: 1em; }
.method { font: 700 .75rem ui-monospace, "SF Mono", Menlo, Consolas, monospace; letter-spacing: .03em; }
h2 .method { font-size: .875rem; border: 1.5px solid currentColor; border-radius: 4px; padding: .15rem .4rem; vertical-align: .1em; }
.get { color: var(--get); } .post { color: var(--post); } .patch { color: var(--patch); } .delete { color: var(--delete); }
pre {
  margin: .75rem 0; padding: .9rem 1rem; overflow-x: auto; line-height: 1.45; max-height: 30rem;
  background: var(--raised); border: 1px solid var(--line); border-radius: 6px;
}
pre code { padding: 0; background: none; overflow-wrap: normal; }
.scroll { overflow-x: auto; margin: .5rem 0 .75rem; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
th, td { text-align: left; vertical-align: top; padding: .45rem .75rem .45rem 0; border-bottom: 1px solid var(--line); font-weight: 400; }
thead th { color: var(--quiet); font-size: .8125rem; font-weight: 600; }
tbody th { min-width: 11rem; }
tbody th code { overflow-wrap: normal; }
td:last-child { min-width: 12rem; }
@media (max-width: 60rem) {
  body { display: block; padding: 0 1rem; }
  nav { position: static; max-height: none; padding: 1rem 0; border-bottom: 1px solid var(--line); }
  main { padding-top: 1.5rem; }
  h1 { font-size: 1.5rem; }
  h2 { font-size: 1.1rem; }
}
@media (max-width: 40rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, th, td { display: block; }
  tbody th, td, td:last-child { min-width: 0; border: 0; padding: .1rem 0; }
  td:empty { display: none; }
  td[data-label]::before { content: attr(data-label) ": "; color: var(--quiet); }
  tr { border-bottom: 1px solid var(--line); padding: .5rem 0; }
}
@media print { nav { display: none; } body { display: block; } pre { max-height: none; white-space: pre-wrap; } }
`;
