/** A page of Markdown, by its name without `.md`. */
type Pages = ReadonlyMap<string, string>

const about = `# Harmont

> CI/CD whose pipelines are programs: a TypeScript or Python file in the repository renders to a graph of shell steps.
> Every step runs in a sandbox that starts from a snapshot of its parent's file system. The same engine runs pipelines
> on a laptop (\`hm run\`) and on a server.

\`hm mcp\` serves tools for coding agents. \`hm COMMAND --json\` prints JSON, whose schemas are in \`json/COMMAND.json\`
beside these pages. Each error code has a page, \`errors/CODE.md\`. The HTTP contract is the server's
\`/api/v0/openapi.json\`.
`

/**
 * Returns the text of `llms.txt`: a description of Harmont, and each page with its first sentence.
 * `base` is the prefix of all page addresses.
 */
export function llmsText(pages: Pages, readingOrder: readonly string[], base: string): string {
  const rank = (name: string) => {
    const place = readingOrder.indexOf(name)
    return place === -1 ? readingOrder.length : place
  }
  const names = [...pages.keys()].sort((one, other) => rank(one) - rank(other) || (one < other ? -1 : 1))
  const section = (title: string, isIn: (name: string) => boolean) => {
    const lines = names.filter(isIn).map((name) => entry(name, pages.get(name) ?? '', base))
    return lines.length === 0 ? '' : `\n## ${title}\n\n${lines.join('\n')}\n`
  }
  return [
    about,
    section('Guides', (name) => !name.includes('/')),
    section('Optional', (name) => name.startsWith('design/')),
  ].join('')
}

function entry(name: string, text: string, base: string): string {
  const [, title = name] = /^# (.+)$/m.exec(text) ?? []
  const sentence = firstSentence(text)
  return `- [${title.replaceAll('`', '')}](${base}${name}.md)${sentence === '' ? '' : `: ${sentence}`}`
}

/** Returns the first sentence of the first paragraph below the title, without links and marks. */
function firstSentence(text: string): string {
  const paragraph = text.split(/\n{2,}/).find((part) => /^[A-Za-z`*[]/.test(part.trim())) ?? ''
  const plain = paragraph
    .replaceAll('\n', ' ')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('**', '')
    .trim()
  const [sentence = ''] = /^.{1,240}?[.:](?= |$)/.exec(plain) ?? []
  return sentence.replace(/:$/, '.')
}
