/** What others may know of narrate: its API as data. */
export { narrateContracts } from './app.ts';
export { getNarration, narrationInput, narrationView, postNarration } from './contract.ts';
export { voices, type Voice } from './voices.ts';
