import { runTool } from '../system/run-tool.ts'

/** The bytes of a path as text, one character for each, for the sake of names that are not UTF-8. */
export function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

/** Copies these files of the machine, absolute and in `latin1`, to the same paths below `root`, by `cp --archive` with further options. Fails when one cannot be. */
export async function cpInto(root: string, files: readonly string[], options: readonly string[]): Promise<void> {
  const list = files.map((file) => `${file.slice(1)}\0`).join('')
  const cp = ['cp', '--archive', ...options, '--parents', '--target-directory', root, '--']
  await runTool('xargs', ['--null', '--no-run-if-empty', ...cp], { cwd: '/', stdin: Buffer.from(list, 'latin1') })
}
