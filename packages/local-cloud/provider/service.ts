// The ResourceProvider protocol of Pulumi: each method translates a request, calls the code that knows, and answers.
import { status } from '@grpc/grpc-js';
import type { sendUnaryData, ServerUnaryCall, UntypedServiceImplementation } from '@grpc/grpc-js';
import { ResourceProviderService } from '@pulumi/pulumi/proto/provider_grpc_pb.js';
import type * as pb from '@pulumi/pulumi/proto/provider_pb.js';
import providerPb from '@pulumi/pulumi/proto/provider_pb.js';
import pluginPb from '@pulumi/pulumi/proto/plugin_pb.js';
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js';
import type { Contract, Problem } from '../contract/contract.ts';
import type { Cloud } from '../resources/resource.ts';
import { findResourceType } from '../resources/index.ts';
import { checkResource } from './check.ts';
import { refusedProject } from './configuration.ts';
import { diffResource, toDiffResponse } from './diff.ts';
import { EngineLog } from './engine-log.ts';
import { toServiceError } from './errors.ts';
import { invoke } from './invoke.ts';
import { Lifecycle } from './lifecycle.ts';
import type { Target } from './lifecycle.ts';
import { diffProperties } from './property-diff.ts';
import { fromStruct, toStruct } from './property-values.ts';

export interface ProviderService {
  readonly methods: UntypedServiceImplementation;
  /** Lets go of the engine. */
  close(): void;
}

/** The provider of the `gcp` package over one local cloud. */
export function providerService(cloud: Cloud, contract: Contract): ProviderService {
  const log = new EngineLog();
  const lifecycle = new Lifecycle(cloud, contract);
  let cancel = new AbortController();

  const target = (request: { getUrn(): string; getName(): string; getType(): string }): Target => {
    const urn = request.getUrn();
    return {
      token: request.getType() || typeOf(urn),
      name: request.getName() || nameOf(urn),
      signal: cancel.signal,
      voice: {
        progress: (line) => {
          log.progress(urn, line);
        },
        warn: (line) => {
          log.warn(urn, line);
        },
      },
    };
  };

  /** An answer that waits for the lines spoken on the way. */
  const spoken = <Request, Response>(answer: (request: Request) => Promise<Response>) =>
    unary((request: Request) => answer(request).finally(() => log.flush()));

  const methods: UntypedServiceImplementation = {
    handshake: unary((request: pb.ProviderHandshakeRequest) => {
      log.attach(request.getEngineAddress());
      const response = new providerPb.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    }),
    attach: unary((request: { getAddress(): string }) => {
      log.attach(request.getAddress());
      return new emptyPb.Empty();
    }),
    getPluginInfo: unary(() => {
      const response = new pluginPb.PluginInfo();
      response.setVersion(contract.version);
      return response;
    }),
    checkConfig: unary((request: pb.CheckRequest) => {
      const response = new providerPb.CheckResponse();
      response.setInputs(request.getNews());
      const reason = refusedProject(fromStruct(request.getNews()), cloud.projectId);
      if (reason !== undefined) response.addFailures(failure({ path: '', reason }));
      return response;
    }),
    diffConfig: unary((request: pb.DiffRequest) => {
      const changes = diffProperties(fromStruct(request.getOldInputs()), fromStruct(request.getNews()));
      // No configuration of this provider decides what exists: never a replacement.
      return toDiffResponse({
        changes: changes.map((change) => ({ ...change, replaces: false })),
        deleteBeforeReplace: false,
      });
    }),
    configure: unary((request: pb.ConfigureRequest) => {
      const reason = refusedProject(fromStruct(request.getArgs()), cloud.projectId);
      if (reason !== undefined) throw new Error(reason);
      // A program may configure several providers in one run: all of them share one cancel.
      if (cancel.signal.aborted) cancel = new AbortController();
      const response = new providerPb.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    }),
    check: unary((request: pb.CheckRequest) => {
      const { token, name } = target(request);
      const { inputs, problems } = checkResource(
        token,
        {
          urn: request.getUrn(),
          resourceName: name,
          olds: fromStruct(request.getOlds()),
          news: fromStruct(request.getNews()),
          seed: request.getRandomseed_asU8(),
          proposed: request.getAutonaming()?.getProposedName() || undefined,
        },
        contract,
        cloud,
      );
      const response = new providerPb.CheckResponse();
      response.setInputs(toStruct(inputs));
      response.setFailuresList(problems.map(failure));
      return response;
    }),
    diff: unary((request: pb.DiffRequest) => {
      const type = findResourceType(target(request).token);
      const olds = fromStruct(request.getOldInputs() ?? request.getOlds());
      return toDiffResponse(diffResource(type, olds, fromStruct(request.getNews()), cloud));
    }),
    create: spoken(async (request: pb.CreateRequest) => {
      const response = new providerPb.CreateResponse();
      const inputs = fromStruct(request.getProperties());
      if (request.getPreview()) {
        response.setId('');
        response.setProperties(toStruct(lifecycle.previewCreate(target(request).token, inputs)));
        return response;
      }
      const { id, outputs } = await lifecycle.create(target(request), inputs);
      response.setId(id);
      response.setProperties(toStruct(outputs));
      return response;
    }),
    update: spoken(async (request: pb.UpdateRequest) => {
      const response = new providerPb.UpdateResponse();
      const news = fromStruct(request.getNews());
      const olds = fromStruct(request.getOlds());
      const outputs = request.getPreview()
        ? lifecycle.previewUpdate(target(request).token, news, olds)
        : (await lifecycle.update(target(request), request.getId(), news, olds)).outputs;
      response.setProperties(toStruct(outputs));
      return response;
    }),
    delete: spoken(async (request: pb.DeleteRequest) => {
      const inputs = fromStruct(request.getOldInputs() ?? request.getProperties());
      await lifecycle.remove(target(request), request.getId(), inputs);
      return new emptyPb.Empty();
    }),
    read: unary((request: pb.ReadRequest) => {
      const response = new providerPb.ReadResponse();
      const record = lifecycle.read(target(request), request.getId());
      if (!record) return response; // an empty id says that it is gone
      response.setId(record.id);
      response.setInputs(toStruct(record.inputs));
      response.setProperties(toStruct(record.outputs));
      return response;
    }),
    invoke: unary((request: pb.InvokeRequest) => {
      const response = new providerPb.InvokeResponse();
      response.setReturn(toStruct(invoke(request.getTok(), fromStruct(request.getArgs()), cloud)));
      return response;
    }),
    // Sent at the end of every operation too: it ends what still runs, and nothing else.
    cancel: unary(() => {
      cancel.abort();
      return new emptyPb.Empty();
    }),
  };
  for (const name of Object.keys(ResourceProviderService)) methods[name] ??= unimplemented;
  return {
    methods,
    close: () => {
      log.close();
    },
  };
}

function unary<Request, Response>(answer: (request: Request) => Response | Promise<Response>) {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
    const reply = async (): Promise<Response> => answer(call.request);
    reply().then(
      (response) => {
        callback(null, response);
      },
      (error: unknown) => {
        callback(toServiceError(error));
      },
    );
  };
}

function unimplemented(_: unknown, callback: sendUnaryData<never>): void {
  callback({ code: status.UNIMPLEMENTED, details: 'not implemented by the local cloud' });
}

/** The path stands in the reason: given apart, the engine looks its value up, finds nested ones not and prints `<nil>`. */
function failure({ path, reason }: Problem): pb.CheckFailure {
  const result = new providerPb.CheckFailure();
  result.setReason(path === '' ? reason : `${path}: ${reason}`);
  return result;
}

/** `urn:pulumi:stack::project::parent$type::name`. */
function typeOf(urn: string): string {
  const types = urn.split('::')[2] ?? '';
  return types.slice(types.lastIndexOf('$') + 1);
}

function nameOf(urn: string): string {
  return urn.split('::').slice(3).join('::');
}
