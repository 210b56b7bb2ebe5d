/**
 * Gives the address of what a link of a page means: `pipelines.md#steps` in a file is `/docs/pipelines#steps`. `page` is the page's own address. Null for
 * what lies outside the documentation, like a test: it is in the repository, not in the pages.
 */
export function rewriteLink(page: string, href: string): string | null {
  if (/^([a-z][a-z0-9+.-]*:|\/|#)/i.test(href)) return href
  const { pathname, hash } = new URL(href, `http://docs${page}`)
  return pathname.startsWith('/docs') ? pathname.replace(/\.md$/, '') + hash : null
}
