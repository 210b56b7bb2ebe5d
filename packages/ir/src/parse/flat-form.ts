import { Gate } from '../gate.ts'
import { checkNode, type Draft, type Edge, MAX_EDGES, MAX_STEPS, type OuterEdge } from './draft.ts'
import { checkEnvSize, envSize, type Names, overlay, readEnv, readSecrets } from './env.ts'
import { describe, grouped } from './problems.ts'
import { below, type JsonObject, member, type Reader } from './read.ts'
import { readStep, STEP_FIELDS, type StepDraft } from './step.ts'

const COMMAND = new Set([...STEP_FIELDS, 'type', 'secrets', 'builds_in', 'depends_on'])
const WAIT = new Set(['type', 'continue_on_failure'])
const STEPS_AT = '/steps'
// The document's env is copied into each step that has its own. Without a limit, 8 MiB could become
// gigabytes.
const MAX_COPIED_ENV = 8 * 1024 * 1024

type GraphDraft = Pick<Draft, 'stepsAt' | 'steps' | 'edges' | 'outerEdges'>

type Entry =
  | { readonly wait: true; readonly tolerant: boolean }
  | {
      readonly wait: false
      readonly step: StepDraft
      readonly buildsIn: string | undefined
      readonly dependsOn: readonly string[]
    }

/** Reads the flat form (`ir.md` 1.5) and lowers it to steps and edges. */
export function readFlatForm(reader: Reader, document: JsonObject): GraphDraft {
  const shared = new SharedNames(reader, document)
  const list = reader.list(member(document, 'steps'), STEPS_AT) ?? []
  const entries = list
    .map((entry, i) => readEntry(reader, entry, `${STEPS_AT}/${i}`, shared))
    .filter((entry) => entry !== undefined)
  const commands = entries.filter((entry) => !entry.wait)
  if (commands.length > MAX_STEPS) {
    reader.limit(STEPS_AT, `at most ${grouped(MAX_STEPS)} steps`, grouped(commands.length), 'Split the pipeline.')
  }
  if (reader.problems.beforeGraph) return { stepsAt: STEPS_AT, steps: [], edges: [] }
  return { stepsAt: STEPS_AT, ...lower(reader, entries) }
}

/** The document's `env` and `secrets`, overlaid by those of each step. */
class SharedNames {
  readonly #reader: Reader
  readonly #env: Names | undefined
  readonly #envSize: number
  readonly #secrets: Names | undefined
  #copied = 0

  constructor(reader: Reader, document: JsonObject) {
    this.#reader = reader
    this.#env = readEnv(reader, member(document, 'env'), '/env')
    this.#envSize = envSize(this.#env ?? {})
    this.#secrets = readSecrets(reader, member(document, 'secrets'), '/secrets')
    checkNode(reader, '', this.#env ?? {}, this.#secrets ?? {})
  }

  env(step: JsonObject, at: string): Names {
    const place = below(at, 'env')
    const own = readEnv(this.#reader, member(step, 'env'), place)
    if (own === undefined) return this.#env ?? {}
    const before = this.#copied
    this.#copied += this.#envSize
    if (this.#copied <= MAX_COPIED_ENV) {
      const env = overlay(this.#env, own)
      checkEnvSize(this.#reader, env, place)
      return env
    }
    if (before <= MAX_COPIED_ENV) {
      const expected = `at most ${grouped(MAX_COPIED_ENV)} bytes of document env over the steps that have an env of their own`
      this.#reader.limit(place, expected, 'more', 'Move variables that few steps need out of the document env.')
    }
    return own
  }

  secrets(step: JsonObject, at: string): Names {
    const own = readSecrets(this.#reader, member(step, 'secrets'), below(at, 'secrets'))
    return overlay(this.#secrets, own)
  }
}

function readEntry(reader: Reader, value: unknown, at: string, shared: SharedNames): Entry | undefined {
  const entry = reader.object(value, at, { expected: 'a step', required: true })
  if (entry === undefined) return undefined
  const type = reader.word(member(entry, 'type'), below(at, 'type'), ['command', 'wait'], { required: true })
  if (type === undefined) return undefined
  reader.unknownMembers(entry, type === 'wait' ? WAIT : COMMAND, at)
  if (type === 'wait') {
    const tolerant = reader.boolean(member(entry, 'continue_on_failure'), below(at, 'continue_on_failure')) ?? false
    return { wait: true, tolerant }
  }
  const secrets = shared.secrets(entry, at)
  const step = readStep(reader, entry, at, shared.env(entry, at), secrets)
  const buildsIn = reader.text(member(entry, 'builds_in'), below(at, 'builds_in'), { expected: 'the key of a step' })
  const key = (name: unknown, place: string) =>
    reader.text(name, place, { expected: 'the key of a step', required: true })
  const dependsOn = reader.listOf(member(entry, 'depends_on'), below(at, 'depends_on'), key) ?? []
  return step && { wait: false, step, buildsIn, dependsOn }
}

function lower(reader: Reader, entries: readonly Entry[]): Omit<GraphDraft, 'stepsAt'> {
  const indexOf = new Map<string, number>()
  for (const entry of entries)
    if (!entry.wait && !indexOf.has(entry.step.key)) indexOf.set(entry.step.key, indexOf.size)
  const resolve = (key: string, at: string) => {
    const index = indexOf.get(key)
    if (index !== undefined || reader.namesOthers) return index
    const problem = {
      stage: 'graph',
      code: 'unknown_dependency',
      at,
      expected: 'the key of a step',
      got: describe(key),
    } as const
    reader.problems.add({ ...problem, fix: 'Name a step of this pipeline.' })
    return undefined
  }

  const gate = new Gate()
  const steps: StepDraft[] = []
  const edges: Edge[] = []
  const outerEdges: OuterEdge[] = []
  let count = 0
  for (const entry of entries) {
    if (entry.wait) {
      gate.wait(entry.tolerant)
      continue
    }
    const to = steps.length
    const { step, buildsIn, dependsOn } = entry
    const { start, end, tolerant } = gate.command()
    steps.push(tolerant ? { ...step, continueOnFailure: true } : step)
    const parent = buildsIn === undefined ? undefined : resolve(buildsIn, `${step.at}/builds_in`)
    const named = dependsOn
      .map((key, i) => resolve(key, `${step.at}/depends_on/${i}`))
      .filter((from) => from !== undefined)
    const explicit = new Set(parent === undefined ? named : [parent, ...named])
    const beyondGate = [...explicit].filter((from) => from < start || from >= end)
    const outer = reader.namesOthers ? outerEdgesOf(entry, to, indexOf) : []
    count += end - start + beyondGate.length + outer.length
    if (count > MAX_EDGES) continue
    for (let from = start; from < end; from++) edges.push({ from, to, buildsIn: from === parent, at: () => step.at })
    for (const from of beyondGate) edges.push({ from, to, buildsIn: from === parent, at: () => step.at })
    outerEdges.push(...outer)
  }
  if (count > MAX_EDGES) {
    const expected = `at most ${grouped(MAX_EDGES)} edges (a wait between n and m steps makes n × m)`
    reader.limit(STEPS_AT, expected, grouped(count), 'Put one step between the two groups.')
  }
  return { steps, edges, outerEdges }
}

type Command = Extract<Entry, { readonly wait: false }>

/** Returns the edges of a step to steps of other documents. */
function outerEdgesOf({ step, buildsIn, dependsOn }: Command, to: number, own: ReadonlyMap<string, number>) {
  const at = (name: string) => () => `${step.at}/${name}`
  const others = [...new Set(dependsOn)].filter((key) => !own.has(key))
  const edges: OuterEdge[] = others.map((key) => ({ key, to, buildsIn: false, at: at('depends_on') }))
  if (buildsIn !== undefined && !own.has(buildsIn))
    edges.push({ key: buildsIn, to, buildsIn: true, at: at('builds_in') })
  return edges
}
