import { ok } from '../http/answer.js'
import { openApiDocument } from '../http/openapi.js'
import type { Route } from '../http/route.js'
import { OBJECT } from './schemas.js'

/** Descriptions of the API, made from its routes. */
export function docsRoutes(described: readonly Route[]): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/docs/openapi.json',
      access: 'open',
      summary: 'This API in the words of OpenAPI',
      answer: OBJECT,
      handle: ({ services }) => ok(openApiDocument(described, services.node.productVersion)),
    },
    ...['/docs', '/index.html'].map(
      (path): Route => ({
        method: 'GET',
        path,
        access: 'open',
        summary: 'This API on a page',
        handle: () => ({
          status: 200,
          text: page(described),
          headers: { 'content-type': 'text/html; charset=utf-8' },
        }),
      }),
    ),
  ]
}

function page(routes: readonly Route[]): string {
  const rows = routes.map(
    ({ method, path, access, summary }) =>
      `<tr><td>${method}</td><td><code>/api${escaped(path)}</code></td><td>${access}</td><td>${escaped(summary)}</td></tr>`,
  )
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>HTTP API</title>
<h1>HTTP API</h1>
<p>Also as <a href="docs/openapi.json">OpenAPI document</a>.</p>
<table><tr><th>Method<th>Path<th>Needs<th>What</tr>
${rows.join('\n')}
</table></html>
`
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
