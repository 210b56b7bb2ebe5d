import { cookieOf } from '../../platform/http/index.ts'

/** The page writes there what its reader chose on this device, so that the first paint has it already. */
const lookCookie = 'harmont_look'

/** The attributes of `<html>` that show the chosen theme and density; empty where the cookie says nothing that can be. */
export function lookAttributes(cookies: string | undefined): string {
  const [, theme, density] =
    /^(light|dark|system)\.(compact|comfortable)$/.exec(cookieOf(cookies, lookCookie) ?? '') ?? []
  const themed = theme === 'light' || theme === 'dark' ? ` data-theme="${theme}"` : ''
  return density === 'compact' ? `${themed} data-density="compact"` : themed
}
