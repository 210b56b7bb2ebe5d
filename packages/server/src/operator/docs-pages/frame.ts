import { escapeHtml } from '../../platform/http/escape-html.ts'

export interface FramedPage {
  readonly title: string
  /** The page's content, with its one `h1`. */
  readonly html: string
  /** The page's URL path. */
  readonly path: string
}

/** An entry in the navigation. */
export interface ListedPage {
  readonly path: string
  readonly title: string
}

/** Renders a page into the frame of the documentation. The frame contains no script. */
export function frame({ title, html, path }: FramedPage, listed: readonly ListedPage[], styleUrl: string): string {
  const items = listed.map((page) => {
    const isHere = page.path === path || (page.path === '/docs/errors' && path.startsWith('/docs/errors/'))
    const current = page.path === path ? ' aria-current="page"' : isHere ? ' aria-current="true"' : ''
    return `<li><a href="${page.path}"${current}>${escapeHtml(page.title)}</a></li>`
  })
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)} · Harmont docs</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${styleUrl}">
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<header><a class="home" href="/">Harmont</a> <a href="/docs">Documentation</a> <a class="narrow" href="#pages">Pages</a></header>
<div class="columns">
<main id="content" tabindex="-1">
${html}
</main>
<nav id="pages" aria-label="Pages of the documentation"><ul>
${items.join('\n')}
</ul></nav>
</div>
</body>
</html>
`
}
