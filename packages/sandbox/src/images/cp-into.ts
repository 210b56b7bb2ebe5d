import { runTool } from '../system/run-tool.ts'

/** Returns the bytes of a path as text, one character per byte, because names need not be UTF-8. */
export function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

/**
 * Copies absolute `latin1` paths of this machine to the same paths below `root`, by `cp --archive`
 * with more options. Fails if one cannot be copied.
 */
export async function cpInto(root: string, files: readonly string[], options: readonly string[]): Promise<void> {
  const list = files.map((file) => `${file.slice(1)}\0`).join('')
  const cp = ['cp', '--archive', ...options, '--parents', '--target-directory', root, '--']
  await runTool('xargs', ['--null', '--no-run-if-empty', ...cp], { cwd: '/', stdin: Buffer.from(list, 'latin1') })
}
