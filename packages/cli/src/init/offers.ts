import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Context } from '../context.ts'
import { HmError } from '../errors.ts'
import { convertGha } from './skills/convert-gha.ts'
import { validateCi } from './skills/validate-ci.ts'
import { writePipeline } from './skills/write-pipeline.ts'

/** Offers to sign in if nobody is signed in; `hm run` does not need it. */
export async function offerSignIn(context: Context<'init'>): Promise<void> {
  const config = await context.config()
  const apiUrl = config.get('cloud.api_url')
  if ((await (await context.credentials()).token(apiUrl)) !== undefined) return
  const wanted = await context.ask.confirm({
    message: `Sign in to ${apiUrl}, to run it there too?`,
    default: false,
    flag: '--yes',
  })
  if (!wanted) return
  const { run } = await import('../account/login.ts')
  try {
    await run({ ...context, args: {}, flags: { paste: false, token: false } })
  } catch (error) {
    // The pipeline is written, and signing in can be repeated later.
    if (!(error instanceof HmError) || context.signal.aborted) throw error
    context.output.warn(`${error.message}; to try again: hm login`)
  }
}

/** Instructions for coding agents, by skill name. */
export const SKILLS: Readonly<Record<string, string>> = {
  'write-pipeline': writePipeline,
  'validate-ci': validateCi,
  'convert-gha': convertGha,
}

/** Asks whether to write the skills, and writes them. */
export async function offerSkills({ directory, ask, output }: Context<'init'>): Promise<void> {
  const folder = skillsFolder(directory)
  const wanted = await ask.confirm({
    message: `Write skills for coding agents (${Object.keys(SKILLS).join(', ')}) to ${folder}?`,
    default: false,
    flag: '--no-skills',
  })
  if (!wanted) return
  const { written, kept } = await writeSkills(join(directory, folder))
  if (written.length > 0) output.say(`Wrote ${written.join(', ')}.`)
  if (kept.length > 0) output.say(`Kept unchanged, because they were edited: ${kept.join(', ')}.`)
}

/** Returns the skills' folder: Claude's own if the project uses it, otherwise the shared one. */
export function skillsFolder(directory: string): string {
  const knowsClaude = ['.claude', 'CLAUDE.md'].some((name) => existsSync(join(directory, name)))
  return knowsClaude ? '.claude/skills' : '.agents/skills'
}

/** Writes each missing skill. A skill that differs from ours belongs to its owner and stays. */
export async function writeSkills(folder: string): Promise<{ written: string[]; kept: string[] }> {
  const written: string[] = []
  const kept: string[] = []
  for (const [name, text] of Object.entries(SKILLS)) {
    const file = join(folder, name, 'SKILL.md')
    await mkdir(dirname(file), { recursive: true })
    try {
      await writeFile(file, text, { flag: 'wx' })
      written.push(name)
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error
      if ((await readFile(file, 'utf8')) !== text) kept.push(name)
    }
  }
  return { written, kept }
}
