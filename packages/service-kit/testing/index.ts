/** For tests of services: a caller of one's choice, telemetry in memory, an app on a free port, checked error answers. */
export { fakeAuth, type FakeCallers } from './fake-auth.ts';
export { startIssuer, unsigned, type Issuer } from './issuer.ts';
export { listen, type Listening } from './listen.ts';
export { memoryTelemetry, type MemoryTelemetry } from './memory-telemetry.ts';
export { expectProblem, silentLog } from './expect-problem.ts';
export { startOtlpReceiver, type OtlpReceiver } from './otlp-receiver.ts';
export { openApiFaults } from './openapi-faults.ts';
export { expectDocumented, operationsOf } from './expect-documented.ts';
