// The page stands alone, can be used without a mouse or eyes, and lets nothing that it shows become markup.
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { openApi } from '../document.ts';
import { tunes } from '../testing/contracts.ts';
import { curlOf } from './curl.ts';
import { markup, prose } from './html.ts';
import { renderPage, type Page } from './page.ts';

const document = openApi({ service: 'narrate', contracts: tunes });
let page: Page;
beforeAll(() => {
  page = renderPage(document);
});
const all = (pattern: RegExp): string[] => [...page.html.matchAll(pattern)].map(([, found]) => found ?? '');

describe('the page', () => {
  it('has a section and an entry in the contents for every route', () => {
    for (const operation of Object.values(document.paths).flatMap((operations) => Object.values(operations))) {
      expect(page.html).toContain(`<section id="${operation.operationId}"`);
      expect(page.html).toContain(`<a href="#${operation.operationId}">`);
      expect(page.html).toContain(operation.summary);
    }
  });

  it('has no link that leads nowhere and no id twice', () => {
    const ids = all(/ id="([^"]+)"/g);
    expect(new Set(ids).size).toBe(ids.length);
    const links = all(/ href="([^"]+)"/g);
    expect(links.filter((link) => !link.startsWith('#'))).toEqual(['/openapi.json']);
    for (const link of links.filter((one) => one.startsWith('#'))) expect(ids).toContain(link.slice(1));
  });

  it('needs no script and nothing from elsewhere', () => {
    expect(page.html).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\son\w+=|\sstyle=|src=/);
  });

  it('allows its own style and nothing else', () => {
    const [style = ''] = all(/<style>([^]*?)<\/style>/g);
    const digest = createHash('sha256').update(style).digest('base64');
    expect(page.contentSecurityPolicy.split('; ')).toEqual([
      "default-src 'none'",
      `style-src 'sha256-${digest}'`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
  });

  it('closes every element that it opens', () => {
    const open: string[] = [];
    for (const [, close, name = '', rest = ''] of page.html.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|[^>"])*)>/g)) {
      if (rest.endsWith('/')) continue;
      if (close === '/') expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
  });

  it('has one first heading, and no heading that skips a level', () => {
    const levels = all(/<h([1-6])/g).map(Number);
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    levels.forEach((level, i) => expect(level - (levels[i - 1] ?? 0)).toBeLessThanOrEqual(1));
  });

  it('tells its language, names its regions, and lets one skip the contents', () => {
    expect(page.html).toContain('<html lang="en">');
    expect(page.html).toContain('<a class="skip" href="#content">');
    expect(page.html).toContain('<nav aria-label="Contents">');
    for (const region of all(/(<[a-z]+[^>]*role="region"[^>]*>)/g)) expect(region).toMatch(/aria-label="[^"]+"/);
  });

  it('tells who may call, the parameters, the fields, the errors', () => {
    expect(page.html).toContain('end users; service accounts on behalf of an end user');
    expect(page.html).toContain('<code>Idempotency-Key</code>');
    expect(page.html).toContain('integer, 1 to 64');
    expect(page.html).toContain('Default <code>8</code>.');
    expect(page.html).toContain('<a href="#object-Tune">Tune</a>');
    expect(page.html).toContain('<a href="#error-INSUFFICIENT_CREDITS">');
    expect(page.html).toContain('<code>audio/wav</code>');
  });

  it('labels the cells of a table whose head a narrow screen does not show', () => {
    expect(page.html).toContain('<td role="cell" data-label="Retry may help">yes</td>');
    expect(page.html).toMatch(/td\[data-label\]::before \{ content: attr\(data-label\)/);
  });

  it('escapes what contracts say', () => {
    expect(page.html).toContain('<code>&lt;b&gt;</code> &amp; all.');
    expect(page.html).toContain('&lt;bananas&gt;');
    expect(page.html).not.toContain('<bananas>');
  });
});

describe('markup', () => {
  it('escapes text, in elements and attributes, and keeps what is markup', () => {
    expect(markup`<a title="${'"><script>'}">${"it's"}${markup`<b>${1}</b>`}${undefined}</a>`.safe).toBe(
      '<a title="&quot;&gt;&lt;script&gt;">it&#39;s<b>1</b></a>',
    );
  });

  it('reads back-quotes as code', () => {
    expect(prose('a `<b>` c').safe).toBe('a <code>&lt;b&gt;</code> c');
  });
});

describe('the curl example', () => {
  it('has the tokens of the first principal, the key, and a body that the shell leaves alone', () => {
    const operation = document.paths['/v1/tunes']!['post']!;
    expect(curlOf('POST', '/v1/tunes', operation, true)).toBe(
      [
        'curl -X POST "$SERVICE_URL/v1/tunes"',
        '-H "Authorization: Bearer $USER_TOKEN"',
        '-H "Idempotency-Key: $KEY"',
        '-H "Content-Type: application/json"',
        String.raw`-d '{"mood":"gay","words":"it'\''s <bananas>","bars":8}'`,
      ].join(' \\\n  '),
    );
  });

  it('names path parameters as variables and keeps bytes in a file', () => {
    const operation = document.paths['/v1/tunes/{tuneId}/sound']!['get']!;
    expect(curlOf('GET', '/v1/tunes/{tuneId}/sound', operation, false)).toBe(
      ['curl "$SERVICE_URL/v1/tunes/$TUNE_ID/sound"', '-H "Authorization: Bearer $USER_TOKEN"', '-o result'].join(
        ' \\\n  ',
      ),
    );
  });
});
