/** Reads the stack's settings from the running Pulumi program. */
import * as pulumi from '@pulumi/pulumi';
import { ConfigError, parseConfig, settingOfSecret, type SecretId, type StackConfig } from './config.ts';

/** The parsed settings. Throws a RunError, which the engine prints without a stack, with every mistake. */
export function loadConfig(): StackConfig {
  const settings = pulumi.runtime.allConfig();
  // How the language host hands them over; the SDK's own reader of it is not public.
  const secretKeys = JSON.parse(process.env['PULUMI_CONFIG_SECRET_KEYS'] ?? '[]') as string[];
  try {
    return parseConfig({ stack: pulumi.getStack(), settings, secretKeys });
  } catch (error) {
    throw error instanceof ConfigError ? new pulumi.RunError(error.message) : error;
  }
}

/** The value from which stack local makes a secret's version: encrypted in state, never plain in a message. */
export function secretSetting(secret: SecretId): pulumi.Output<string> {
  return new pulumi.Config().requireSecret(settingOfSecret(secret));
}
