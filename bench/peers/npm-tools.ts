import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { output } from './commands.ts'

const modules = join(import.meta.dirname, 'tools/node_modules')

/**
 * Environment that puts the tools of `tools/package.json` first in PATH and disables their
 * telemetry.
 */
export const toolsEnv = {
  PATH: `${join(modules, '.bin')}:${process.env.PATH}`,
  DO_NOT_TRACK: '1',
  TURBO_TELEMETRY_DISABLED: '1',
  NX_NO_CLOUD: 'true',
  npm_config_update_notifier: 'false',
}

/** Links the tools into a project's folder as its installed modules. */
export async function linkTools(folder: string): Promise<void> {
  await symlink(modules, join(folder, 'node_modules'))
}

/** Returns the first line of a tool's `--version`. */
export async function versionOf(folder: string, tool: string): Promise<string> {
  return (await output({ folder, line: [tool, '--version'], env: toolsEnv })).trim().split('\n')[0] ?? ''
}

/** Returns the version of an installed package, for a tool that does not print it. */
export async function packageVersion(folder: string, name: string): Promise<string> {
  const path = join(modules, name, 'package.json')
  const text = await output({ folder, line: ['node', '-p', `require(${JSON.stringify(path)}).version`] })
  return text.trim()
}
