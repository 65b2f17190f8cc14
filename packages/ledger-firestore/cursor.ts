// Where the next page of a history begins, as a text that clients only hand back.

/** A cursor that this code did not make: the client's mistake. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';
  constructor() {
    super('the cursor is not one that this API gave');
  }
}

/** The cursor of a page that begins below `before`. */
export function cursorOf(before: number): string {
  return Buffer.from(`1:${before}`).toString('base64url');
}

/** The cursor of a page that begins behind a document: the values that its query orders by. */
export function cursorBehind(values: readonly string[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/** The values of a cursor that has `count` of them. @throws InvalidCursor */
export function parseCursorBehind(cursor: string, count: number): string[] {
  let values: unknown;
  try {
    values = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw new InvalidCursor();
  }
  const isOurs = Array.isArray(values) && values.length === count && values.every(isDocumentId);
  if (!isOurs || cursorBehind(values as string[]) !== cursor) throw new InvalidCursor();
  return values as string[];
}

/** An address passes as well: what could not be the end of a path must not reach one. */
function isDocumentId(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.length <= 512 && !value.includes('/');
}

/** The seq that the page begins below. @throws InvalidCursor */
export function parseCursor(cursor: string): number {
  const match = /^1:([1-9]\d{0,15})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  const before = Number(match?.[1]);
  // One text for each place: what decodes to the same but is written otherwise is not ours.
  if (!Number.isSafeInteger(before) || cursorOf(before) !== cursor) throw new InvalidCursor();
  return before;
}
