/**
 * Generates random programs of steps with services, inputs, artifacts, annotations, test reports
 * and a cache. Computes the expected result of each step without the engine's code.
 */
import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import type { Chance } from '@harmont/test-kit/effort'

/** Texts of files and targets of links, by path below /workspace. */
type Files = ReadonlyMap<string, { readonly text: string } | { readonly link: string }>

type Act =
  | { readonly kind: 'write' | 'append'; readonly path: string; readonly text: string }
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly to: string }
  | { readonly kind: 'move'; readonly from: string; readonly to: string }

interface Pattern {
  readonly glob: string
  readonly names: RegExp
}

interface Sidecar {
  readonly name: string
  /** The step whose service of the same name left this service's initial files. */
  readonly from: number | null
  readonly lines: readonly string[]
}

export interface Step {
  readonly key: string
  readonly buildsIn: number | null
  readonly dependsOn: readonly number[]
  readonly takes: readonly {
    readonly from: number
    readonly pattern: Pattern
    readonly into: string
    readonly optional: boolean
  }[]
  readonly services: readonly Sidecar[]
  readonly pauseSeconds: number
  readonly acts: readonly Act[]
  readonly artifacts: readonly { readonly pattern: Pattern; readonly when: When; readonly required: boolean }[]
  readonly note: string | null
  /**
   * Number of tests in the step's report, of which the first fails if the step does; 0 for no
   * report.
   */
  readonly tests: number
  readonly exit: number
  readonly isSoft: boolean
  readonly goesOn: boolean
  readonly isCached: boolean
}

type When = 'passed' | 'failed' | 'always'

export interface Program {
  readonly source: Readonly<Record<string, string>>
  readonly steps: readonly Step[]
}

/** The expected result of a step. */
export interface Expected {
  readonly state: 'passed' | 'failed' | 'skipped'
  readonly exitCode: number | null
  readonly errorCode: string | null
  readonly isCached: boolean
  /** The output of the step's command; null if none ran. */
  readonly printed: string | null
  /** The last run of each service's log, by name. */
  readonly serviceLogs: ReadonlyMap<string, string>
  /** SHA-256 by path. */
  readonly artifacts: ReadonlyMap<string, string>
  readonly note: string | null
  readonly tests: number
}

const folders = ['d0', 'd1', 'd2'] as const
const files = ['f0', 'f1', 'f 2', 'f\n3'] as const
const patterns: readonly Pattern[] = [
  { glob: '**', names: /^/ },
  { glob: 'd0', names: /^d0\// },
  { glob: 'd1/**', names: /^d1\// },
  { glob: 'd?/f*', names: /^d.\/f[^/]*$/ },
  { glob: '**/f1', names: /(^|\/)f1$/ },
  { glob: '*/l?', names: /^[^/]+\/l.$/ },
  { glob: 'in?', names: /^in.\// },
  { glob: 'nowhere/*', names: /^nowhere\/[^/]+$/ },
]
const report: Pattern = { glob: 'junit.xml', names: /^junit\.xml$/ }

/**
 * Generates a program of some steps, most of which pass. Equally seeded `random` values yield equal
 * programs.
 */
export function randomProgram(random: Chance, length: number): Program {
  for (;;) {
    const steps: Step[] = []
    for (let index = 0; index < length; index += 1) steps.push(randomStep(random, steps))
    const program = { source: { 'src/a': 'source', 'd0/f0': 'source of f0', 'd1/f1': 'source of f1' }, steps }
    const passed = expectedOf(program, false).filter(({ state }) => state === 'passed')
    if (2 * passed.length > length) return program
  }
}

function randomStep(random: Chance, before: readonly Step[]): Step {
  const index = before.length
  const key = `s${index}`
  const earlier = () => random.between(0, index - 1)
  const some = <T>(most: number, make: () => T): readonly T[] =>
    Array.from({ length: index === 0 ? 0 : random.between(0, most) }, make)
  const takes = some(2, () => ({
    from: earlier(),
    pattern: random.pick(patterns),
    into: random.pick(['', '', 'in0', 'in1']),
    optional: !random.isOneIn(6),
  }))
  const names = random.isOneIn(2) ? [] : random.isOneIn(3) ? ['db', 'kv'] : ['db']
  const services = names.map((name): Sidecar => {
    const known = before.flatMap((step, at) => (step.services.some((one) => one.name === name) ? [at] : []))
    return {
      name,
      from: known.length > 0 && !random.isOneIn(3) ? random.pick(known) : null,
      lines: Array.from({ length: random.between(1, 2) }, (_, line) => `${key} says ${line} to ${name}`),
    }
  })
  const needed = [...takes.map(({ from }) => from), ...services.flatMap(({ from }) => from ?? []), ...some(1, earlier)]
  const buildsIn = index > 0 && random.isOneIn(2) ? earlier() : null
  return {
    key,
    buildsIn,
    dependsOn: [...new Set(needed)].filter((from) => from !== buildsIn).sort((a, b) => a - b),
    takes,
    services,
    pauseSeconds: random.pick([0, 0.1, 0.4]),
    acts: Array.from({ length: random.between(1, 6) }, (_, at) => randomAct(random, `${key}-${at}`)),
    artifacts: Array.from({ length: random.between(0, 2) }, () => ({
      pattern: random.pick(patterns),
      when: random.pick(['passed', 'failed', 'always']),
      required: random.isOneIn(8),
    })),
    note: random.isOneIn(3) ? `# ${key}\n` : null,
    tests: random.isOneIn(3) ? random.between(1, 3) : 0,
    exit: random.isOneIn(8) ? random.pick([3, 137]) : 0,
    isSoft: random.isOneIn(2),
    goesOn: random.isOneIn(2),
    isCached: random.isOneIn(2),
  }
}

function randomAct(random: Chance, text: string): Act {
  const path = () => `${random.pick(folders)}/${random.pick(files)}`
  const kind = random.pick(['write', 'write', 'append', 'append', 'remove', 'link', 'move'] as const)
  if (kind === 'remove') return { kind, path: path() }
  if (kind === 'link')
    return {
      kind,
      path: `${random.pick(folders)}/l${random.between(0, 1)}`,
      to: `../${random.pick(['d9/f0', path(), path()])}`,
    }
  if (kind !== 'move') return { kind, path: path(), text: random.isOneIn(4) ? `${text} `.repeat(5_000) : text }
  const from = random.pick(folders)
  return { kind, from, to: random.pick(folders.filter((name) => name !== from)) }
}

const quoted = (text: string) => `'${text}'`

function actScript(act: Act): string {
  // Removes empty folders, because the model knows only files.
  if (act.kind === 'remove') return `rm -f ${quoted(act.path)}; rmdir ${posix.dirname(act.path)} 2>/dev/null || :`
  if (act.kind === 'move') return `if [ -d ${act.from} ]; then rm -rf ${act.to}; mv ${act.from} ${act.to}; fi`
  const folder = `mkdir -p ${posix.dirname(act.path)}`
  if (act.kind === 'link') return `${folder}; ln -sfn ${quoted(act.to)} ${quoted(act.path)}`
  return `${folder}; printf %s ${quoted(act.text)} ${act.kind === 'write' ? '>' : '>>'}${quoted(act.path)}`
}

/**
 * Returns a step's command, which prints every file that it sees, sends lines to its services,
 * prints their responses, and then leaves its own files.
 * @param tell returns a command that sends a line to a service and prints all that it keeps.
 */
export function commandOf(step: Step, tell: (line: string, service: string) => string): string {
  return [
    'set -e',
    `find . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0r sha256sum -z | tr '\\0' '|'; echo`,
    ...step.services.flatMap(({ name, lines }) => lines.map((line) => tell(line, name))),
    ...(step.pauseSeconds > 0 ? [`sleep ${step.pauseSeconds}`] : []),
    ...step.acts.map(actScript),
    ...(step.note === null ? [] : [`printf %s ${quoted(step.note)} >"$HARMONT_OUTPUT/summary.md"`]),
    ...(step.tests === 0 ? [] : [`printf %s ${quoted(reportText(step))} >junit.xml`]),
    `exit ${step.exit}`,
  ].join('\n')
}

function reportText({ tests, exit, key }: Step): string {
  const failure = exit === 0 ? '' : '<failure/>'
  const cases = Array.from(
    { length: tests },
    (_, at) => `<testcase name="${key} ${at}">${at === 0 ? failure : ''}</testcase>`,
  )
  return `<testsuite>${cases.join('')}</testsuite>`
}

/** Returns the artifacts of a step, including its report. */
export function artifactsOf({ artifacts, tests }: Step) {
  const asked = artifacts.map(({ pattern, when, required }) => ({
    path: pattern.glob,
    when,
    kind: 'file' as const,
    required,
  }))
  const own = { path: report.glob, when: 'always' as const, kind: 'junit' as const, required: false }
  return (tests === 0 ? asked : [own, ...asked]).map((artifact) => ({ ...artifact, expiresSeconds: null }))
}

interface Run {
  readonly expected: Expected
  /** The files that the step left; null if it never ran. */
  readonly left: Files | null
  readonly serviceLines: ReadonlyMap<string, readonly string[]>
}

/**
 * Returns the expected result of every step.
 * @param isAgain whether the same program has run before, on the same cache.
 */
export function expectedOf({ source, steps }: Program, isAgain: boolean): readonly Expected[] {
  const runs: Run[] = []
  const start: Files = new Map(Object.entries(source).map(([path, text]) => [path, { text }]))
  for (const step of steps) runs.push(runOf(step, steps, runs, start, isAgain))
  return runs.map(({ expected }) => expected)
}

function runOf(step: Step, steps: readonly Step[], runs: readonly Run[], source: Files, isAgain: boolean): Run {
  if (!isReached(step, steps, runs)) return unstarted('skipped', null)
  const problem = problemOf(step, runs)
  if (problem !== null) return unstarted('failed', problem)
  const seen = filesSeen(step, runs, source)
  const left = new Map(seen)
  for (const act of step.acts) perform(left, act)
  if (step.tests > 0) left.set(report.glob, { text: reportText(step) })
  const artifacts = keptFiles(step, left)
  const lacks = artifacts === null
  const hasPassed = step.exit === 0 && !lacks
  const talks = step.services.map(({ name, from, lines }) => {
    const had = from === null ? [] : (runs[from]?.serviceLines.get(name) ?? [])
    return { name, lines, all: lines.map((_, at) => [...had, ...lines.slice(0, at + 1)]) }
  })
  const isCached = isAgain && step.isCached && hasPassed
  const answers = talks.flatMap(({ all }) => all.map(textOf)).join('')
  return {
    expected: {
      state: hasPassed ? 'passed' : 'failed',
      exitCode: isCached ? null : step.exit,
      errorCode: lacks && step.exit === 0 ? 'artifact_missing' : null,
      isCached,
      printed: isCached ? null : `${listing(seen)}${answers}`,
      serviceLogs: new Map(
        isCached
          ? []
          : talks.map(({ name, lines }) => [name, `keeper is up\n${textOf(lines.map((line) => `kept ${line}`))}`]),
      ),
      artifacts: new Map(artifacts ?? keptFiles({ ...step, artifacts: optional(step) }, left) ?? []),
      note: step.note,
      tests: step.tests,
    },
    left,
    serviceLines: new Map(hasPassed ? talks.map(({ name, all }) => [name, all.at(-1) ?? []]) : []),
  }
}

const optional = ({ artifacts }: Step) => artifacts.map((artifact) => ({ ...artifact, required: false }))
const textOf = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('')

function unstarted(state: 'skipped' | 'failed', errorCode: string | null): Run {
  const nothing = { exitCode: null, isCached: false, printed: null, note: null, tests: 0 }
  return {
    expected: { ...nothing, state, errorCode, serviceLogs: new Map(), artifacts: new Map() },
    left: null,
    serviceLines: new Map(),
  }
}

function isReached({ buildsIn, dependsOn, goesOn }: Step, steps: readonly Step[], runs: readonly Run[]): boolean {
  const stateOf = (at: number) => runs[at]?.expected.state
  if (buildsIn !== null && stateOf(buildsIn) !== 'passed') return false
  return dependsOn.every(
    (at) => stateOf(at) === 'passed' || goesOn || (stateOf(at) === 'failed' && steps[at]?.isSoft === true),
  )
}

/** Returns the error code of a step that cannot start; null if it can. */
function problemOf({ takes, services }: Step, runs: readonly Run[]): string | null {
  if (takes.some(({ from, optional }) => !optional && (runs[from]?.left ?? null) === null)) return 'input_missing'
  if (services.some(({ name, from }) => from !== null && runs[from]?.serviceLines.get(name) === undefined))
    return 'provision_failed'
  const isNamed = (from: number, { names }: Pattern) =>
    [...(runs[from]?.left?.keys() ?? [])].some((path) => names.test(path))
  return takes.some(({ from, pattern, optional }) => !optional && !isNamed(from, pattern)) ? 'input_missing' : null
}

function filesSeen({ buildsIn, takes }: Step, runs: readonly Run[], source: Files): Files {
  const seen = new Map(buildsIn === null ? source : runs[buildsIn]?.left)
  for (const { from, pattern, into } of takes)
    for (const [path, file] of runs[from]?.left ?? [])
      if (pattern.names.test(path)) seen.set(posix.join(into, path), file)
  return seen
}

function perform(files: Map<string, { text: string } | { link: string }>, act: Act): void {
  if (act.kind === 'move') move(files, act.from, act.to)
  else if (act.kind === 'remove') files.delete(act.path)
  else if (act.kind === 'link') files.set(act.path, { link: act.to })
  else if (act.kind === 'write') files.set(act.path, { text: act.text })
  else {
    const had = files.get(act.path)
    files.set(act.path, { text: (had !== undefined && 'text' in had ? had.text : '') + act.text })
  }
}

function move(files: Map<string, { text: string } | { link: string }>, from: string, to: string): void {
  const moved = [...files].filter(([path]) => path.startsWith(`${from}/`))
  if (moved.length === 0) return
  for (const path of [...files.keys()]) if (path.startsWith(`${to}/`)) files.delete(path)
  for (const [path, file] of moved) {
    files.delete(path)
    files.set(`${to}/${path.slice(from.length + 1)}`, file)
  }
}

/** Returns paths and digests of a step's artifacts; null if a required artifact is missing. */
function keptFiles(step: Step, left: Files): readonly (readonly [string, string])[] | null {
  const outcome = step.exit === 0 ? 'passed' : 'failed'
  const asked = step.artifacts.filter(({ when }) => when === 'always' || when === outcome)
  const texts = [...left].flatMap(([path, file]): readonly (readonly [string, string])[] => {
    const found = 'text' in file ? file : left.get(posix.join(posix.dirname(path), file.link))
    return found !== undefined && 'text' in found ? [[path, found.text]] : []
  })
  const isNamed = ({ names }: Pattern) => texts.some(([path]) => names.test(path))
  if (asked.some(({ pattern, required }) => required && !isNamed(pattern))) return null
  const all = [...asked.map(({ pattern }) => pattern), ...(step.tests === 0 ? [] : [report])]
  return texts.filter(([path]) => all.some(({ names }) => names.test(path))).map(([path, text]) => [path, sha256(text)])
}

/** Returns the lines that `commandOf` prints for the files that a step sees. */
function listing(seen: Files): string {
  const regular = [...seen].flatMap(([path, file]) => ('text' in file ? [[path, file.text] as const] : []))
  const sorted = regular.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return `${sorted.map(([path, text]) => `${sha256(text)}  ${path}|`).join('')}\n`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
