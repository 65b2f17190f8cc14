// Shows what the set-up is doing, on stderr: live lines on a terminal, plain lines elsewhere. Silent while nothing is done.
// @ts-check

const REDRAW_MS = 120;
const REMINDER_MS = 30_000;
const WAITING = 'waiting';
const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/**
 * @typedef {{ title: string, doing: string, startedMs: number, state: 'running' | 'done' | 'failed', seconds: number }} Line
 */

/**
 * @param {NodeJS.WriteStream} stream
 */
export function createProgress(stream) {
  const live = stream.isTTY === true && process.env['TERM'] !== 'dumb' && process.env['CI'] === undefined;
  /** @type {Line[]} */
  const lines = [];
  let drawn = 0;
  let frame = 0;
  /** @type {NodeJS.Timeout | undefined} */
  let timer;

  const draw = () => {
    frame++;
    const text = lines.map((line) => `\u001b[2K${render(line, frame, stream.columns || 80)}\n`).join('');
    stream.write((drawn > 0 ? `\u001b[${drawn}A` : '') + text);
    drawn = lines.length;
  };
  const begin = () => {
    if (timer !== undefined) return;
    stream.write('Setting up tools (once; they stay in .tools/ and node_modules/)\n');
    timer = setInterval(live ? draw : remind, live ? REDRAW_MS : REMINDER_MS);
  };
  const remind = () => {
    for (const line of lines) {
      if (line.state === 'running' && line.doing !== WAITING)
        stream.write(`  ${line.title}: still ${line.doing}, ${elapsed(line)} s\n`);
    }
  };

  return {
    /**
     * Shows one step while `work` runs.
     * @template T
     * @param {string} title
     * @param {(doing: (text: string) => void) => Promise<T>} work
     * @returns {Promise<T>}
     */
    async step(title, work) {
      /** @type {Line} */
      const line = { title, doing: WAITING, startedMs: Date.now(), state: 'running', seconds: 0 };
      lines.push(line);
      const doing = (/** @type {string} */ text) => {
        begin();
        line.doing = text;
        line.startedMs = Date.now();
        if (!live) stream.write(`  ${title}: ${text}\n`);
      };
      try {
        const result = await work(doing);
        line.state = 'done';
        return result;
      } catch (error) {
        line.state = 'failed';
        throw error;
      } finally {
        line.seconds = elapsed(line);
        if (!live) stream.write(`  ${title}: ${line.state}, ${line.seconds} s\n`);
      }
    },
    /** @param {string} text */
    note(text) {
      stream.write(`${text}\n`);
    },
    end() {
      clearInterval(timer);
      if (live && timer !== undefined) draw();
    },
  };
}

/** @param {Line} line */
function elapsed(line) {
  return Math.round((Date.now() - line.startedMs) / 1000);
}

/**
 * @param {Line} line
 * @param {number} frame
 * @param {number} columns
 */
function render(line, frame, columns) {
  const title = line.title.padEnd(22);
  if (line.state === 'done') return `  \u001b[32m✓\u001b[0m ${title} ${line.seconds} s`;
  if (line.state === 'failed') return `  \u001b[31m✗\u001b[0m ${title} failed after ${line.seconds} s`;
  const text = `${title} ${line.doing}, ${elapsed(line)} s`;
  return `  ${SPINNER[frame % SPINNER.length]} ${text.slice(0, Math.max(20, columns - 5))}`;
}
