import { closeSync, openSync } from 'node:fs'

/**
 * Takes every file descriptor that this process may have, including those that it frees meanwhile,
 * until the returned function releases them.
 */
export function takeDescriptors(): () => void {
  const taken: number[] = []
  const takeAll = () => {
    try {
      for (;;) taken.push(openSync('/dev/null', 'r'))
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EMFILE')) throw error
    }
  }
  takeAll()
  const taking = setInterval(takeAll, 1)
  return () => {
    clearInterval(taking)
    for (const file of taken) closeSync(file)
  }
}
