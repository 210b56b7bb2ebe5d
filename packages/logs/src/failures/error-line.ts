/** Matches lines that report success, or the absence of errors. */
const fine = /^\s*(?:✓|✔|√|ok\b|PASS(?:ED)?\b|--- (?:PASS|SKIP)\b)/
const none =
  /\b(?:(?:0|no|without|zero) (?:\w+ )?(?:errors?|failures?|failed|failing)|(?:errors?|fail(?:ed|ing|ures?)?)\s*[:=]\s*(?:0\b|none\b|null\b|nil\b|false\b|\[\]|\(0\)))/gi

/** Patterns by which common tools report a failure. */
const signs: readonly RegExp[] = [
  // error: …, Error: …, error[E0382]: …, and not error::path
  /(?<![\w./=-])[Ee]rror(?:\[\w+\])?:(?!:)/,
  // ERROR …, [ERROR] …, npm ERR!, ##[error], ::error
  /(?<![\w./=-])(?:ERROR|ERR!)(?![\w-])/,
  /^(?:::error\b|##\[error\])/,
  /\bnpm error\b|\bERR_PNPM_\w+|\bELIFECYCLE\b|^error Command failed/,
  // TypeError: …, java.lang.IllegalStateException: …
  /(?<![\w./=-])[A-Z][\w.]*(?:Error|Exception)(?::(?!:)|$)/,
  /(?<![\w./=-])(?:[a-z]\w*\.)+[A-Z]\w*(?:Error|Exception)(?::(?!:)|$)/,
  /\bException in thread\b|\b[Uu]nhandled (?:exception|(?:promise )?rejection)\b/,
  // error TS1234: …, error CS1002: …
  /\berror [A-Z]{1,6}\d{2,}\b/,
  // eslint: 12:3  error  …
  /^\s*\d+:\d+\s+error\s/,
  /(?:^|[\s[(:])FAIL(?:ED|URE)?(?=$|[\s:\])!])/,
  /(?:^|[^\w.])[1-9]\d* (?:\w+ )?(?:failed|failing|failures?|errors?)\b/,
  /^\s*[✗✕✘✖×❌⨯]\s/u,
  /^\s*Traceback \(most recent call last\)/,
  // pytest: E   assert 1 == 2
  /^E {2,}\S/,
  /^panic: |\bpanicked at\b|\b[Kk]ernel panic\b/,
  /(?<![\w-])fatal(?: error)?:/i,
  /^(?:g?make|ninja)(?:\[\d+\])?: \*\*\* /,
  /\bsegmentation fault\b|\(core dumped\)|\bcommand not found$|: not found$|^Killed$/i,
  /\bassert(?:ion)?\b.{0,200}? failed\b/i,
  /^(?:\S+: )?[Ff]ailed (?:to|with|at)\b/,
  /\b(?:exited|failed) with (?:non-zero )?(?:exit )?(?:code|status):? [1-9]/i,
  // The Go compiler: ./main.go:5:2: undefined: x
  /^(?:vet: )?(?:[\w.-]*\/)*[\w.-]+\.go:\d+:\d+: \S/,
]

const lookedAt = 2_000
/** Rejects most lines cheaply. */
const needed =
  /rror|RR|fail|Fail|FAIL|fatal|Fatal|FATAL|fault|Fault|xception|eject|exit|Exit|Traceback|panic|\*\*\*|\(core|LIFECYCLE|\.go:|[✗✕✘✖×❌⨯]|^E {2}|found$|^Killed/

/**
 * Whether a line without escape sequences reports a failure, as compilers, test runners, shells and
 * package managers do.
 */
export function looksLikeError(line: string): boolean {
  const text = line.slice(0, lookedAt).trimEnd()
  if (!needed.test(text) || fine.test(text)) return false
  const rest = text.replace(none, '')
  return signs.some((sign) => sign.test(rest))
}

/**
 * Pairs of bytes, one of which occurs in every line that looks like an error or begins a report of
 * failures (`RUN`, `TAP`, `a.sh: line 3`, `  File "a.py"`). Lines without them are skipped.
 */
const asciiPairs = [
  ...['rr', 'RR', 'fa', 'Fa', 'FA', 'xc', 'ej', 'xi', 'Tr', 'ic', '**', '(c', 'LI', 'o:', 'UN', 'AP'],
  ...['h:', 'Fi'],
]
const pairs: readonly string[] = [
  ...asciiPairs,
  ...['✗', '×', '❌', '⨯'].map((sign) => Buffer.from(sign).toString('latin1', 0, 2)),
]

const codes: ReadonlySet<number> = new Set(pairs.map((pair) => (pair.charCodeAt(0) << 8) | pair.charCodeAt(1)))

/** Whether a line with these two consecutive bytes may look like an error. */
export function isSuspiciousPair(first: number, second: number): boolean {
  return codes.has((first << 8) | second)
}

/** Whether a line with this first or last byte may look like an error without any of the pairs. */
export function isSuspiciousEdge(first: number, last: number): boolean {
  return first === 0x45 || last === 0x64
}

const escaped = (words: readonly string[]) => words.join('|').replaceAll(/[*(]/g, '\\$&')
const anyPair = new RegExp(escaped(asciiPairs))
const nextPair = new RegExp(escaped(pairs), 'g')

/** Returns the position of the next suspicious pair in bytes decoded as Latin-1. */
export function nextSuspiciousPair(bytes: string, from: number): number {
  nextPair.lastIndex = from
  return nextPair.test(bytes) ? nextPair.lastIndex - 2 : Number.POSITIVE_INFINITY
}

/** Whether a line contains a pair that may begin a report of failures. */
export function hasSuspiciousPair(line: string): boolean {
  return anyPair.test(line)
}
