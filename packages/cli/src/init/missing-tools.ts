import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { PlainChain } from './plain-project.ts'

/** Where the shell of a step on the base `host` looks. */
const STEP_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

/** Programs that the steps call and that a step on this machine would not find, though its user may have them elsewhere. */
export function missingTools(chains: readonly PlainChain[], path: readonly string[] = STEP_PATH): string[] {
  const commands = chains.flatMap(({ first, steps }) => [...(first === undefined ? [] : [first]), ...steps])
  const programs = new Set(commands.flatMap(({ command }) => programsOf(command)))
  return [...programs].filter((name) => !path.some((folder) => existsSync(join(folder, name))))
}

/** The first word of each command of a line, without variables; what has a path is the project's own. */
function programsOf(line: string): string[] {
  return line
    .split(' && ')
    .flatMap((command) => command.split(' ').find((word) => !/^\w+=/.test(word)) ?? [])
    .filter((word) => !word.includes('/') && word !== 'echo')
}
