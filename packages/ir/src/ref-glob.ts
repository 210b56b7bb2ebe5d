import { matchesWild, type Wild } from './wildcard.ts'

/** Whether a whole name (branch, tag, value) fits a ref glob: `*` is any run, `/` included; `?` one character; all else is literal. */
export function matchesRefGlob(glob: string, name: string): boolean {
  return matchesWild([...glob].map(element), [...name])
}

function element(character: string): Wild<string> {
  if (character === '*') return '*'
  if (character === '?') return () => true
  return (other) => other === character
}
