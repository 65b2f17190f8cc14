// The ways in which the local cloud refuses, with Google's status names, so that a caller can map them to HTTP or gRPC.

/** Every expected failure of the local cloud; anything else that is thrown is a bug of ours. */
export class CloudError extends Error {
  /** Google's canonical status, for example PERMISSION_DENIED. */
  readonly status: string;
  /** The HTTP code that Google sends with this status. */
  readonly httpCode: number;

  constructor(status: string, httpCode: number, message: string) {
    super(message);
    this.name = new.target.name;
    this.status = status;
    this.httpCode = httpCode;
  }
}

export class InvalidArgument extends CloudError {
  constructor(message: string) {
    super('INVALID_ARGUMENT', 400, message);
  }
}

export class Unauthenticated extends CloudError {
  constructor(message: string) {
    super('UNAUTHENTICATED', 401, message);
  }
}

/** The message names role, principal and resource: what to grant, to whom, where. */
export class PermissionDenied extends CloudError {
  constructor(message: string) {
    super('PERMISSION_DENIED', 403, message);
  }
}

export class NotFound extends CloudError {
  constructor(message: string) {
    super('NOT_FOUND', 404, message);
  }
}

export class AlreadyExists extends CloudError {
  constructor(message: string) {
    super('ALREADY_EXISTS', 409, message);
  }
}

/** The state of things, not the request, stands in the way: a port taken, a bucket not empty, a private service. */
export class FailedPrecondition extends CloudError {
  constructor(message: string) {
    super('FAILED_PRECONDITION', 400, message);
  }
}

/** A storage precondition such as ifGenerationMatch did not hold. */
export class ConditionNotMet extends CloudError {
  constructor() {
    super('FAILED_PRECONDITION', 412, 'At least one of the pre-conditions you specified did not hold.');
  }
}

/** A workload did not become healthy. The message carries the tail of its log. */
export class StartFailed extends CloudError {
  readonly service: string;
  readonly logFile: string;
  /** The last 20 lines that the workload wrote; may be empty. */
  readonly logTail: string;

  constructor(o: { service: string; reason: string; logFile: string; logTail: string }) {
    const tail = o.logTail === '' ? 'It wrote nothing to its log.' : `Last lines of ${o.logFile}:\n${o.logTail}`;
    super('FAILED_PRECONDITION', 400, `service ${o.service} did not start: ${o.reason}\n${tail}`);
    this.service = o.service;
    this.logFile = o.logFile;
    this.logTail = o.logTail;
  }
}
