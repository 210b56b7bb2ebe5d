import { statSync } from 'node:fs'
import { join } from 'node:path'
import { renderEvery } from '@harmont/render'
import { largestFiles, readGitFacts, readSourceSet, SourceError, type SourceSet } from '@harmont/source-set'
import type { Config } from '../config/config.ts'
import type { Context } from '../context.ts'
import { manualFacts } from '../project/read-project.ts'
import { bytes } from '../terminal/amounts.ts'
import type { ProjectFacts, Rendered, SourceFacts } from './judge-project.ts'
import { TooSlow, within } from './time-limit.ts'

const sourceLimitMs = 10_000
const renderLimitSeconds = 20

type Here = Pick<Context, 'directory' | 'env' | 'signal' | 'cacheDirectory'>

/** @param config the configuration, or the reason why it is missing. */
export async function gatherProject(here: Here, config: Config | string): Promise<ProjectFacts> {
  const source = sourceOf(here.directory)
  const [looked, rendered] = await Promise.all([readable(source), renderedOf(here, source)])
  return {
    configProblem: typeof config === 'string' ? config : undefined,
    unknownSettings: typeof config === 'string' ? [] : config.unknown.map(placeOf),
    rendered,
    source: looked,
  }
}

function placeOf({ file, line, key }: Config['unknown'][number]): string {
  return `${file}${line === undefined ? '' : `:${line}`}: ${key}`
}

async function sourceOf(directory: string): Promise<SourceSet> {
  return within(
    sourceLimitMs,
    readGitFacts(directory).then((git) => readSourceSet(directory, git)),
  )
}

async function readable(source: Promise<SourceSet>): Promise<SourceFacts | string> {
  try {
    const set = await source
    return {
      files: set.entries.length,
      bytes: set.entries.reduce((sum, { size }) => sum + size, 0),
      largest: largestFiles(set).map(({ path, size }) => `${path} (${bytes(size)})`),
    }
  } catch (error) {
    if (error instanceof SourceError || error instanceof TooSlow) return error.message
    throw error
  }
}

async function renderedOf(
  { directory, env, signal, cacheDirectory }: Here,
  source: Promise<SourceSet>,
): Promise<Rendered | 'none' | 'unread'> {
  if (statSync(join(directory, '.hm'), { throwIfNoEntry: false })?.isDirectory() !== true) return 'none'
  const started = performance.now()
  try {
    const git = (await source).git
    const { envelope, warnings } = await renderEvery({
      project: directory,
      context: manualFacts(git),
      env,
      timeoutSeconds: renderLimitSeconds,
      cacheDirectory,
      signal,
      sourceSet: () => source,
    })
    return {
      milliseconds: Math.round(performance.now() - started),
      slugs: envelope.pipelines.map(({ slug }) => slug),
      errors: envelope.errors.map(({ message }) => message),
      warnings,
    }
  } catch (error) {
    if (error instanceof SourceError || error instanceof TooSlow) return 'unread'
    throw error
  }
}
