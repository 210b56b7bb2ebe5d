/**
 * Lists what a person can read on a page, in the terminal or in an error:
 * `node scripts/list-messages.ts web cli server`; without names all three. One line per message,
 * with its place. Messages are found by their form, so a few lines are none.
 */
import { globSync, readFileSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'vite'

const repository = fileURLToPath(new URL('..', import.meta.url))
/** Packages whose messages reach the readers of `web`, `cli` and `server`. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  web: ['web'],
  cli: ['cli', 'cloud', 'pipeline', 'render', 'source-set'],
  server: ['server', 'engine', 'ir', 'logs', 'sandbox'],
}

interface Node {
  readonly type: string
  readonly start: number
  readonly [name: string]: unknown
}

interface Message {
  readonly start: number
  readonly text: string
}

/** Returns every message of one file, in order. A value inside one is `{…}`. */
export function messagesIn(file: string, source: string): readonly Message[] {
  const found: Message[] = []
  const add = ({ start }: Node, text: string) => {
    const line = text.replace(/\s+/g, ' ').trim()
    if (isMessage(line)) found.push({ start, text: line })
  }
  walk(parseSync(file, source).program as unknown as Node, (node) => {
    if (isNotShown(node)) return false
    if (node.type === 'JSXElement' || node.type === 'JSXFragment') add(node, textOfElement(node))
    else if (node.type === 'Literal' && typeof node.value === 'string') add(node, node.value)
    else if (node.type === 'TemplateLiteral') add(node, textOfTemplate(node))
    return true
  })
  return found
}

function walk(node: Node, visit: (node: Node) => boolean): void {
  if (!visit(node)) return
  for (const value of Object.values(node))
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, visit)
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
}

/** Attributes with text for the browser. */
const forTheBrowser = /^(className|class|style|d|viewBox|id|htmlFor|rel|target|type|role|to|href|fill|stroke|.*Class)$/

function isNotShown(node: Node): boolean {
  if (/^(ImportDeclaration|Export(Named|All)Declaration|TS.*)$/.test(node.type))
    return (
      !(node.type === 'ExportNamedDeclaration' && isNode(node.declaration)) &&
      !/^TS(As|Satisfies|NonNull)/.test(node.type)
    )
  if (node.type === 'JSXAttribute') return forTheBrowser.test(String((node.name as { name?: unknown }).name))
  // Statements of SQL and patterns.
  if (node.type === 'TaggedTemplateExpression') return true
  return node.type === 'Literal' && 'regex' in node
}

const textOfTemplate = ({ quasis }: Node) =>
  (quasis as readonly { value: { cooked: string | null; raw: string } }[])
    .map(({ value }) => value.cooked ?? value.raw)
    .join('{…}')

function textOfElement({ children }: Node): string {
  const parts = children as readonly Node[]
  if (!parts.some(({ type, value }) => type === 'JSXText' && /\p{L}/u.test(String(value)))) return ''
  return parts
    .map((part) => {
      if (part.type === 'JSXText') return String(part.value)
      const { expression } = part as { expression?: Node }
      if (expression?.type === 'Literal' && typeof expression.value === 'string') return expression.value
      return part.type === 'JSXElement' && textOfElement(part) !== '' ? textOfElement(part) : '{…}'
    })
    .join('')
}

/**
 * Matches two words, or one that begins like a title, and excludes SQL, lists of classes, paths and
 * identifiers.
 */
function isMessage(text: string): boolean {
  if (!/\p{L}{2}/u.test(text)) return false
  if (
    /^(select|insert|update|delete|with|create|alter|lock|set|listen|notify|drop|and|or|where|from|order by)\b[^.]*[=(,*]/i.test(
      text,
    )
  )
    return false
  const words = text.split(' ')
  if (words.length === 1) return /^\p{Lu}\p{Ll}+[.:…]?$/u.test(text)
  return (
    words.filter((word) => /^-?[a-z0-9]+([-:/[\]()_.%&>*=]+[\w\][().,%&#-]*)+$/.test(word)).length < words.length / 2
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const asked = process.argv.slice(2)
  for (const room of asked.length > 0 ? asked : Object.keys(rooms)) {
    const folders = rooms[room]
    if (folders === undefined) throw new Error(`no room ${room}: use ${Object.keys(rooms).join(', ')}`)
    for (const path of globSync(
      folders.map((folder) => `packages/${folder}/src/**/*.{ts,tsx}`),
      { cwd: repository },
    ).sort()) {
      if (/\.test\.tsx?$|test-support|\/(testing|generated)\//.test(path)) continue
      const source = readFileSync(`${repository}${path}`, 'utf8')
      for (const { start, text } of messagesIn(path, source))
        console.log(`${path}:${source.slice(0, start).split('\n').length}\t${text}`)
    }
  }
}
