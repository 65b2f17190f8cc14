/** The voices of the API: a language each. Engines map them to voices of their own. */
export const voices = ['en-us', 'en-gb', 'de', 'fr', 'es', 'it'] as const;

export type Voice = (typeof voices)[number];

export const defaultVoice: Voice = 'en-us';
