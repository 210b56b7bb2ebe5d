import process from 'node:process'

interface Leaving {
  /** Restores the terminal. Synchronous work only. */
  readonly leave: () => void
  /** Takes over the terminal again after other programs may have written to it. */
  readonly comeBack: () => void
}

/** Calls `leave` when the process ends in a way that it can detect, and around a stop by Ctrl-Z. */
export function leavingTerminal({ leave, comeBack }: Leaving): { release(): void } {
  const onContinue = () => {
    process.on('SIGTSTP', onStop)
    comeBack()
  }
  const onStop = () => {
    leave()
    process.once('SIGCONT', onContinue)
    // Without a handler the signal has its default effect.
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
