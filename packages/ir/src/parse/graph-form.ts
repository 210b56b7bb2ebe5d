import { checkNode, type Draft, type Edge, MAX_EDGES, MAX_STEPS, type OuterEdge } from './draft.ts'
import { overlay, readEnv, readSecrets } from './env.ts'
import { describe, grouped } from './problems.ts'
import { below, isObject, type JsonObject, member, type Reader } from './read.ts'
import { readStep, STEP_FIELDS, type StepDraft } from './step.ts'

const GRAPH = new Set(['nodes', 'node_holes', 'edge_property', 'edges'])
const NODE = new Set(['step', 'env', 'secrets'])
const STEP = new Set(STEP_FIELDS)
/** In appended documents: edges to steps of other documents. */
const OUTER = ['builds_in', 'depends_on']
const APPENDED_STEP = new Set([...STEP_FIELDS, ...OUTER])
const NODES_AT = '/graph/nodes'
const EDGES_AT = '/graph/edges'

/** Reads the steps and edges of the graph form (`ir.md` 1.1). */
export function readGraphForm(
  reader: Reader,
  graph: JsonObject,
): Pick<Draft, 'stepsAt' | 'steps' | 'edges' | 'outerEdges'> {
  reader.unknownMembers(graph, GRAPH, '/graph')
  const nodes =
    reader.list(member(graph, 'nodes'), NODES_AT, {
      max: MAX_STEPS,
      of: 'steps',
      required: true,
      fix: 'List the steps.',
    }) ?? []
  // Entries beyond a limit are not read, which bounds the cost; the excess itself is reported.
  const steps = nodes
    .slice(0, MAX_STEPS)
    .map((node, i) => readNode(reader, node, `${NODES_AT}/${i}`))
    .filter((step) => step !== undefined)
  const holes = member(graph, 'node_holes')
  if (holes !== undefined && !(Array.isArray(holes) && holes.length === 0)) {
    reader.shape('/graph/node_holes', 'an empty list', holes, 'Omit it.')
  }
  reader.word(member(graph, 'edge_property'), '/graph/edge_property', ['directed'])
  const edges = reader.list(member(graph, 'edges'), EDGES_AT, { max: MAX_EDGES, of: 'edges' }) ?? []
  return {
    stepsAt: NODES_AT,
    steps,
    edges: edges
      .slice(0, MAX_EDGES)
      .map((edge, i) => readEdge(reader, edge, i, nodes.length))
      .filter((edge) => edge !== undefined),
    ...(reader.namesOthers && { outerEdges: nodes.flatMap((node, to) => readOuterEdges(reader, node, to)) }),
  }
}

/** Reads a node's references by key to steps of other documents. */
function readOuterEdges(reader: Reader, node: unknown, to: number): OuterEdge[] {
  const step = isObject(node) ? member(node, 'step') : undefined
  if (!isObject(step)) return []
  const at = `${NODES_AT}/${to}/step`
  const key = (value: unknown, place: string) => reader.text(value, place, { expected: 'the key of a step' })
  const edges: OuterEdge[] = []
  const parentAt = below(at, 'builds_in')
  const parent = key(member(step, 'builds_in'), parentAt)
  if (parent !== undefined) edges.push({ key: parent, to, buildsIn: true, at: () => parentAt })
  const listAt = below(at, 'depends_on')
  const others = reader.listOf(member(step, 'depends_on'), listAt, key, { max: MAX_STEPS, of: 'steps' }) ?? []
  for (const from of new Set(others.slice(0, MAX_STEPS)))
    edges.push({ key: from, to, buildsIn: false, at: () => listAt })
  return edges
}

function readNode(reader: Reader, value: unknown, at: string): StepDraft | undefined {
  const node = reader.object(value, at, { expected: 'a node', required: true })
  if (node === undefined) return undefined
  reader.unknownMembers(node, NODE, at)
  const stepAt = `${at}/step`
  const step = reader.object(member(node, 'step'), stepAt, { expected: 'a step', required: true })
  if (step === undefined) return undefined
  reader.unknownMembers(step, reader.namesOthers ? APPENDED_STEP : STEP, stepAt)
  const env = overlay(
    readEnv(reader, member(step, 'env'), `${stepAt}/env`),
    readEnv(reader, member(node, 'env'), `${at}/env`),
  )
  const secrets = readSecrets(reader, member(node, 'secrets'), `${at}/secrets`) ?? {}
  checkNode(reader, at, env, secrets)
  return readStep(reader, step, stepAt, env, secrets)
}

function readEdge(reader: Reader, value: unknown, index: number, nodes: number): Edge | undefined {
  const at = () => `${EDGES_AT}/${index}`
  if (!Array.isArray(value) || value.length !== 3) {
    reader.shape(at(), 'a list of from, to and kind', value, 'Write [from, to, "builds_in" or "depends_on"].')
    return undefined
  }
  const [from, to, kind] = value
  if (typeof from !== 'number' || typeof to !== 'number' || !Number.isInteger(from) || !Number.isInteger(to)) {
    const wrong = Number.isInteger(from) ? 1 : 0
    reader.shape(`${at()}/${wrong}`, 'the index of a node', value[wrong], 'Count the nodes from 0.')
    return undefined
  }
  if (kind !== 'builds_in' && kind !== 'depends_on') {
    reader.shape(`${at()}/2`, '"builds_in" or "depends_on"', kind, 'Use one of the two kinds.')
    return undefined
  }
  for (const [end, node] of [from, to].entries()) {
    if (node >= 0 && node < nodes) continue
    const expected =
      nodes === 0 ? 'no edge where there are no nodes' : `the index of a node, 0 to ${grouped(nodes - 1)}`
    const problem = {
      stage: 'graph',
      code: 'unknown_dependency',
      at: `${at()}/${end}`,
      expected,
      got: describe(node),
    } as const
    reader.problems.add({ ...problem, fix: 'Point the edge at a node that exists.' })
    return undefined
  }
  return { from, to, buildsIn: kind === 'builds_in', at }
}

/** Whether a document is in graph form: it has an object under `graph`. */
export function graphOf(document: JsonObject): JsonObject | undefined {
  const graph = member(document, 'graph')
  return isObject(graph) ? graph : undefined
}
