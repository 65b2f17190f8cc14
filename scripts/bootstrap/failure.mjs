// A set-up that cannot go on: what is wrong, why, and how to help it. Always the machine's matter, never a bug of the code.
// @ts-check

export class SetupFailure extends Error {
  /**
   * @param {string} what one line: what is wrong and why
   * @param {string} how one line: what to do about it
   * @param {string} [details] the end of a log, when there is one
   */
  constructor(what, how, details = '') {
    super(`${what}: ${how}`);
    this.name = 'SetupFailure';
    this.details = details;
  }
}
