import { ok } from '../http/answer.js'
import { openApiDocument } from '../http/openapi.js'
import type { Route } from '../http/route.js'
import { OBJECT } from '../schemas/basics.js'

/** Descriptions of the API, which is below `basePath`: made from its other routes, and these. */
export function docsRoutes(others: readonly Route[], basePath: string): readonly Route[] {
  const routes: readonly Route[] = [
    {
      method: 'GET',
      path: '/docs/openapi.json',
      access: 'open',
      summary: 'This API in the words of OpenAPI',
      answer: OBJECT,
      handle: ({ services }) =>
        ok(openApiDocument([...others, ...routes], services.node.productVersion, basePath)),
    },
    ...['/docs', '/index.html'].map(
      (path): Route => ({
        method: 'GET',
        path,
        access: 'open',
        summary: 'This API on a page',
        answerType: 'text/html',
        handle: () => ({
          status: 200,
          text: page([...others, ...routes], basePath),
          headers: { 'content-type': 'text/html; charset=utf-8' },
        }),
      }),
    ),
  ]
  return routes
}

function page(routes: readonly Route[], basePath: string): string {
  const rows = routes.map(
    ({ method, path, access, summary }) =>
      `<tr><td>${method}</td><td><code>${escaped(basePath + path)}</code></td><td>${access}</td><td>${escaped(summary)}</td></tr>`,
  )
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>HTTP API</title>
<h1>HTTP API</h1>
<p>Also as <a href="${escaped(basePath)}/docs/openapi.json">OpenAPI document</a>.</p>
<table><tr><th>Method<th>Path<th>Needs<th>What</tr>
${rows.join('\n')}
</table></html>
`
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
