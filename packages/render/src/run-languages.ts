import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { compareText } from '@harmont/ir'
import { type ChildResult, parseChildResult } from './child-result.ts'
import { preferTypeScript } from './duplicates.ts'
import type { EnvelopeError } from './envelope.ts'
import { type Language, languagesOf, tooOld } from './languages.ts'
import { type RenderFacts, type RenderOptions, RenderSettingError } from './render-options.ts'
import { type ChildEnd, readResult, runChild } from './run-child.ts'

export type Wanted = { readonly slug: string } | 'all' | 'list'

/** The results of both languages, in the order of their files. */
export interface Gathered extends ChildResult {
  /** Notes on slugs that both languages define. Each begins with the used file. */
  readonly notes: readonly string[]
  readonly output: string
}

/**
 * Runs a child process for each language of the project's files, all in parallel. Returns null
 * without a directory `.hm`.
 */
export async function runLanguages(given: RenderOptions, wanted: Wanted): Promise<Gathered | null> {
  // Paths are absolute, because the children have another working directory.
  const options = { ...given, project: resolve(given.project) }
  const languages = languagesOf(options.project)
  if (languages === null) return null
  const folder = await mkdtemp(join(tmpdir(), 'hm-render-'))
  const output: Buffer[] = []
  try {
    const results = await Promise.all(
      languages.map((language) => runLanguage(language, options, wanted, join(folder, language.name), output)),
    )
    const inOrder = <T extends { readonly file: string }>(list: readonly T[]) =>
      [...list].sort((a, b) => compareText(a.file, b.file))
    const chosen = preferTypeScript({
      pipelines: inOrder(results.flatMap(({ pipelines }) => pipelines)),
      errors: inOrder(results.flatMap(({ errors }) => errors)),
    })
    return { ...chosen, output: Buffer.concat(output).toString() }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function runLanguage(
  language: Language,
  options: RenderOptions,
  wanted: Wanted,
  out: string,
  output: Buffer[],
): Promise<ChildResult> {
  const { project, signal, cacheDirectory } = options
  const env = environmentOf(options)
  const timeoutSeconds = options.timeoutSeconds ?? timeoutOf(env)
  const asked = typeof wanted === 'object' ? ['--slug', wanted.slug] : [`--${wanted}`]
  const cache = cacheDirectory === undefined ? undefined : join(cacheDirectory, language.name)
  const tried: string[] = []
  for (const each of language.commands(env, cache)) {
    const args = [...each.args, '--dir', project, ...asked, '--out', out]
    const command = { program: each.program, args, project, env: { ...env, ...each.env }, timeoutSeconds, signal }
    const slow = setInterval(() => options.onSlow?.(fileAt(language, out)), options.slowAfterMs ?? 2_000)
    const end = await runChild(command, output).finally(() => clearInterval(slow))
    if (end.kind !== 'missing' && !isRefusal(end)) return await resultOf(language, end, out, timeoutSeconds)
    tried.push(each.program)
  }
  const message = `found no recent enough ${language.name}: tried ${tried.join(', ')}. ${language.advice}`
  return failed(language, message)
}

/** Returns the current file of a program or, before the first file, its only file or `.hm`. */
function fileAt({ files: [first = '.hm', ...others] }: Language, out: string): string {
  const path = `${out}.now`
  const told = existsSync(path) ? readFileSync(path, 'utf8') : null
  // The program can write anything to this file, so its text may be false.
  return [first, ...others].find((file) => file === told) ?? (others.length === 0 ? first : '.hm')
}

// A wrapper that selects a Python version exits with 127 if it finds none.
function isRefusal(end: ChildEnd): boolean {
  return end.kind === 'exit' && (end.code === tooOld || end.code === 127)
}

async function resultOf(
  language: Language,
  end: Exclude<ChildEnd, { kind: 'missing' }>,
  out: string,
  timeoutSeconds: number,
): Promise<ChildResult> {
  if (end.kind === 'timeout') {
    const advice = 'Do less in the pipeline files, or raise HM_RENDER_TIMEOUT (seconds).'
    const at = { ...language, files: [fileAt(language, out)] }
    return failed(at, `rendering took longer than ${timeoutSeconds} s. ${advice}`)
  }
  if (end.kind !== 'exit') return failed(language, 'the pipeline files printed more than 16 MiB. Print less.')
  if (end.code !== 0) {
    const how = end.signal === null ? `with exit code ${end.code}` : `by ${end.signal}`
    const silent = `the program ended ${how} before it returned pipelines.`
    return failed(language, end.stderr || silent, end.stderr !== '')
  }
  const written = await readResult(out)
  if (typeof written === 'string') return failed(language, `${written}. Make the pipelines smaller.`)
  const result = written === null ? undefined : parseChildResult(written.text)
  if (result !== undefined) return result
  return failed(language, 'the program ended without a result. A pipeline file must run to its end.')
}

/**
 * Returns an error of all files of a language. `isPlaced` is true if the message already contains a
 * place.
 */
function failed({ files }: Language, message: string, isPlaced = false): ChildResult {
  const [first = '.hm', another] = files
  const file = another === undefined ? first : '.hm'
  const line = isPlaced ? /^\.hm\/[^\n]*?:(\d+): /.exec(message)?.[1] : undefined
  const error: EnvelopeError = {
    file,
    slug: null,
    code: 'render_failed',
    message: isPlaced ? message : `${file}: ${message}`,
    line: line === undefined ? null : Number(line),
  }
  return { pipelines: [], errors: [error] }
}

function environmentOf({ env = process.env, context }: RenderOptions): Record<string, string | undefined> {
  return {
    ...env,
    PYTHONHASHSEED: '0',
    PYTHONDONTWRITEBYTECODE: '1',
    ...(context === null ? {} : variablesOf(context)),
  }
}

function variablesOf(facts: RenderFacts): Record<string, string | undefined> {
  return {
    HARMONT_EVENT: facts.event ?? undefined,
    HARMONT_BRANCH: facts.branch ?? undefined,
    HARMONT_BASE_BRANCH: facts.baseBranch ?? undefined,
    HARMONT_TAG: facts.tag ?? undefined,
    HARMONT_COMMIT: facts.commit ?? undefined,
    HARMONT_PULL_REQUEST: facts.pullRequest === null ? undefined : String(facts.pullRequest),
    HARMONT_LOCAL: facts.local ? 'true' : undefined,
  }
}

function timeoutOf({ HM_RENDER_TIMEOUT: text }: Readonly<Record<string, string | undefined>>): number {
  if (text === undefined || text === '') return 60
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new RenderSettingError(`HM_RENDER_TIMEOUT: expected whole seconds like 60, got ${JSON.stringify(text)}.`)
}
