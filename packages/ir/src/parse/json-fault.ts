/**
 * The place of the first JSON syntax error of a text. Line and column count from 1, the column in
 * UTF-16 units.
 */
export interface JsonFault {
  readonly line: number
  readonly column: number
  readonly expected: string
  /** The quoted character at this place, or "the end of the text". */
  readonly got: string
}

type Wanted = 'value' | 'value or ]' | 'name' | 'name or }' | 'colon' | 'comma or end'

const EXPECTED: Readonly<Record<Wanted, string>> = {
  value: 'a value',
  'value or ]': 'a value or "]"',
  name: 'a member name in double quotes',
  'name or }': 'a member name in double quotes or "}"',
  colon: '":"',
  'comma or end': '"," or the end of the list or object',
}
const OBJECT = 1
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const WORD = /true|false|null/y
const ESCAPED = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y

/**
 * Returns the place of the first syntax error; undefined for valid JSON. `JSON.parse` reports no
 * place for some faults and takes more than a second for 8 MiB of `[`. This parser reads the text
 * once, without recursion.
 */
export function findJsonFault(text: string): JsonFault | undefined {
  const open = new Uint8Array(text.length)
  let depth = 0
  let wanted: Wanted = 'value'
  let i = 0
  const faultAt = (position: number, expected: string) => describeFault(text, position, expected)

  for (;;) {
    i = afterSpace(text, i)
    const char = text[i]
    if (char === undefined) {
      if (wanted === 'comma or end' && depth === 0) return undefined
      return faultAt(i, EXPECTED[wanted])
    }
    const wantsName: boolean = wanted === 'name' || wanted === 'name or }'
    if ((char === ']' && wanted === 'value or ]') || (char === '}' && wanted === 'name or }')) {
      depth--
      wanted = 'comma or end'
      i++
    } else if (wanted === 'colon') {
      if (char !== ':') return faultAt(i, EXPECTED.colon)
      wanted = 'value'
      i++
    } else if (wanted === 'comma or end') {
      if (depth === 0) return faultAt(i, 'the end of the text')
      const inObject = open[depth - 1] === OBJECT
      if (char === (inObject ? '}' : ']')) depth--
      else if (char !== ',') return faultAt(i, inObject ? '"," or "}"' : '"," or "]"')
      else wanted = inObject ? 'name' : 'value'
      i++
    } else if (char === '"') {
      const end = stringEnd(text, i)
      if (end < 0) return faultAt(-end, 'a closing quote, an escape of JSON or a character from U+0020 on')
      wanted = wantsName ? 'colon' : 'comma or end'
      i = end
    } else if (wantsName) {
      return faultAt(i, EXPECTED[wanted])
    } else if (char === '{' || char === '[') {
      open[depth++] = char === '{' ? OBJECT : 0
      wanted = char === '{' ? 'name or }' : 'value or ]'
      i++
    } else {
      const end = after(NUMBER, text, i) ?? after(WORD, text, i)
      if (end === undefined) return faultAt(i, EXPECTED[wanted])
      wanted = 'comma or end'
      i = end
    }
  }
}

function afterSpace(text: string, position: number): number {
  let i = position
  for (
    let unit = text.charCodeAt(i);
    unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09;
    unit = text.charCodeAt(i)
  )
    i++
  return i
}

function after(pattern: RegExp, text: string, position: number): number | undefined {
  pattern.lastIndex = position
  return pattern.test(text) ? pattern.lastIndex : undefined
}

// Returns the position after the closing quote, or the negated position of the fault, which is
// never 0.
function stringEnd(text: string, start: number): number {
  for (let i = start + 1; i < text.length; ) {
    const unit = text.charCodeAt(i)
    if (unit === 0x22) return i + 1
    if (unit < 0x20) return -i
    const next = unit === 0x5c ? after(ESCAPED, text, i) : i + 1
    if (next === undefined) return -i
    i = next
  }
  return -text.length
}

function describeFault(text: string, position: number, expected: string): JsonFault {
  const before = text.slice(0, position)
  const lastBreak = before.lastIndexOf('\n')
  const found = text.codePointAt(position)
  return {
    line: before.split('\n').length,
    column: position - lastBreak,
    expected,
    got: found === undefined ? 'the end of the text' : JSON.stringify(String.fromCodePoint(found)),
  }
}
