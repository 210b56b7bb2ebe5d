import { type Change, KINDS } from './changes.js'

/** Markdown with one section for each kind that has changes, in the order of the kinds. */
export function renderNotes(version: string, changes: readonly Change[]): string {
  if (changes.length === 0) return `# ${version}\n\nNothing changed.\n`
  const sections = KINDS.flatMap((kind) => {
    const lines = changes.filter((change) => change.kind === kind).map(line)
    return lines.length === 0 ? [] : [`## ${kind[0]?.toUpperCase()}${kind.slice(1)}\n\n${lines.join('\n')}\n`]
  })
  return [`# ${version}\n`, ...sections].join('\n')
}

function line({ text, issue }: Change): string {
  return issue === undefined ? `- ${text}` : `- ${text} (#${issue})`
}
