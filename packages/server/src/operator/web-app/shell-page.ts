const noncePlace = '__NONCE__'
const configStart = '<script type="application/json" id="auth-config">'
const configPlace = `${configStart}</script>`

const rootPlace = '<html lang="en"'

export interface ShellFacts {
  readonly nonce: string
  /** What a sign-in page has to know. */
  readonly config: unknown
  /** Of the root element: what `lookAttributes` gives. */
  readonly attributes: string
}

/** Gives the function that fills the template `index.html`. Fails for a template without a place for each fact. */
export function shellPage(template: string): (facts: ShellFacts) => string {
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

/** JSON that no HTML parser takes for anything else: neither `</script` nor `<!--` is left in it. */
function jsonForHtml(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c')
}
