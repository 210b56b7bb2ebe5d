import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { PipelineDefinition } from '@harmont/hm'

export interface LoadedDefinition {
  readonly definition: PipelineDefinition
  /** Relative to the project directory. */
  readonly file: string
}

export interface LoadFailure {
  readonly file: string
  readonly error: unknown
}

const SLUG = /^[a-z][a-z0-9-]{0,63}$/

/**
 * Loads the pipeline files of a project in name order and reports each before loading it. Failures
 * are collected per file and do not affect other files.
 */
export async function loadDefinitions(
  project: string,
  begin: (file: string) => void,
): Promise<{ definitions: LoadedDefinition[]; failures: LoadFailure[] }> {
  const definitions: LoadedDefinition[] = []
  const failures: LoadFailure[] = []
  for (const name of pipelineFiles(project)) {
    const file = `.hm/${name}`
    begin(file)
    try {
      const exported: Record<string, unknown> = await import(pathToFileURL(join(project, file)).href)
      definitions.push(...definitionsOf(exported).map((definition) => ({ definition, file })))
    } catch (error) {
      failures.push({ file, error })
    }
  }
  return { definitions, failures }
}

// Names beginning with `_` or `.` and files in subdirectories are for imports only.
function pipelineFiles(project: string): string[] {
  const directory = join(project, '.hm')
  return readdirSync(directory)
    .filter((name) => /^[^._].*\.m?[tj]s$/.test(name) && !/\.d\.m?ts$/.test(name))
    .filter((name) => statSync(join(directory, name), { throwIfNoEntry: false })?.isDirectory() !== true)
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}

function definitionsOf(exported: Record<string, unknown>): PipelineDefinition[] {
  const values = [exported.default, exported.pipelines].filter((value) => value !== undefined)
  if (values.length === 0) {
    throw new TypeError(
      'expected an export "default" or "pipelines", got neither. Export {slug, pipeline}, or begin the file name with "_".',
    )
  }
  return values.flat().map(checkDefinition)
}

function checkDefinition(value: unknown): PipelineDefinition {
  if (isDefinition(value)) return value
  throw new TypeError(
    `expected {slug, pipeline} with a slug like ${SLUG.source} and a pipeline made by pipeline() or a function that returns one. Correct the export.`,
  )
}

function isDefinition(value: unknown): value is PipelineDefinition {
  if (typeof value !== 'object' || value === null || !('slug' in value) || !('pipeline' in value)) return false
  const { slug, pipeline } = value
  const isPipeline = typeof pipeline === 'function' || (typeof pipeline === 'object' && pipeline !== null)
  return typeof slug === 'string' && SLUG.test(slug) && isPipeline
}
