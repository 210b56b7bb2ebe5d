import { useEffect } from 'react'
import { type FaviconColours, faviconOf } from './favicon.ts'
import type { StateLook, Tone } from './state.ts'

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
