import type { Handler } from '../context.ts'
import { type ExitCode, exits } from '../errors.ts'
import { otherWords } from '../specs/aliases.ts'
import type { Command } from '../specs/index.ts'
import type { CommandSpec, FlagSpec } from '../specs/spec.ts'
import type { Output } from '../terminal/output.ts'
import { type Line, span } from '../terminal/span.ts'
import { argumentLabel } from './flags.ts'
import { dashed, globalFlags, kebab } from './global-flags.ts'
import { commandFor, resolveCommand, visibleBelow } from './resolve.ts'

type HelpLine = string | Line

const heading = (text: string): Line => [span(text, 'bold')]

/** `hm help`: shows every command by section, with each group on one line. */
export function overview(width = helpWidth): HelpLine[] {
  const lines: HelpLine[] = [
    ...wrap('hm runs pipelines on this machine and on a Harmont server.', width),
    '',
    ...usageLines('hm COMMAND [ARGUMENTS] [FLAGS]', width),
  ]
  for (const { title, words } of sections) {
    const rows = words.flatMap((word) => overviewRow(word))
    if (rows.length > 0) lines.push('', heading(title), ...twoColumns(rows, { width }))
  }
  lines.push('', heading('Flags of every command'), ...flagRows(globalFlags, width), '')
  lines.push('hm help COMMAND explains one command.')
  return lines
}

function overviewRow(word: string): (readonly [string, string])[] {
  const exact = visibleBelow([]).find((command) => command.name === word)
  if (exact !== undefined) return [[word, exact.spec.summary]]
  const below = visibleBelow([word])
  if (below.length === 0) return []
  const verbs = below.map((command) => command.name.slice(word.length + 1)).join(', ')
  return [[word, `${groupSummaries[word] ?? word}: ${verbs}`]]
}

/** `hm config -h`: shows the commands of a group. */
export function groupHelp(words: readonly string[], width = helpWidth): HelpLine[] {
  const name = words.join(' ')
  const rows = visibleBelow(words).map((command) => [command.name, command.spec.summary] as const)
  return [
    `${groupSummaries[words.at(-1) ?? ''] ?? name}.`,
    '',
    ...usageLines(`hm ${name} COMMAND [ARGUMENTS] [FLAGS]`, width),
    '',
    heading('Commands'),
    ...twoColumns(rows, { width }),
    '',
    ...wrap(`hm help ${name} COMMAND explains one command.`, width),
  ]
}

/** `hm help run`: shows the complete help of one command. */
export function commandHelp(command: Command, width = helpWidth): HelpLine[] {
  const { name, spec } = command
  const lines: HelpLine[] = [...wrap(`${spec.summary}.`, width), '', ...usageLines(usage(name, spec), width)]
  const others = otherWords(name)
  if (others.length > 0) lines.push('', ...wrap(`Also: ${others.map((words) => `hm ${words}`).join(', ')}`, width))
  for (const paragraph of spec.about ?? []) lines.push('', ...wrap(paragraph, width))
  const args = Object.entries(spec.args ?? {})
  if (args.length > 0)
    lines.push(
      '',
      heading('Arguments'),
      ...twoColumns(
        args.map(([arg, { summary, choices }]) => [argumentLabel(arg), withChoices(summary, choices)]),
        { width },
      ),
    )
  const flags = Object.entries(spec.flags ?? {})
  if (flags.length > 0) lines.push('', heading('Flags'), ...flagRows(spec.flags ?? {}, width))
  if (spec.examples !== undefined)
    lines.push('', heading('Examples'), ...twoColumns(spec.examples, { width, limit: Math.floor(width * 0.45) }))
  const everywhere = Object.keys(globalFlags)
    .filter((flag) => flag !== 'version' && !(flag in (spec.flags ?? {})))
    .map((flag) => `--${kebab(flag)}`)
  lines.push('', heading('Flags of every command'), ...wrap(everywhere.join(' '), width - 2).map((line) => `  ${line}`))
  return lines
}

function usageLines(line: string, width: number): HelpLine[] {
  const [head = '', ...tail] = wrap(line, width - 7)
  return [[...heading('Usage:'), span(` ${head}`)], ...tail.map((part) => `       ${part}`)]
}

function usage(name: string, spec: CommandSpec): string {
  const args = Object.entries(spec.args ?? {}).map(([arg, { required, multiple }]) => {
    const label = argumentLabel(arg) + (multiple === true ? '...' : '')
    return required === true ? label : `[${label}]`
  })
  const flags = spec.flags === undefined ? [] : ['[FLAGS]']
  const isLast = !Object.values(spec.args ?? {}).some(({ verbatim }) => verbatim === true)
  return ['hm', name, ...(isLast ? [...args, ...flags] : [...flags, ...args])].join(' ')
}

function flagRows(flags: Readonly<Record<string, FlagSpec>>, width: number): string[] {
  return twoColumns(
    Object.entries(flags).map(([name, flag]) => {
      const short = flag.short === undefined ? '    ' : `-${flag.short}, `
      const value = flag.kind === 'boolean' ? '' : 'optional' in flag ? `[=${flag.value}]` : ` ${flag.value}`
      const also = flag.also === undefined ? '' : ` (also ${flag.also.map(dashed).join(', ')})`
      const choices = flag.kind === 'string' && flag.choices !== undefined ? flag.choices : undefined
      const more = 'multiple' in flag ? '; may be repeated' : ''
      return [`${short}--${kebab(name)}${value}`, withChoices(flag.summary, choices) + more + also] as const
    }),
    { width },
  )
}

function withChoices(summary: string, choices: readonly string[] | undefined): string {
  return choices === undefined || summary === choices.join(', ') || summary.startsWith(choices[0] ?? '')
    ? summary
    : `${summary}: ${choices.join(', ')}`
}

/** The overview in order: a title, then the first words of its commands. */
export const sections: readonly { readonly title: string; readonly words: readonly string[] }[] = [
  { title: 'Pipelines', words: ['init', 'run', 'watch', 'validate', 'graph', 'render', 'pipelines'] },
  {
    title: 'After a run',
    words: [
      'status',
      'why',
      'test',
      'flaky',
      'logs',
      'history',
      'shell',
      'exec',
      'retry',
      'rebuild',
      'cancel',
      'artifact',
      'mcp',
    ],
  },
  {
    title: 'On the server',
    words: [
      'login',
      'logout',
      'whoami',
      'org',
      'pipeline',
      'build',
      'job',
      'secret',
      'registry',
      'notification',
      'token',
      'billing',
    ],
  },
  { title: 'This machine', words: ['doctor', 'cache', 'image', 'config', 'completion', 'plugin', 'version'] },
]

/** Summaries of the groups, by the group's first word. */
export const groupSummaries: Readonly<Record<string, string>> = {
  artifact: 'Files that steps left',
  billing: 'Balance and usage',
  build: 'Builds on the server',
  cache: 'The local step cache',
  cloud: 'Older names of server commands',
  config: 'Settings',
  image: 'Images on this machine',
  job: 'Jobs of a build on the server',
  notification: 'Notifications about builds',
  org: 'Organizations',
  pipeline: 'Pipelines on the server',
  plugin: 'Plugins (none: everything is built in)',
  secret: 'Secrets for steps',
  registry: 'Logins of registries of images',
  token: 'API keys',
}

/** Maximum width of help, because longer lines are hard to read. */
const helpWidth = 80

/** Breaks text at spaces so that no line exceeds the width unless a single word does. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

/** Two columns, indented by two; a name too long for the first gets a line of its own. */
function twoColumns(
  rows: readonly (readonly [name: string, text: string])[],
  { width, limit = Math.min(26, Math.floor(width / 3)) }: { readonly width: number; readonly limit?: number },
): string[] {
  const first = Math.max(...rows.map(([name]) => name.length).filter((length) => length <= limit), 8)
  const indent = ' '.repeat(first + 4)
  return rows.flatMap(([name, text]) => {
    const [head = '', ...tail] = wrap(text, width - indent.length)
    const folded = tail.map((line) => indent + line)
    return name.length > first
      ? [`  ${name}`, indent + head, ...folded]
      : [`  ${name.padEnd(first)}  ${head}`, ...folded]
  })
}

/** Returns the JSON form of a command's help. */
function described({ name, spec }: { readonly name: string; readonly spec: CommandSpec }) {
  const { summary, about = [], args = {}, flags = {}, examples = [] } = spec
  return {
    command: name,
    usage: usage(name, spec),
    summary,
    about,
    arguments: Object.entries(args).map(([each, { required, multiple, choices, summary: what }]) => ({
      name: argumentLabel(each),
      summary: what,
      required: required === true,
      multiple: multiple === true,
      choices: choices ?? null,
    })),
    flags: Object.entries(flags).map(([each, flag]) => ({
      name: `--${kebab(each)}`,
      short: flag.short === undefined ? null : `-${flag.short}`,
      value: flag.kind === 'boolean' ? null : flag.value,
      summary: flag.summary,
      multiple: 'multiple' in flag,
      choices: flag.kind === 'string' ? (flag.choices ?? null) : null,
    })),
    examples: examples.map(([line, what]) => ({ line, what })),
  }
}

/** Prints help on stdout for a command, a group of commands, or all of `hm` (no words). */
export async function showHelp(words: readonly string[], output: Output, asJson: boolean): Promise<ExitCode> {
  const command = commandFor(words)
  if (asJson) {
    await output.json({ data: command === undefined ? visibleBelow(words).map(described) : [described(command)] })
    return exits.ok
  }
  const width = Math.min(helpWidth, output.stdout.columns())
  const lines =
    command !== undefined ? commandHelp(command, width) : words.length === 0 ? overview(width) : groupHelp(words, width)
  for (const line of lines) await output.print(line)
  return exits.ok
}

/** `hm help [COMMAND...]` */
export const help: Handler<'help'> = async ({ args, global, output }) => {
  const { words } = resolveCommand(args.command)
  return showHelp(words, output, global.json)
}
