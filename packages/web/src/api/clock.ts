import { useSyncExternalStore } from 'react'

/** How far this machine's clock is behind the server's clock, in milliseconds. */
let behindMs = 0
let now = Date.now()
let timer: ReturnType<typeof setInterval> | undefined
const listeners = new Set<() => void>()

/** Corrects the clock by a time that the server sent (web B15). */
export function setServerTime(instant: string): void {
  const given = Date.parse(instant)
  if (Number.isFinite(given)) behindMs = given - Date.now()
}

/** Returns the server's time in Unix milliseconds. */
export function serverNow(): number {
  return Date.now() + behindMs
}

/** Converts a server time to this machine's clock, which never jumps. */
export function onThisMachine(serverTime: number): number {
  return serverTime - behindMs
}

function tick(): void {
  now = serverNow()
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(tick, 1000)
  if (listeners.size === 1) now = serverNow()
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** Returns the server's time, updated each second by one timer for the whole page. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now, serverNow)
}
