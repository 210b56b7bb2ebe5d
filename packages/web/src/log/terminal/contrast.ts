import type { Rgb } from './palette.ts'

/** The required contrast of text (WCAG 2.2, 1.4.3). */
export const enough = 4.5

/** Returns the contrast of two colours, 1 to 21. */
export function contrastOf(first: Rgb, second: Rgb): number {
  const [low = 0, high = 0] = [luminance(first), luminance(second)].sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

/** Returns the colour with the nearest lightness that is legible on the background (web L5). */
export function readableOn(colour: Rgb, ground: Rgb): Rgb {
  if (contrastOf(colour, ground) >= enough) return colour
  const isTowardsLight = contrastOf([255, 255, 255], ground) >= contrastOf([0, 0, 0], ground)
  const [hue, saturation, lightness] = toHsl(colour)
  const end = isTowardsLight ? 1 : 0
  let [near, far] = [lightness, end]
  for (let round = 0; round < 16; round++) {
    const middle = (near + far) / 2
    if (contrastOf(fromHsl(hue, saturation, middle), ground) >= enough) far = middle
    else near = middle
  }
  return fromHsl(hue, saturation, far)
}

/** Mixes two colours: 0 is the first, 1 the second. */
export function mix(first: Rgb, second: Rgb, share: number): Rgb {
  const at = (index: 0 | 1 | 2) => Math.round(first[index] + (second[index] - first[index]) * share)
  return [at(0), at(1), at(2)]
}

function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

function linear(value: number): number {
  const share = value / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}

function toHsl(colour: Rgb): readonly [hue: number, saturation: number, lightness: number] {
  const [red, green, blue] = colour.map((value) => value / 255) as [number, number, number]
  const [most, least] = [Math.max(red, green, blue), Math.min(red, green, blue)]
  const [lightness, range] = [(most + least) / 2, most - least]
  if (range === 0) return [0, 0, lightness]
  const saturation = range / (1 - Math.abs(2 * lightness - 1))
  const sixth =
    most === red ? ((green - blue) / range) % 6 : most === green ? (blue - red) / range + 2 : (red - green) / range + 4
  return [(sixth + 6) % 6, saturation, lightness]
}

function fromHsl(hue: number, saturation: number, lightness: number): Rgb {
  const range = saturation * Math.min(lightness, 1 - lightness)
  const part = (shift: number) => {
    const place = (shift + hue * 2) % 12
    return Math.round(255 * (lightness - range * Math.max(-1, Math.min(place - 3, 9 - place, 1))))
  }
  return [part(0), part(8), part(4)]
}
