import { createHash } from 'node:crypto'

/** What the page's policy names its inline scripts by, so that no others run: their digests, as CSP writes them. Scripts with attributes are none of these. */
export function inlineScripts(shell: string): readonly string[] {
  return [...shell.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    ([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
  )
}
