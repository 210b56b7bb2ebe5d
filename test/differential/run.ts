/**
 * Builds programs with the TypeScript SDK. Reads a JSON list of jobs from standard input, and
 * writes a JSON list of outcomes to standard output.
 */
import process from 'node:process'
import { text } from 'node:stream/consumers'
import {
  type CachePolicy,
  compose,
  filesFrom,
  forever,
  group,
  type Leaf,
  type Leaves,
  matrix,
  none,
  onChange,
  pipeline,
  renderEnvelope,
  type Step,
  scratch,
  sh,
  split,
  timeout,
  ttl,
  wait,
} from '@harmont/hm'
import { cmake, elixir, go, js, python, rust, zig } from '@harmont/hm/toolchains'
import type { CacheData, LeafData, Outcome, Program, StepData } from './program.ts'

type Tool = Readonly<Record<string, (options?: object) => Step>>
const TOOLS: Readonly<Record<string, unknown>> = { cmake, elixir, go, js: js.project, python, rust: rust.project, zig }

function policy(data: CacheData): CachePolicy {
  switch (data.policy) {
    case 'none':
      return none()
    case 'forever':
      return forever({ envKeys: data.envKeys })
    case 'ttl':
      return ttl(data.duration as number, { envKeys: data.envKeys })
    case 'onChange':
      return onChange(...data.paths)
    case 'compose':
      return compose(...data.parts.map(policy))
  }
}

function build(steps: readonly StepData[]): Step[] {
  const built: Step[] = []
  const at = (index: number): Step => {
    const step = built[index]
    if (step === undefined) throw new Error(`no step ${index}`)
    return step
  }
  for (const step of steps) {
    if (step.op === 'scratch') built.push(scratch(step.options))
    else if (step.op === 'fork') built.push(at(step.parent).fork(step.options))
    else if (step.op === 'timeout') built.push(timeout(step.duration as number, at(step.of)))
    else {
      const { parent, command, cache, dependsOn, afterAppended, inputs } = step
      const dependencies = [...(dependsOn ?? []).map(at), ...(afterAppended ?? []).map((from) => at(from).appended())]
      const options = {
        ...step.options,
        ...(cache && { cache: policy(cache) }),
        ...(dependencies.length > 0 && { dependsOn: dependencies }),
        ...(inputs && { inputs: inputs.map(({ from, path, ...where }) => filesFrom(at(from), path, where)) }),
      }
      built.push(parent === null ? sh(command, options) : at(parent).sh(command, options))
    }
  }
  return built
}

function leafOf(leaf: LeafData, steps: readonly Step[]): Leaves {
  switch (leaf.leaf) {
    case 'step':
      return steps[leaf.step] as Leaf
    case 'wait':
      return wait({ continueOnFailure: leaf.continueOnFailure })
    case 'list':
      return leaf.leaves.map((inner) => leafOf(inner, steps))
    case 'group':
      return group(leaf.leaves.map((inner) => leafOf(inner, steps)))
    case 'matrix':
      return matrix(leaf.axes, () => {
        const step = sh(leaf.command, leaf.options)
        return leaf.child === null ? step : step.sh(leaf.child)
      })
    case 'split':
      return split(leaf.total, { files: leaf.files }, () => leaf.leaves.map((inner) => leafOf(inner, steps)))
    case 'tool': {
      const tool = (TOOLS[leaf.tool] as (options: object) => Tool)(leaf.options)
      return tool[leaf.action]?.(leaf.with) as Step
    }
  }
}

async function outcome({ program, project }: { program: Program; project: string }): Promise<Outcome> {
  process.chdir(project)
  try {
    const steps = build(program.steps)
    const leaves = program.leaves.map((leaf) => leafOf(leaf, steps))
    const ir = pipeline(leaves, program.options)
    const { org, now, env } = program
    const envelope = renderEnvelope([{ slug: 'vec', pipeline: ir }], {
      basePath: project,
      pipelineOrg: org,
      now,
      env,
    })
    return { definition: JSON.stringify(JSON.parse(envelope).pipelines[0].definition) }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

const outcomes: Outcome[] = []
for (const job of JSON.parse(await text(process.stdin))) outcomes.push(await outcome(job))
process.stdout.write(JSON.stringify(outcomes))
