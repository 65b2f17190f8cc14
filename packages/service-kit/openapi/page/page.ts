/** /docs: the OpenAPI document as one page for people. Rendered here; no script, no font, no image, nothing from elsewhere. */
import { createHash } from 'node:crypto';
import { errorData, errors, type ErrorCode } from '@reelbanana/catalog';
import type { OpenApiDocument, Schema } from '../types.ts';
import { fieldTable, table } from './fields.ts';
import { markup, prose, type Html } from './html.ts';
import { heading, routeSection, type RouteOnPage } from './route.ts';
import { style } from './style.ts';

export interface Page {
  readonly html: string;
  /** Allows the page's own style, by its digest, and nothing else. */
  readonly contentSecurityPolicy: string;
}

export function renderPage(document: OpenApiDocument): Page {
  const routes = routesOf(document);
  const { title, version, description } = document.info;
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<title>${title}</title>
<style>${{ safe: style }}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<nav aria-label="Contents">${contents(routes, document)}</nav>
<main id="content">
<h1>${title} <span class="version">${version}</span></h1>
${description.split('\n\n').map((paragraph) => markup`<p>${prose(paragraph)}</p>`)}
<p>The same for machines: <a href="/openapi.json">OpenAPI ${document.openapi}</a>.</p>
${authentication(document)}
${routes.map((route) => routeSection(route, document))}
${objects(document)}
${errorSection(document)}
</main>
</body>
</html>
`.safe;
  const digest = createHash('sha256').update(style).digest('base64');
  return {
    html: page,
    contentSecurityPolicy: `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  };
}

function routesOf({ paths }: OpenApiDocument): readonly RouteOnPage[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

function contents(routes: readonly RouteOnPage[], { components }: OpenApiDocument): Html {
  const schemas = Object.keys(components.schemas);
  return markup`<ul>
<li><a href="#authentication">Authentication</a></li>
<li>Routes<ul>${routes.map((route) => markup`<li><a href="#${route.operation.operationId}">${heading(route)}</a></li>`)}</ul></li>
<li>Objects<ul>${schemas.map((name) => markup`<li><a href="#object-${name}">${name}</a></li>`)}</ul></li>
<li><a href="#errors">Errors</a></li>
</ul>`;
}

function authentication({ components }: OpenApiDocument): Html {
  const schemes = Object.values(components.securitySchemes);
  return markup`<section id="authentication" aria-labelledby="authentication-title">
<h2 id="authentication-title">Authentication</h2>
<ul>${schemes.map(({ description }) => markup`<li>${prose(description)}</li>`)}</ul>
</section>`;
}

function objects({ components }: OpenApiDocument): Html {
  return markup`<section id="objects" aria-labelledby="objects-title">
<h2 id="objects-title">Objects</h2>
${Object.entries(components.schemas).map(([name, schema]) => objectOf(name, schema))}
</section>`;
}

const objectOf = (name: string, schema: Schema): Html =>
  markup`<h3 id="object-${name}">${name}</h3>${
    schema.description === undefined ? undefined : markup`<p>${prose(schema.description)}</p>`
  }${fieldTable(`Fields of ${name}`, schema, 'answer')}`;

const yesNo = (value: boolean): Html => markup`${value ? 'yes' : 'no'}`;

function errorSection({ components }: OpenApiDocument): Html {
  const rows = (Object.keys(components.examples) as ErrorCode[])
    .sort((a, b) => errors[a].status - errors[b].status)
    .map((code) => {
      const { status, title, retryable, retrySameKey } = errors[code];
      return [
        markup`<code id="error-${code}">${code}</code>`,
        markup`${status}`,
        markup`${title}`,
        yesNo(retryable),
        yesNo(retrySameKey),
        markup`${Object.keys(errorData[code] ?? {}).map((name) => markup`<code>${name}</code> `)}`,
      ];
    });
  return markup`<section id="errors" aria-labelledby="errors-title">
<h2 id="errors-title">Errors</h2>
<p>Every code that this service answers. An example of each stands in the OpenAPI document.</p>
${table('Errors of this service', ['Code', 'Status', 'Meaning', 'Retry may help', 'With the same key', 'Tells also'], rows)}
</section>`;
}
