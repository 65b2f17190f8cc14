/** One operation of the document as a section of the page. */
import { errors, type ErrorCode } from '@reelbanana/catalog';
import { principalNames } from '../../auth/auth.ts';
import { principalOf } from '../security.ts';
import type { MediaType, OpenApiDocument, Operation, Parameter, Reference, Response } from '../types.ts';
import { curlOf } from './curl.ts';
import { fieldTable, notesOf, table, typeOf, type Side } from './fields.ts';
import { breakable, markup, prose, type Html } from './html.ts';

export interface RouteOnPage {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

export function routeSection(route: RouteOnPage, document: OpenApiDocument): Html {
  const { method, path, operation } = route;
  const parameters = (operation.parameters ?? []).map((parameter) => resolve<Parameter>(parameter, document));
  const responses = Object.entries(operation.responses).map(
    ([status, response]) => [status, resolve<Response>(response, document)] as const,
  );
  const answers = responses.filter(([, response]) => !isProblem(response));
  const keyed = parameters.some(({ name }) => name === 'Idempotency-Key');
  return markup`<section id="${operation.operationId}" aria-labelledby="${operation.operationId}-title">
<h2 id="${operation.operationId}-title">${heading(route)}</h2>
<p>${prose(operation.summary)}</p>
<p class="who"><strong>Who may call:</strong> ${who(operation)}.</p>
${parameters.length === 0 ? undefined : parameterTable(parameters)}
${bodyOf(operation)}
${answers.map(([status, response]) => answerOf(status, response))}
${errorTable(responses.flatMap(([, response]) => codesOf(response)))}
<h3>Try it</h3>
${code('Request with curl', curlOf(method, path, operation, keyed))}
</section>`;
}

export const heading = ({ method, path }: RouteOnPage): Html =>
  markup`<span class="method ${method.toLowerCase()}">${method}</span> <code class="path">${breakable(path)}</code>`;

function who({ security }: Operation): string {
  return security.map((requirement) => principalNames[principalOf(requirement)]).join('; ');
}

function parameterTable(parameters: readonly Parameter[]): Html {
  const rows = parameters.map(({ name, in: place, required, description, schema }) => [
    markup`<code>${name}</code>`,
    markup`${place}`,
    typeOf(schema),
    notesOf(schema, required, 'request', description),
  ]);
  return markup`<h3>Parameters</h3>${table('Parameters', ['Name', 'In', 'Type', 'Notes'], rows)}`;
}

function bodyOf({ requestBody }: Operation): Html | undefined {
  const json = requestBody?.content['application/json'];
  if (requestBody === undefined || json === undefined) return undefined;
  return markup`<h3>Body</h3>${requestBody.required ? undefined : markup`<p>It may stay away.</p>`}${media('Body', json, 'request')}`;
}

function media(caption: string, { schema, example }: MediaType, side: Side): Html {
  return markup`${schema === undefined ? undefined : fieldTable(`Fields of the ${caption.toLowerCase()}`, schema, side)}${
    example === undefined ? undefined : code(`${caption}, an example`, JSON.stringify(example, null, 2))
  }`;
}

function answerOf(status: string, response: Response): Html {
  const headers = Object.keys(response.headers ?? {}).map((name) => markup`<code>${name}</code> `);
  const [type = '', body = {}] = Object.entries(response.content)[0] ?? [];
  return markup`<h3>Answer <code>${status}</code></h3>
<p class="answer">${prose(response.description)} <code>${type}</code>, headers ${headers}</p>
${media('Answer', body, 'answer')}`;
}

function errorTable(codes: readonly ErrorCode[]): Html {
  const rows = codes.map((id) => [
    markup`<a href="#error-${id}"><code>${id}</code></a>`,
    markup`${errors[id].status}`,
    markup`${errors[id].title}`,
  ]);
  return markup`<h3>Errors</h3>${table('Errors', ['Code', 'Status', 'Meaning'], rows)}`;
}

/** A listing that can be scrolled with the keyboard. */
export const code = (label: string, text: string): Html =>
  markup`<pre tabindex="0" role="region" aria-label="${label}"><code>${text}</code></pre>`;

export const isProblem = ({ content }: Response): boolean => 'application/problem+json' in content;

function codesOf({ content }: Response): readonly ErrorCode[] {
  return Object.keys(content['application/problem+json']?.examples ?? {}) as ErrorCode[];
}

/** The component behind a reference; what is no reference stays. */
function resolve<T>(node: T | Reference, document: OpenApiDocument): T {
  if (typeof node !== 'object' || node === null || !('$ref' in node)) return node;
  const [, , kind = '', name = ''] = node.$ref.split('/');
  const components = document.components as unknown as Readonly<Record<string, Readonly<Record<string, T>>>>;
  const found = components[kind]?.[name];
  if (found === undefined) throw new Error(`${node.$ref} leads nowhere`);
  return found;
}
