import { escapeHtml } from '../../platform/http/escape-html.ts'
import { cookieOf, type PageAnswer } from '../../platform/http/index.ts'

const noncePlace = '__NONCE__'
const rootPlace = '<html lang="en"'
const firstPageStart = '<div id="first-page" inert hidden>'
const configStart = '<script type="application/json" id="auth-config">'

/** The first part of a page, which needs no data. */
interface PageStart {
  readonly nonce: string
  /** Attributes of the root element, from `lookAttributes`. */
  readonly attributes: string
}

/** The rest of a page. */
interface PageEnd {
  readonly nonce: string
  /** The configuration for the sign-in page. */
  readonly config: unknown
  /** JSON texts that the app uses instead of requests, by URL. */
  readonly answers: ReadonlyMap<string, string>
  /** The page as the app will render it; empty if the app must render it. */
  readonly html: string
}

export interface PageTemplate {
  readonly start: (facts: PageStart) => string
  readonly end: (facts: PageEnd) => string
}

/**
 * Returns the functions that fill in the template `index.html`. Throws if the template lacks a
 * placeholder.
 */
export function pageTemplate(template: string): PageTemplate {
  if (!template.includes(rootPlace))
    throw new Error(`index.html of the web app: expected \`${rootPlace}\` at the beginning.`)
  const [start, rest] = splitOnce(template, `${firstPageStart}</div>`)
  const [middle, end] = splitOnce(rest, `${configStart}</script>`)
  return {
    start: ({ nonce, attributes }) => start.replace(rootPlace, rootPlace + attributes).replaceAll(noncePlace, nonce),
    end: ({ nonce, config, answers, html }) => {
      const [afterPage, afterConfig] = [middle, end].map((part) => part.replaceAll(noncePlace, nonce))
      const scripts = answers
        .entries()
        .map(
          ([url, json]) => `<script type="application/json" data-answer="${escapeHtml(url)}">${inert(json)}</script>`,
        )
      return [
        `${firstPageStart}${html}</div>${afterPage}`,
        `${configStart}${inert(JSON.stringify(config))}</script>`,
        ...scripts,
        afterConfig,
      ].join('')
    },
  }
}

function splitOnce(template: string, place: string): readonly [string, string] {
  const [before, after, ...more] = template.split(place)
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`index.html of the web app: expected \`${place}\` once, found it ${more.length + 1} times.`)
  return [before, after]
}

/** Writes JSON without `</script` or `<!--`, so that an HTML parser sees only text. */
function inert(json: string): string {
  return json.replaceAll('<', '\\u003c')
}

/** Returns the page that replaces every page if the web app was not built. */
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

/** The page stores the reader's choice in this cookie, so that the first paint already has it. */
const lookCookie = 'harmont_look'

interface Look {
  readonly theme: 'light' | 'dark' | 'system'
  readonly density: 'compact' | 'comfortable'
}

/** Returns the chosen theme and density; the default ones for an invalid cookie. */
export function lookOf(cookies: string | undefined): Look {
  const [, theme, density] =
    /^(light|dark|system)\.(compact|comfortable)$/.exec(cookieOf(cookies, lookCookie) ?? '') ?? []
  return {
    theme: theme === 'light' || theme === 'dark' ? theme : 'system',
    density: density === 'compact' ? density : 'comfortable',
  }
}

export interface WindowSize {
  readonly width: number
  readonly height: number
}

/** Returns the window size that the page stored in a cookie; null for an invalid one. */
export function windowOf(cookies: string | undefined): WindowSize | null {
  const [, width, height] = /^([1-9]\d{1,4})x([1-9]\d{1,4})$/.exec(cookieOf(cookies, 'harmont_window') ?? '') ?? []
  return width === undefined || height === undefined ? null : { width: Number(width), height: Number(height) }
}

/** Returns the attributes of `<html>` for the chosen theme and density. */
export function lookAttributes(cookies: string | undefined): string {
  const { theme, density } = lookOf(cookies)
  const themed = theme === 'system' ? '' : ` data-theme="${theme}"`
  return density === 'compact' ? `${themed} data-density="compact"` : themed
}
