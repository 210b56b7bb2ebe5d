import { dirname, join } from 'node:path'
import type { Handler } from '../context.ts'
import { exits } from '../errors.ts'

/** `hm config path`: the files, whether they exist or not. */
export const run: Handler<'config path'> = async ({ config, cacheDirectory, global, output }) => {
  const { userFile, projectFile } = await config()
  const paths = {
    user: userFile,
    project: projectFile,
    credentials: join(dirname(userFile), 'credentials.toml'),
    cache: cacheDirectory,
  }
  if (global.json) await output.json(paths)
  else for (const [name, path] of Object.entries(paths)) await output.print(`${name.padEnd(11)}  ${path}`)
  return exits.ok
}
