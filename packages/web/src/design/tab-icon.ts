import { useEffect } from 'react'
import { type StateLook, stateIcons, type Tone } from './state.ts'

/** The colours of a state, for light and for dark tab bars. */
interface FaviconColours {
  readonly light: string
  readonly dark: string
}

/** Returns the icon of a state as a `data:` URL, in colours for the tab bar (web T1). */
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

/** Shows a state in the tab's icon while mounted (web T1); null shows the product's icon. */
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

/** Returns both colours of a tone: the tab bar ignores the page's theme. */
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
