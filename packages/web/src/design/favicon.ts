import type { StateLook } from './state.ts'
import { stateIcons } from './state-icons.ts'

/** A state's colours, for light and for dark tab bars. */
export interface FaviconColours {
  readonly light: string
  readonly dark: string
}

/** The picture of a state for the tab, as a `data:` address: its shape, in the colour that suits the tab bar (web T1). A mark that turns elsewhere stands still here. */
export function faviconOf({ icon }: Pick<StateLook, 'icon'>, { light, dark }: FaviconColours): string {
  const shapes = stateIcons[icon].map(({ d, isFilled, isCutOut, isDotted }) => {
    const fill = isFilled === true ? ' class="f"' : ''
    const cut = isCutOut === true ? ' stroke="#fff"' : ''
    const dots = isDotted === true ? ' stroke-dasharray="0.1 3.17"' : ''
    return `<path d="${d}"${fill}${cut}${dots}/>`
  })
  const colours = `svg{stroke:${light}}.f{fill:${light}}@media(prefers-color-scheme:dark){svg{stroke:${dark}}.f{fill:${dark}}}`
  const attributes = 'viewBox="0 0 16 16" fill="none" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}><style>${colours}</style>${shapes.join('')}</svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
