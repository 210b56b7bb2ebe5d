import { useQueryClient } from '@tanstack/react-query'
import { deviceName } from '../browser/device-name.ts'
import { toast } from '../interaction/toast-store.ts'
import { accountChanges } from './queries.ts'

/** Adding a passkey: the name that is proposed for it, and the ceremony. `run` gives false when the person did not want to. */
export function useAddPasskey() {
  const changes = accountChanges(useQueryClient())
  return {
    proposed: deviceName(navigator.userAgent) ?? 'Passkey',
    run: async (nickname: string): Promise<boolean> => {
      const isAdded = await changes.addPasskey(nickname)
      if (isAdded) toast(`The passkey ${nickname} is added`)
      return isAdded
    },
  }
}
