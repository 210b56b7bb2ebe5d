import type { Command } from '../commands.ts'
import { otherWords } from '../specs/aliases.ts'
import type { CommandSpec, FlagSpec } from '../specs/spec.ts'
import { type Line, span } from '../terminal/span.ts'
import { argumentLabel } from './flags.ts'
import { dashed, globalFlags, kebab } from './global-flags.ts'
import { helpWidth, twoColumns, wrap } from './layout.ts'
import { visibleBelow } from './resolve.ts'
import { groupSummaries, sections } from './sections.ts'

type HelpLine = string | Line

const heading = (text: string): Line => [span(text, 'bold')]

/** `hm help`: every command by section, groups on one line. */
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

/** `hm config -h`: the commands of a group. */
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

/** `hm help run`: everything about one command. */
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
