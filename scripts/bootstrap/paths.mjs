// Where the set-up keeps its things. Everything it makes lies under .tools/ and node_modules/; both may be deleted at will.
// @ts-check
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
/** What was fetched or built. */
export const toolsDir = join(root, '.tools');
/** The output of npm and go, for the moment when one of them fails. */
export const logDir = join(toolsDir, 'logs');
/** The tools' absolute paths, read by scripts/lib/tools.ts. */
export const foundFile = join(toolsDir, 'found.json');
