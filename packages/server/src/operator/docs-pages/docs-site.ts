import { lookup } from 'mrmime'
import { escapeHtml } from '../../platform/http/escape-html.ts'
import { type StoredFile, storeFile } from '../../platform/http/index.ts'
import { type DocumentedCode, documentedCodes, errorIndex, whereMet } from './error-codes.ts'
import { type FramedPage, frame, type ListedPage } from './frame.ts'
import { llmsText } from './llms-text.ts'
import { type DocsFiles, readingOrder } from './read-docs.ts'
import { renderMarkdown, rewriteLink } from './render-markdown.ts'

export interface DocsSite {
  /** By URL path. */
  readonly files: ReadonlyMap<string, StoredFile>
  /** The page for unknown paths. */
  readonly notFound: string
}

const stylePath = '/docs/style.css'
const html = 'text/html; charset=utf-8'
const markdown = 'text/markdown; charset=utf-8'

/**
 * Renders all pages of the documentation. Each file has one URL below `/docs`, and its Markdown
 * another one, which ends in `.md`. `/llms.txt` lists the latter for programs.
 */
export function docsSite({ pages, others }: DocsFiles, style: string): DocsSite {
  const rendered = [...pages].map(([name, text]) => renderPage(name, text))
  const list = listOf(rendered)
  const errors = { path: '/docs/errors', title: 'Error codes', html: errorIndex(documentedCodes) }
  const all = [indexPage(list), errors, ...rendered]
  const framed = (page: FramedPage) => frame(page, list, stylePath)
  const entries: [string, StoredFile][] = [
    ...all.map((page): [string, StoredFile] => [page.path, storeFile(html, Buffer.from(framed(page)))]),
    ...[...pages].map(([name, text]): [string, StoredFile] => [
      `/docs/${name}.md`,
      storeFile(markdown, Buffer.from(text)),
    ]),
    ['/llms.txt', storeFile(markdown, Buffer.from(llmsText(pages, readingOrder, '/docs/')))],
    ...[...others].map(([name, bytes]): [string, StoredFile] => [
      `/docs/${name}`,
      storeFile(lookup(name) ?? 'application/octet-stream', bytes),
    ]),
    [stylePath, storeFile('text/css; charset=utf-8', Buffer.from(style))],
  ]
  return { files: new Map(entries), notFound: framed(notFoundPage) }
}

const notFoundPage: FramedPage = {
  path: '',
  title: 'Page not found',
  html: `<h1>Page not found</h1>
<p>The documentation has no page at this address. <a href="/docs">The index</a> lists all pages, and
<a href="/docs/errors">the error codes</a> have an index of their own.</p>`,
}

const codes = new Map(documentedCodes.map((each): [string, DocumentedCode] => [`errors/${each.code}`, each]))

function renderPage(name: string, text: string): FramedPage {
  const path = `/docs/${name}`
  const { title, html } = renderMarkdown(text, (href) => rewriteLink(path, href))
  const code = codes.get(name)
  return {
    path,
    title,
    html: code === undefined ? html : html.replace('</h1>\n', `</h1>\n${whereMet(code)}`),
  }
}

function listOf(pages: readonly FramedPage[]): ListedPage[] {
  const rank = ({ path }: ListedPage) => {
    const place = readingOrder.indexOf(path.slice('/docs/'.length))
    return place === -1 ? readingOrder.length : place
  }
  const own = pages
    .filter(({ path }) => !path.startsWith('/docs/errors/'))
    .toSorted((one, other) => rank(one) - rank(other) || (one.path < other.path ? -1 : 1))
  return [...own.map(({ path, title }) => ({ path, title })), { path: '/docs/errors', title: 'Error codes' }]
}

function indexPage(list: readonly ListedPage[]): FramedPage {
  const items = list.map(({ path, title }) => `<li><a href="${path}">${escapeHtml(title)}</a></li>`)
  return {
    path: '/docs',
    title: 'Documentation',
    html: `<h1>Documentation</h1>
<p>Harmont runs pipelines that are programs of your repository, each step in a sandbox that starts from a snapshot of the one before it.</p>
<ul class="index">
${items.join('\n')}
<li><a href="/api/v0/openapi.json">The HTTP contract, as OpenAPI</a></li>
</ul>`,
  }
}
