// configure: an administrator changes what a wallet may do. Every setting that is set stands in the entry.
import { isCountable } from '../funds.ts';
import { forbidden, uncountable, validationFailed } from '../rejection.ts';
import { replayOf } from '../replay.ts';
import type { Caps, ConfigureCommand, Settings } from '../types.ts';
import type { Outcome, Situation } from './outcome.ts';

export function configure({ wallet, found }: Situation, command: ConfigureCommand, entryId: string): Outcome {
  const { actor, reasonCode } = command;
  const settings = settingsOf(command);
  if (Object.keys(settings).length === 0) {
    return { refusal: validationFailed([{ path: '', message: 'must set unmetered, status, overdraftLimit or caps' }]) };
  }
  if (actor.kind !== 'admin')
    return { refusal: forbidden('Only an administrator may change the settings of a wallet.') };
  const replay = replayOf(found.get(entryId), command);
  if (replay) return replay;
  if (!isCountable({ ...wallet, ...settings }, 0)) return { refusal: uncountable('overdraftLimit') };
  return {
    step: {
      type: 'configure',
      id: entryId,
      keyDigest: entryId,
      fingerprint: command.fingerprint,
      actor,
      own: { configure: settings, reasonCode },
      change: { postings: [], settings },
    },
  };
}

function settingsOf({ unmetered, status, overdraftLimit, caps }: ConfigureCommand): Partial<Settings> {
  return {
    ...(caps === undefined ? {} : { caps: capsOf(caps) }),
    ...(overdraftLimit === undefined ? {} : { overdraftLimit: overdraftLimit + 0 }), // -0 is 0
    ...(status === undefined ? {} : { status }),
    ...(unmetered === undefined ? {} : { unmetered }),
  };
}

/** All caps at once: one that is not named is lifted. */
function capsOf({ perMinute, daily, monthly }: Caps): Caps {
  return {
    ...(daily === undefined ? {} : { daily: daily + 0 }),
    ...(monthly === undefined ? {} : { monthly: monthly + 0 }),
    ...(perMinute === undefined ? {} : { perMinute: perMinute + 0 }),
  };
}
