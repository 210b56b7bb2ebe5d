import type { CSSProperties } from 'react'
import { mix, readableOn } from './contrast.ts'
import { hexOf, paletteColour, type Rgb, rgbOf, type Theme, themes } from './palette.ts'
import { type Colour, plain, type Style, trueColour } from './style.ts'

/** Caches styles, and is cleared when full, because a log may contain any number of styles. */
const made = new Map<string, CSSProperties>()
const mostMade = 2000

/** Returns the CSS of a style in both themes (web L5); undefined for the log's default style. */
export function cssOf(style: Style): CSSProperties | undefined {
  if (style === plain) return undefined
  const key = Object.values(style).join()
  const known = made.get(key)
  if (known !== undefined) return known
  if (made.size >= mostMade) made.clear()
  const css = makeCss(style)
  made.set(key, css)
  return css
}

function makeCss(style: Style): CSSProperties {
  const light = coloursOf(style, 'light')
  const dark = coloursOf(style, 'dark')
  const hasGround = (style.inverse ? style.fg : style.bg) !== null || style.inverse
  const hasColour = style.fg !== null || style.bg !== null || style.inverse || style.dim
  const lines = [style.underline ? 'underline' : '', style.strike ? 'line-through' : ''].filter((line) => line !== '')
  return {
    ...(hasColour ? { color: `light-dark(${hexOf(light.text)}, ${hexOf(dark.text)})` } : {}),
    ...(hasGround ? { backgroundColor: `light-dark(${hexOf(light.ground)}, ${hexOf(dark.ground)})` } : {}),
    ...(style.bold ? { fontWeight: 600 } : {}),
    ...(style.italic ? { fontStyle: 'italic' } : {}),
    ...(lines.length > 0 ? { textDecorationLine: lines.join(' ') } : {}),
  }
}

/** Returns text and background colour of a style, with the text colour adjusted to be legible. */
export function coloursOf(style: Style, theme: Theme): { readonly text: Rgb; readonly ground: Rgb } {
  const { text, ground } = themes[theme]
  const given = [resolve(style.fg, text, theme), resolve(style.bg, ground, theme)] as const
  const [fore, back] = style.inverse ? ([given[1], given[0]] as const) : given
  return { text: readableOn(style.dim ? mix(fore, back, 0.35) : fore, back), ground: back }
}

function resolve(colour: Colour, own: string, theme: Theme): Rgb {
  if (colour === null) return rgbOf(own)
  if (colour < trueColour) return paletteColour(colour, theme)
  const value = colour - trueColour
  return [value >> 16, (value >> 8) & 255, value & 255]
}
