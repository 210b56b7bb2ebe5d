import { useEffect, useState } from 'react'
import { toast } from '../interaction/toasts.tsx'
import { showInvisible } from '../text/escape.ts'
import { type BuildView, isBuildEnded } from './data/job-state.ts'
import { tabTitle } from './sentences/header.ts'

export interface BuildNotification {
  /** Why it cannot be offered; null if it can. */
  readonly refused: string | null
  readonly isOn: boolean
  readonly toggle: () => void
}

/** Shows a desktop notification when the build ends, only on request (web B9). */
export function useNotification(view: BuildView | undefined, org: string): BuildNotification {
  const [isOn, setOn] = useState(false)
  const [wasDenied, setDenied] = useState(false)
  const isEnded = view !== undefined && isBuildEnded(view.build)
  const title = view === undefined ? '' : tabTitle(view, org)
  useEffect(() => {
    if (!isOn || !isEnded) return
    setOn(false)
    try {
      const shown = new Notification(title, { tag: location.pathname, body: showInvisible(document.title) })
      shown.onclick = () => window.focus()
    } catch {
      // A browser may have the constructor and refuse it, as Chromium on Android does.
      toast(title)
    }
  }, [isOn, isEnded, title])
  const refused = !globalThis.isSecureContext
    ? 'Notifications need HTTPS'
    : !('Notification' in globalThis) || isChromiumOnAndroid()
      ? 'This browser does not support notifications'
      : wasDenied
        ? 'Notifications are blocked in the browser'
        : null
  const toggle = async () => {
    if (isOn) {
      setOn(false)
      return
    }
    const answer = await Notification.requestPermission()
    setDenied(answer === 'denied')
    setOn(answer === 'granted')
  }
  return { refused, isOn, toggle: () => void toggle() }
}

/** It creates notifications only in service workers, of which the app has none. */
function isChromiumOnAndroid(): boolean {
  return /\bAndroid\b.*\bChrom(?:e|ium)\//.test(navigator.userAgent)
}
