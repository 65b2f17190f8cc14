// A service that does nothing, in a process like the credits service's: same app factory, authentication, telemetry, drain.
// What it costs is what every route costs.
import { postDeduction } from '@reelbanana/metering/contract';
import {
  boot,
  createAuth,
  createService,
  defineContract,
  readConfig,
  reply,
  route,
  serve,
  startTelemetry,
} from '@reelbanana/service-kit';
import { z } from 'zod';

const nothing = z.strictObject({});
/** Authentication alone. */
const bare = defineContract({
  method: 'POST',
  path: '/v1/noop',
  summary: 'Does nothing',
  principals: postDeduction.principals,
  responses: { 200: nothing },
  errors: [],
});
/** All that a deduction asks of the app factory: its key, its path, its body. */
const same = defineContract({ ...postDeduction, responses: { 200: nothing }, errors: [] });

boot('credits', async (log) => {
  const config = readConfig({});
  const contracts = [bare, same];
  const telemetry = startTelemetry({ config, routes: contracts, log });
  const auth = createAuth({ ...config, audience: config.serviceUrl });
  const routes = [route(bare, async () => reply(200, {})), route(same, async () => reply(200, {}))];
  const app = createService({ auth, config, telemetry, log, routes });
  await serve(app, { config, log, flush: () => telemetry.shutdown() });
});
