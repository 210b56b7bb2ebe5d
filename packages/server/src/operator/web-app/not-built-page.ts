import type { PageAnswer } from '../../platform/http/index.ts'

/** Stands in for every page of a web app that was not built. */
export function notBuiltPage(headers: Readonly<Record<string, string>>): PageAnswer {
  return { status: 503, headers, body: page }
}

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>The web app is not built</title>
<h1>The web app is not built</h1>
<p>The server is running, and its API and <code>hm</code> work. Its pages must be built once: run <code>npm run build</code> in the
folder of the server, then start it again. <code>npm start</code> does that by itself.</p>
<p>The <a href="/docs">documentation</a> is available without it.</p>
</html>
`
