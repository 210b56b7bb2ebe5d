import { z } from 'zod'
import type { Context } from '../context.ts'
import { artifact } from './artifact.ts'
import { builds } from './builds.ts'
import { failure, log, tests, why } from './questions.ts'
import { type StartedRuns, wait } from './runs.ts'

const build = z
  .int()
  .min(1)
  .optional()
  .describe('Number of a run on this machine or a build of the server. Default: the last.')
const pipeline = z
  .string()
  .min(1)
  .max(64)
  .optional()
  .describe('Slug of a pipeline of the server; selects a build of the server.')
const step = z
  .string()
  .min(1)
  .max(255)
  .optional()
  .describe('Key of a step, or #N for the Nth. Default: the first failed step.')
const steps = z.array(z.string().min(1).max(255)).max(100).optional().describe('Keys of steps. Default: all.')
const cursor = z.string().max(500).optional().describe('Cursor from an earlier answer, to continue there.')

interface Tool<Shape extends z.ZodRawShape = z.ZodRawShape> {
  readonly name: string
  readonly description: string
  readonly shape: Shape
  /** Whether it starts nothing. `--read-only` omits the other tools. */
  readonly isReadOnly: boolean
  /** @param runs starts runs that end with this process. */
  call(context: Context<'mcp'>, input: z.output<z.ZodObject<Shape>>, runs: StartedRuns): Promise<string>
}

/** Preserves the input type of the tool's call. */
function tool<Shape extends z.ZodRawShape>(made: Tool<Shape>): Tool {
  return made as unknown as Tool
}

/** The tools of `hm mcp`. None reads a secret, approves a build, or writes a file of the project. */
export const tools: readonly Tool[] = [
  tool({
    name: 'builds',
    description: 'Lists the runs of this project on this machine, or builds on the server, newest first.',
    shape: {
      pipeline,
      server: z.boolean().optional().describe("Builds of this repository's pipeline on the server."),
      state: z.enum(['passed', 'failed', 'canceled', 'running']).optional().describe('Only builds in this state.'),
      cursor,
    },
    isReadOnly: true,
    call: builds,
  }),
  tool({
    name: 'failure',
    description:
      'Explains why a build failed: the step, its exit code, file and line, the first errors, the lines of the log, and the next calls. Begin here. Without a number: the last failed build.',
    shape: { build, pipeline, step },
    isReadOnly: true,
    call: failure,
  }),
  tool({
    name: 'log',
    description:
      'Reads a part of the log of a step, or of a service or fork of it, with the numbers of its lines: the last ones, those from a cursor (a number of a line) on, or those that have a text.',
    shape: {
      build,
      pipeline,
      step: step.describe(
        'Key of a step, or #N for the Nth; STEP/SERVICE for a service of it, STEP/fork-N for a fork that proved its tests. Default: the first failed step.',
      ),
      cursor,
      search: z.string().min(1).max(200).optional().describe('Only lines with this text, ignoring case.'),
      attempt: z.int().min(1).optional().describe('Number of the attempt. Default: the last.'),
    },
    isReadOnly: true,
    call: log,
  }),
  tool({
    name: 'tests',
    description: 'Lists the failed tests that the steps of a build reported, with file, line and message.',
    shape: { build, pipeline, cursor },
    isReadOnly: true,
    call: tests,
  }),
  tool({
    name: 'why',
    description: 'Says why each step of a build ran, was taken from the cache, or was skipped.',
    shape: { build, pipeline, step, cursor },
    isReadOnly: true,
    call: why,
  }),
  tool({
    name: 'run',
    description: 'Starts a pipeline with the current files: on this machine, or on the server with cloud.',
    shape: {
      pipeline: z
        .string()
        .min(1)
        .max(64)
        .optional()
        .describe('Slug of a pipeline of this project. Default: the only one.'),
      steps,
      keep_going: z
        .boolean()
        .optional()
        .describe('After a failure stop only dependent steps, so that all failures are found at once.'),
      cloud: z.boolean().optional().describe('Run on the server, which receives the files.'),
    },
    isReadOnly: false,
    call: (_, input, runs) => runs.run(input),
  }),
  tool({
    name: 'wait',
    description: 'Waits until a build has ended, for up to `seconds`, and returns its state.',
    shape: {
      build,
      pipeline,
      seconds: z.int().min(0).max(300).optional().describe('Default: 45. Many clients give up after 60.'),
    },
    isReadOnly: true,
    call: wait,
  }),
  tool({
    name: 'retry',
    description:
      'Runs the failed steps of a build again, and those that they blocked; on this machine with the current files.',
    shape: { build, pipeline, steps },
    isReadOnly: false,
    call: (_, input, runs) => runs.retry(input),
  }),
  tool({
    name: 'artifact',
    description: 'Lists the artifacts of a build, or reads one text file.',
    shape: {
      build,
      pipeline,
      step: z.string().min(1).max(255).optional().describe('Only artifacts of this step.'),
      path: z.string().min(1).max(4096).optional().describe('Path of the artifact to read.'),
      cursor,
    },
    isReadOnly: true,
    call: artifact,
  }),
]
