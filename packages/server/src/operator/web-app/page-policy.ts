import { createHash } from 'node:crypto'

/** Restricts what browsers may do with our pages (`web.md` A9). */

/**
 * Returns the headers of the web app's page. `nonce` is new for each response; `scripts` comes from
 * `inlineScripts`. `isPersonal`: whether the page contains data for its reader only.
 */
export function pageHeaders(
  nonce: string,
  scripts: readonly string[],
  isPersonal: boolean,
): Readonly<Record<string, string>> {
  const policy = {
    'default-src': "'none'",
    'script-src': ["'self'", ...scripts].join(' '),
    'font-src': "'self'",
    'worker-src': "'self'",
    'connect-src': "'self'",
    'img-src': "'self' data:",
    'style-src': `'self' 'nonce-${nonce}'`,
    'frame-ancestors': "'none'",
    'base-uri': "'none'",
    'form-action': "'self'",
    'require-trusted-types-for': "'script'",
    'trusted-types': 'harmont',
  }
  return {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': isPersonal ? 'private, no-store' : 'no-cache',
    'content-security-policy': directives(policy),
    // The page of `/auth/callback` is a pop-up that sends its result to the page which opened it.
    'cross-origin-opener-policy': 'same-origin-allow-popups',
  }
}

/**
 * Returns the headers of the web app's files. A worker has the policy of its own script, not of the
 * page.
 */
export function fileHeaders(path: string): Readonly<Record<string, string>> {
  return {
    'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
  }
}

function directives(policy: Readonly<Record<string, string>>): string {
  return Object.entries(policy)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ')
}

/**
 * Returns the digests of the page's inline scripts, in CSP syntax, so that no others run. Scripts
 * with attributes are not inline.
 */
export function inlineScripts(template: string): readonly string[] {
  return [...template.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    ([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
  )
}
