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

/** The seq that the page begins below. @throws InvalidCursor */
export function parseCursor(cursor: string): number {
  const match = /^1:([1-9]\d{0,15})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  const before = Number(match?.[1]);
  // One text for each place: what decodes to the same but is written otherwise is not ours.
  if (!Number.isSafeInteger(before) || cursorOf(before) !== cursor) throw new InvalidCursor();
  return before;
}
