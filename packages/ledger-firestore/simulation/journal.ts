// What clients asked for, and everything that they were told.
import type { Answer, Command, Rejection } from '@reelbanana/ledger';

/** One command of one client, however often it is sent. */
export interface Ask {
  readonly walletId: string;
  readonly command: Command;
  readonly account: string;
  /**
   * Its requests are never two at once, and it turns to another process only when nothing of the one before can land any
   * more: so what it hears last is what is so.
   */
  readonly isPatient: boolean;
  readonly answers: Answer[];
  readonly rejections: Rejection[];
  /** Requests that ended without a verdict: failed, reset, or not ended. */
  unsure: number;
}

export class Journal {
  readonly asks: Ask[] = [];

  ask(walletId: string, command: Command, isPatient: boolean): Ask {
    const account = command.type === 'tick' ? 'time' : command.actor.pseudonym;
    const ask: Ask = { walletId, command, account, isPatient, answers: [], rejections: [], unsure: 0 };
    this.asks.push(ask);
    return ask;
  }
}
