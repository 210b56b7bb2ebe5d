import { useEffect } from 'react'
import { type StateLook, stateIcons, type Tone } from './state.ts'

/** A state's colours, for light and for dark tab bars. */
interface FaviconColours {
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

const plain = '/favicon.svg'

/** Puts a state into the tab's picture while the component is there (web T1); null: the product's own. */
export function useTabMark(look: StateLook | null): void {
  const icon = look?.icon ?? null
  const tone = look?.tone ?? null
  useEffect(() => {
    if (icon === null || tone === null) return
    setFavicon(faviconOf({ icon }, coloursOf(tone)))
    return () => setFavicon(plain)
  }, [icon, tone])
}

function setFavicon(href: string): void {
  document.querySelector('link[rel=icon]')?.setAttribute('href', href)
}

/** Both colours of a tone, whatever theme the page has: the tab bar is the browser's. */
function coloursOf(tone: Tone): FaviconColours {
  const probe = document.createElement('span')
  probe.style.color = `var(--${tone})`
  document.body.append(probe)
  const colourIn = (scheme: 'light' | 'dark') => {
    probe.style.colorScheme = scheme
    return getComputedStyle(probe).color
  }
  const colours = { light: colourIn('light'), dark: colourIn('dark') }
  probe.remove()
  return colours
}
