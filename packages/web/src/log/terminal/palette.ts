/** Red, green and blue, from 0 to 255. */
export type Rgb = readonly [number, number, number]

/** The log colours of `tokens.css`, which a test compares. */
export const themes = {
  light: {
    ground: '#fbfaf7',
    text: '#1a1c20',
    ansi: [
      ...['#1a1c20', '#b42318', '#1b6b3a', '#7a5600', '#1a5bb8', '#8b2c86', '#0d6570', '#575c66'],
      ...['#4a4f58', '#c8321f', '#197a40', '#8a6000', '#2a6ad0', '#a1359b', '#0f7480', '#3a3e46'],
    ],
  },
  dark: {
    ground: '#101318',
    text: '#e7e9ed',
    ansi: [
      ...['#8d95a3', '#ff8a80', '#62c98c', '#ddb452', '#82b4ff', '#dd94dc', '#5cc4cf', '#c9ced6'],
      ...['#a2a9b6', '#ffaaa2', '#86dba8', '#efcb78', '#a8caff', '#efb3ee', '#8adbe3', '#ffffff'],
    ],
  },
} as const

export type Theme = keyof typeof themes

/** Parses `#1a5bb8`. */
export function rgbOf(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}

/** Formats `#1a5bb8`. */
export function hexOf([red, green, blue]: Rgb): string {
  return `#${((1 << 24) + (red << 16) + (green << 8) + blue).toString(16).slice(1)}`
}

const steps = [0, 95, 135, 175, 215, 255]

/** Returns one of the 256 palette colours: the app's own, the cube of 216, or a grey. */
export function paletteColour(index: number, theme: Theme): Rgb {
  if (index < 16) return rgbOf(themes[theme].ansi[index] ?? themes[theme].text)
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10
    return [grey, grey, grey]
  }
  const place = index - 16
  return [steps[Math.floor(place / 36)] ?? 0, steps[Math.floor(place / 6) % 6] ?? 0, steps[place % 6] ?? 0]
}
