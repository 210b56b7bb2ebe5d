import process from 'node:process'

interface Leaving {
  /** Gives the terminal back: synchronous work only. */
  readonly leave: () => void
  /** It is ours again, and something else may have been written meanwhile. */
  readonly comeBack: () => void
}

/**
 * Calls `leave` when the process ends, in whatever way it can notice, and around a stop by Ctrl-Z.
 */
export function leavingTerminal({ leave, comeBack }: Leaving): { release(): void } {
  const onContinue = () => {
    process.on('SIGTSTP', onStop)
    comeBack()
  }
  const onStop = () => {
    leave()
    process.once('SIGCONT', onContinue)
    // Without a handler the signal does what it does to everybody.
    process.off('SIGTSTP', onStop)
    process.kill(process.pid, 'SIGTSTP')
  }
  process.on('exit', leave)
  process.on('SIGTSTP', onStop)
  return {
    release() {
      process.off('exit', leave)
      process.off('SIGTSTP', onStop)
      process.off('SIGCONT', onContinue)
    },
  }
}
