import { cookieOf, type PageAnswer } from '../../platform/http/index.ts'

const noncePlace = '__NONCE__'
const configStart = '<script type="application/json" id="auth-config">'
const configPlace = `${configStart}</script>`

const rootPlace = '<html lang="en"'

interface PageFacts {
  readonly nonce: string
  /** The configuration for the sign-in page. */
  readonly config: unknown
  /** Attributes of the root element, from `lookAttributes`. */
  readonly attributes: string
}

/**
 * Returns the function that fills the template `index.html`. Fails for a template without every
 * placeholder.
 */
export function pageTemplate(template: string): (facts: PageFacts) => string {
  if (!template.includes(rootPlace))
    throw new Error(`index.html of the web app: expected it to begin with \`${rootPlace}\`.`)
  const [before, after, ...more] = template.split(configPlace)
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`index.html of the web app: expected \`${configPlace}\` once, got it ${more.length + 1} times.`)
  return ({ nonce, config, attributes }) => {
    const [start, end] = [before.replace(rootPlace, rootPlace + attributes), after].map((part) =>
      part.replaceAll(noncePlace, nonce),
    )
    return `${start}${configStart}${jsonForHtml(config)}</script>${end}`
  }
}

/** Serialises JSON without `</script` or `<!--`, so that an HTML parser sees only text. */
function jsonForHtml(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c')
}

/** Returns the page that replaces every page of a web app that was not built. */
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

/** The page stores the reader's choice here, so that the first paint already has it. */
const lookCookie = 'harmont_look'

/**
 * Returns the attributes of `<html>` for the chosen theme and density; empty for an invalid cookie.
 */
export function lookAttributes(cookies: string | undefined): string {
  const [, theme, density] =
    /^(light|dark|system)\.(compact|comfortable)$/.exec(cookieOf(cookies, lookCookie) ?? '') ?? []
  const themed = theme === 'light' || theme === 'dark' ? ` data-theme="${theme}"` : ''
  return density === 'compact' ? `${themed} data-density="compact"` : themed
}
