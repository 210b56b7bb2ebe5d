/**
 * An ECMA-48 colour: 0 to 255 of the palette, or `trueColour + rgb`; null for the terminal's
 * default.
 */
export type Colour = number | null

/** Added to the RGB value of a colour outside the palette. */
export const trueColour = 0x1000000

/**
 * A style set by SGR sequences. Blinking and concealing are ignored, because text always stays
 * visible (web L5).
 */
export interface Style {
  readonly fg: Colour
  readonly bg: Colour
  readonly bold: boolean
  readonly dim: boolean
  readonly italic: boolean
  readonly underline: boolean
  readonly strike: boolean
  readonly inverse: boolean
}

export const plain: Style = {
  fg: null,
  bg: null,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  strike: false,
  inverse: false,
}

const switches: Readonly<Record<number, Partial<Style>>> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  9: { strike: true },
  21: { underline: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  27: { inverse: false },
  29: { strike: false },
  39: { fg: null },
  49: { bg: null },
}

/** Applies one SGR sequence (`1;38;5;208`); returns the same object if nothing changes. */
export function applySgr(style: Style, parameters: string): Style {
  if (parameters === '' || parameters === '0') return plain
  let next = style
  const codes = parameters.split(';')
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? ''
    if (code.includes(':')) next = withParts(next, code.split(':'))
    else if (code === '38' || code === '48' || code === '58') {
      const kind = codes[at + 1]
      next = withColour(next, code, kind, codes.slice(at + 2, at + 5))
      at += kind === '5' ? 2 : kind === '2' ? 4 : 1
    } else next = withCode(next, Number(code))
  }
  return next
}

function withCode(style: Style, code: number): Style {
  if (code === 0) return plain
  const change = switches[code]
  if (change !== undefined) return { ...style, ...change }
  if (code >= 30 && code <= 37) return { ...style, fg: code - 30 }
  if (code >= 90 && code <= 97) return { ...style, fg: code - 82 }
  if (code >= 40 && code <= 47) return { ...style, bg: code - 40 }
  if (code >= 100 && code <= 107) return { ...style, bg: code - 92 }
  return style
}

/** Applies a code with subparameters: a colour such as `38:2:r:g:b`, or a kind of underline. */
function withParts(style: Style, [code, kind, ...parts]: readonly string[]): Style {
  if (code === '4') return { ...style, underline: kind !== '0' }
  return withColour(style, code, kind, kind === '2' && parts.length > 3 ? parts.slice(1, 4) : parts)
}

function withColour(style: Style, code: string | undefined, kind: string | undefined, parts: readonly string[]): Style {
  const colour = colourOf(kind, parts)
  if (colour === null) return style
  if (code === '38') return { ...style, fg: colour }
  return code === '48' ? { ...style, bg: colour } : style
}

function colourOf(kind: string | undefined, parts: readonly string[]): Colour {
  const [first = 0, second = 0, third = 0] = parts.map((part) => Math.min(255, Number(part)))
  if (kind === '5' && parts.length >= 1) return first
  if (kind === '2' && parts.length >= 3) return trueColour + (first << 16) + (second << 8) + third
  return null
}
