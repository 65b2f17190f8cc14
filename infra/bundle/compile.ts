/** A service's code as one CommonJS file, which starts faster than any other form (notes: 73 ms to listening). */
import { build } from 'esbuild';

/** Node's own URL of the bundle, for code that finds files by `import.meta`. */
const banner = "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;";

/**
 * Compiles an entry file and all that it imports but `external` packages. Deterministic: paths in it are relative to
 * `root`. Throws esbuild's own message, which names file and line.
 */
export async function compile(root: string, entry: string, external: readonly string[]): Promise<Buffer> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: 'index.cjs',
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    // Not minified: it starts no faster (580 against 610 ms of CPU, medians of 7), and an uncaught error prints its line
    // of source, which must not be half a megabyte long.
    keepNames: true, // esbuild renames what collides; names of errors appear in logs
    external: [...external],
    banner: { js: banner },
    define: {
      'import.meta.url': 'importMetaUrl',
      'import.meta.dirname': '__dirname',
      'import.meta.filename': '__filename',
    },
    legalComments: 'none',
    logLevel: 'silent',
  });
  const [output] = result.outputFiles;
  if (!output) throw new Error(`${entry}: no output`);
  return Buffer.from(output.contents);
}
