/** The golden vectors of `packages/ir/vectors` (`ir.md` 3), and how the two SDKs render them. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeProject, readContext, type VectorContext } from '../../packages/ir/vectors/context.ts'
import { runPython, runTypeScript } from './children.ts'
import type { RenderAnswer, RenderJob } from './job.ts'

const VECTORS = join(import.meta.dirname, '../../packages/ir/vectors')

export interface Vector {
  readonly name: string
  readonly directory: string
  /** Directory of its project. */
  readonly project: string
  readonly context: VectorContext
  /** Text of `expected.json`. */
  readonly expected: string
}

/** Returns every vector, with its project below `root`. */
export function makeVectors(root: string): readonly Vector[] {
  const folders = readdirSync(VECTORS, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return folders.map(({ name }) => {
    const directory = join(VECTORS, name)
    const project = join(root, name)
    const context = readContext(directory)
    mkdirSync(project)
    makeProject(context.files, project)
    return { name, directory, project, context, expected: readFileSync(join(directory, 'expected.json'), 'utf8') }
  })
}

/** Returns the jobs that render vectors in one language. */
export function jobsOf(vectors: readonly Vector[], file: 'pipeline.ts' | 'pipeline.py'): readonly RenderJob[] {
  return vectors.map(({ directory, project, context: { org, slug, now, env } }) => ({
    file: join(directory, file),
    project,
    org,
    slug,
    now,
    env,
  }))
}

/** Renders jobs with the TypeScript SDK in one process. */
export function renderTypeScript(jobs: readonly RenderJob[]): Promise<readonly RenderAnswer[]> {
  return runTypeScript(join(import.meta.dirname, 'render.ts'), jobs)
}

/** Renders jobs with the Python SDK in one process. */
export function renderPython(jobs: readonly RenderJob[]): Promise<readonly RenderAnswer[]> {
  return runPython(join(import.meta.dirname, 'render.py'), jobs)
}
