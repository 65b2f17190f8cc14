/** POST /v1/narrations: the paid operation. */
import type { Metering } from '@reelbanana/metering';
import { route } from '@reelbanana/service-kit';
import { postNarration } from '../contract.ts';
import type { NarrationEngine } from '../engines/index.ts';
import { countCharacters, spokenText } from '../text.ts';

export const narrations = ({ metered }: Metering, engine: NarrationEngine) =>
  route(
    postNarration,
    metered(
      'narration',
      {
        cost: ({ body }) => ({ characters: countCharacters(body.text) }),
        path: (id) => `/v1/narrations/${id}`,
      },
      async ({ body }, { signal }) => {
        const text = spokenText(body.text);
        const { bytes, contentType, seconds } = await engine.speak({ text, voice: body.voice, signal });
        return { bytes, contentType, fields: { characters: countCharacters(text), seconds } };
      },
    ),
  );
