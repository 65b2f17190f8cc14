/** Where Google's client libraries find their API: Google's own address, or the local cloud's. */

export interface StorageOptions {
  readonly apiEndpoint?: string;
  /** The local cloud enforces IAM, so the client must send its identity there too. */
  readonly useAuthWithCustomEndpoint?: boolean;
}

/** Options for `new Storage(...)`. {} unless LOCAL_GOOGLE_API is set, which the boot guard allows on `local` alone. */
export function googleClientOptions(
  service: 'storage',
  env: Readonly<Record<string, string | undefined>> = process.env,
): StorageOptions {
  const origin = env['LOCAL_GOOGLE_API'];
  if (origin === undefined) return {};
  switch (service) {
    case 'storage':
      return { apiEndpoint: origin, useAuthWithCustomEndpoint: true };
  }
}
