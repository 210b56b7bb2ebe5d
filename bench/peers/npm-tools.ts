import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { output } from './commands.ts'

const modules = join(import.meta.dirname, 'tools/node_modules')

/** Environment in which the tools of `tools/package.json` come first, and tell nobody what they do. */
export const toolsEnv = {
  PATH: `${join(modules, '.bin')}:${process.env.PATH}`,
  DO_NOT_TRACK: '1',
  TURBO_TELEMETRY_DISABLED: '1',
  NX_NO_CLOUD: 'true',
  npm_config_update_notifier: 'false',
}

/** Makes the tools those of a project in this folder, as if it had installed them. */
export async function linkTools(folder: string): Promise<void> {
  await symlink(modules, join(folder, 'node_modules'))
}

/** Returns what a tool says of its version. */
export async function versionOf(folder: string, tool: string): Promise<string> {
  return (await output({ folder, line: [tool, '--version'], env: toolsEnv })).trim().split('\n')[0] ?? ''
}

/** Returns the version of an installed package, for a tool that does not print it. */
export async function packageVersion(folder: string, name: string): Promise<string> {
  const path = join(modules, name, 'package.json')
  const text = await output({ folder, line: ['node', '-p', `require(${JSON.stringify(path)}).version`] })
  return text.trim()
}
