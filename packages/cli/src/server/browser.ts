import type { Context } from '../context.ts'

/** Whether the user probably has a browser on this machine. */
export function likelyBrowser({ stdin, output, env }: Pick<Context, 'stdin' | 'output' | 'env'>): boolean {
  const isRemote = ['SSH_CONNECTION', 'SSH_CLIENT', 'SSH_TTY'].some((name) => (env[name] ?? '') !== '')
  const isTerminal = stdin.isTTY === true && output.stderr.isTerminal
  return isTerminal && !isRemote && (env.CI ?? '') === ''
}

/**
 * Opens an address in the user's browser, without waiting for the page. Returns false if no browser
 * starts.
 */
export async function openBrowser(address: string, { output }: Pick<Context, 'output'>): Promise<boolean> {
  const { default: open } = await import('open')
  try {
    const child = await open(address)
    child.on('error', (error) => output.debug(`browser: ${error.message}`))
    return true
  } catch (error) {
    output.debug(`browser: ${error instanceof Error ? error.message : error}`)
    return false
  }
}
