import {
  Gate,
  type IrEdge,
  type IrGraph,
  type IrNode,
  type IrResources,
  type IrRetry,
  type IrService,
  type IrStep,
  stepKeys,
} from '@harmont/ir'
import { nearestCommand } from '../brand.ts'
import { callOf } from '../commands.ts'
import { isStep, type ServiceFields, type Step, type Wait } from '../step.ts'
import { misuse } from '../wrong-use.ts'

/** Defaults of a pipeline for its steps. */
export interface StepDefaults {
  readonly env: Readonly<Record<string, string>>
  readonly secrets: Readonly<Record<string, string>>
  readonly defaultImage: string
  readonly resources: IrResources | undefined
  readonly retry: IrRetry | undefined
}

// The limit of a document (`ir.md` 1.6).
const MAX_EDGES = 200_000

// In every step, package installation asks no questions and tools print plain text.
const BASE_ENV = { DEBIAN_FRONTEND: 'noninteractive', TERM: 'dumb' }

/**
 * Lowers leaves to a graph: nodes in emission order; for each its builds_in edge, its gate's edges,
 * then explicit ones.
 */
export function lower(leaves: readonly (Step | Wait)[], defaults: StepDefaults): IrGraph {
  const emissions = collect(leaves)
  const commands = emissions.filter(isStep)
  const indexOf = new Map(commands.map((step, index) => [step, index]))
  const index = (step: Step | null) => (step === null ? undefined : indexOf.get(step))
  refuseSharedKeys(commands)
  const keys = stepKeys(
    commands.map((step) => ({
      key: step.fields.key,
      label: step.fields.label,
      command: step.command ?? '',
      parent: index(step.parent),
    })),
  )

  const gate = new Gate()
  const nodes: IrNode[] = []
  const edges: IrEdge[] = []
  for (const emission of emissions) {
    if (!isStep(emission)) {
      gate.wait(emission.continueOnFailure)
      continue
    }
    const to = nodes.length
    const { start, end, tolerant } = gate.command()
    const keyOf = (step: Step) => keys[index(nearestCommand(step)) ?? -1] ?? ''
    nodes.push(withCall(nodeOf(emission, keyOf, tolerant, defaults), emission))
    const parent = index(nearestCommand(emission.parent))
    if (parent !== undefined) edges.push([parent, to, 'builds_in'])
    // The limit is checked here, because a graph far over it does not fit into memory.
    if (edges.length + end - start > MAX_EDGES)
      throw misuse(
        'pipeline',
        'at most 200,000 edges',
        'more',
        'A wait between n and m steps makes n × m edges: combine some steps.',
      )
    for (let from = start; from < end; from++) edges.push([from, to, 'depends_on'])
    const explicit = new Set(prerequisitesOf(emission).map((step) => index(nearestCommand(step))))
    for (const from of explicit) {
      if (from !== undefined && from !== parent && (from < start || from >= end)) edges.push([from, to, 'depends_on'])
    }
  }
  return { nodes, node_holes: [], edge_property: 'directed', edges }
}

/**
 * Key of the call; not part of the JSON. It uses Symbol.for, because any copy of the SDK may have
 * made the document.
 */
const call = Symbol.for('harmont.call')

/**
 * Records the call that made the step, so that a renderer can name the node's line in the pipeline
 * file.
 */
function withCall(node: IrNode, step: Step): IrNode {
  return Object.defineProperty(node, call, { value: callOf(step) })
}

function nodeOf(step: Step, keyOf: (step: Step) => string, tolerant: boolean, defaults: StepDefaults): IrNode {
  const { fields } = step
  const image = imageOf(step, defaults.defaultImage)
  const retry = fields.retry ?? defaults.retry
  const resources = fields.resources ?? defaults.resources
  const secrets = { ...defaults.secrets, ...fields.secrets }
  const inputs = fields.inputs?.map(({ from, optional, ...where }) => ({
    from: keyOf(from),
    ...where,
    ...(optional && { optional: true as const }),
  }))
  const services = fields.services?.map((service) => serviceOf(service, keyOf))
  const afterAppended = fields.afterAppended?.map(keyOf)
  const lowered: IrStep = {
    key: keyOf(step),
    cmd: step.command ?? '',
    ...(fields.label !== undefined && { label: fields.label }),
    ...(fields.cache && { cache: fields.cache }),
    ...(fields.timeoutSeconds !== undefined && { timeout_seconds: fields.timeoutSeconds }),
    ...(image !== undefined && { image }),
    ...(fields.runner && { runner: fields.runner }),
    ...(fields.runnerArgs && { runner_args: fields.runnerArgs }),
    ...((tolerant || fields.continueOnFailure) && { continue_on_failure: true }),
    ...(retry && { retry }),
    ...(fields.softFail && { soft_fail: fields.softFail }),
    ...(fields.condition && { if: fields.condition }),
    ...(fields.concurrency && { concurrency: fields.concurrency }),
    ...(resources && { resources }),
    ...(fields.artifacts && { artifacts: fields.artifacts }),
    ...(inputs && { inputs }),
    ...(services && { services }),
    ...(fields.tests && { tests: fields.tests }),
    ...(fields.split && { split: fields.split }),
    ...(fields.append && { append: fields.append }),
    ...(afterAppended && { after_appended: afterAppended }),
    ...(fields.idTokens && { id_tokens: fields.idTokens }),
    ...(fields.egress && { egress: fields.egress }),
    ...(fields.matrix && { matrix: fields.matrix }),
  }
  const env = { ...BASE_ENV, ...defaults.env, ...fields.env }
  return { step: lowered, env, ...(Object.keys(secrets).length > 0 && { secrets }) }
}

/** Writes the members in the order of the IR. */
function serviceOf({ from, ...service }: ServiceFields, keyOf: (step: Step) => string): IrService {
  const { name, image, env, ready, command, ...rest } = service
  return {
    name,
    image,
    ...(env && { env }),
    ...(ready && { ready }),
    ...(command !== undefined && { command }),
    ...(from && { from: keyOf(from) }),
    ...rest,
  }
}

// A root always has an image: its own, its scratch's, or the default. A child has an image only if
// one was given, so that a warning can report it.
function imageOf(step: Step, defaultImage: string): string | undefined {
  const own = step.fields.image
  if (own !== undefined || nearestCommand(step.parent) !== null) return own
  let scratch = step.parent
  while (scratch !== null && scratch.image === undefined) scratch = scratch.parent
  return scratch?.image ?? defaultImage
}

function refuseSharedKeys(commands: readonly Step[]): void {
  const owners = new Map<string, Step>()
  for (const step of commands) {
    const { key } = step.fields
    const other = key === undefined ? undefined : owners.get(key)
    if (key !== undefined && other !== undefined) {
      const both = `${name(other)} and ${name(step)}`
      throw misuse('pipeline', `one step with the key ${JSON.stringify(key)}`, both, 'Rename one of the two.')
    }
    if (key !== undefined) owners.set(key, step)
  }
}

function name(step: Step): string {
  return JSON.stringify(step.fields.label ?? [...(step.command ?? '').slice(0, 80)].slice(0, 40).join(''))
}

/** A command, or a wait between commands. */
type Emission = Step | Wait

/**
 * Returns for each leaf, in order, the steps not yet emitted, from root to leaf, each after its
 * dependencies. Scratches and forks run nothing and are omitted. Uses an explicit stack, because
 * chains may be longer than the call stack.
 */
function collect(leaves: readonly (Step | Wait)[]): Emission[] {
  const emitted: Emission[] = []
  const seen = new Set<Step>()
  for (const leaf of leaves) {
    if (!isStep(leaf)) {
      emitted.push(leaf)
      continue
    }
    const open = [{ step: leaf, ready: false }]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { step, ready } = next
      if (seen.has(step)) continue
      if (ready) {
        seen.add(step)
        if (step.command !== undefined) emitted.push(step)
        continue
      }
      open.push({ step, ready: true })
      const before = [...(step.parent === null ? [] : [step.parent]), ...prerequisitesOf(step)]
      for (const prerequisite of before.reverse())
        if (!seen.has(prerequisite)) open.push({ step: prerequisite, ready: false })
    }
  }
  return emitted
}

/** Returns the steps that a step refers to besides its parent, in order. */
function prerequisitesOf({ fields }: Step): readonly Step[] {
  const { dependsOn = [], inputs = [], services = [], afterAppended = [] } = fields
  const origins = services.flatMap(({ from }) => from ?? [])
  return [...dependsOn, ...inputs.map(({ from }) => from), ...origins, ...afterAppended]
}
