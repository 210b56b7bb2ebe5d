import { counted } from './count.ts'

interface Named {
  readonly suite: string
  readonly name: string
  readonly file: string | null
}

/** Returns the name of a test with those of its suites; the file is shown apart. */
export function testTitle({ suite, name, file }: Named): string {
  return suite === '' || suite === file ? name : `${suite.replaceAll(' > ', ' › ')} › ${name}`
}

/** Returns `src/invoice.test.ts:7`; null: no file is known. */
export function testPlace({
  file,
  line,
}: {
  readonly file: string | null
  readonly line?: number | null
}): string | null {
  if (file === null) return null
  return line == null ? file : `${file}:${line}`
}

/** Returns the first line of a message that has words; null: there is none. */
export function firstWords(message: string | null): string | null {
  return (
    message
      ?.split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? null
  )
}

interface Verdict {
  readonly verdict?: string | null
  readonly forks?: number | null
  readonly fork_passes?: number | null
}

/**
 * Returns what forks say of a failed test: `flaky: 3 of 10 forks passed`, `proving`; null:
 * nothing. A verdict of a newer server keeps its own name.
 */
export function verdictWords({ verdict = null, forks = null, fork_passes: passes = null }: Verdict): string | null {
  const of = forks === null ? '' : `: ${passes ?? 0} of ${counted(forks, 'fork')} passed`
  switch (verdict) {
    case null:
    case 'unknown':
      return null
    case 'order':
      return 'passes alone, fails after other tests'
    default:
      return `${verdict}${of}`
  }
}
