import { useEffect, useState } from 'react'
import { keptToken } from '../mailed-token.ts'

/** The tabs of this browser, about the invitation that one of them has open. What is said in it stays in memory (web A1). */
const channelName = 'harmont:invite'
/** They answer at once, or are not there. */
const patienceMs = 1000

new BroadcastChannel(channelName).addEventListener('message', ({ data, target }) => {
  const token = keptToken('invite')
  if (data === 'which?' && token !== null) (target as BroadcastChannel).postMessage({ token })
})

/** The token of an invitation that is open in another tab: who registered by mail comes back in a new one. null: in none; undefined: they were just asked. */
export function useInviteOfOtherTab(isWanted: boolean): string | null | undefined {
  const [token, setToken] = useState<string | null | undefined>(undefined)
  useEffect(() => {
    if (!isWanted) return
    const channel = new BroadcastChannel(channelName)
    channel.addEventListener('message', ({ data }) => {
      if (typeof data?.token === 'string') setToken(data.token)
    })
    channel.postMessage('which?')
    const timer = setTimeout(() => setToken((known) => known ?? null), patienceMs)
    return () => {
      clearTimeout(timer)
      channel.close()
    }
  }, [isWanted])
  return token
}
